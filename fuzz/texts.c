/* Whatever a text of Mailman's says, ours has what its letter needs, and is not without end. The
 * first octet says which letter it is. */
#include "fuzz.h"

#include "lists/import/texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	size_t count, left_off;
	const struct text_row *rows = text_rows(&count);
	if (!n)
		return 0;
	const struct text_row *row = &rows[data[0] % count];
	must(text_row_find(row->manager, str_from(row->file)) == row);
	if (!row->notice)
		return 0;
	str text = { (const char *)data + 1, n - 1 };
	const struct text_values v = {
		.domain = data[0] & 128 ? STR("lists.example") : STR(""),
		.welcome = STR("Hello"),
	};
	str ours = text_ours(a, row, &v, text, &left_off);
	must(str_ends(ours, STR("\n")));
	must(str_find(ours, str_from(row->end)).n || !row->end[0]);
	must(left_off <= text.n && ours.n <= 20 * text.n + 100);
	return 0;
}
