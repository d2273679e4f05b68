/* Whatever stands in a column of Mailman 3's row: it becomes some text in UTF-8, and a path
 * never leads out of its folder. The input: a type, the column's name, LF, the value; of a
 * list each line is an item. */
#include "fuzz.h"

#include "base/utf8.h"
#include "lists/import/mailman3_inside.h"

enum { ITEMS = 20 };

static void each_way(struct arena *a, const struct mailman3_value *v)
{
	struct pickle p = mailman3_pickle(a, v);
	const struct mailman2_config c = { .a = a, .dict = &p, .charset = STR("utf-8") };
	const struct attribute *row = attribute_of_mailman3(v->name);
	if (!row)
		return;
	struct made m = attribute_maker3(row)(&c, row, &p);
	must(utf8_valid(m.text) && utf8_valid(m.instead));
}

static void items_of(str text, str *items, struct mailman3_value *v)
{
	while (v->count < ITEMS && str_line(&text, &items[v->count]))
		v->count++;
	v->items = items;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str input = { (const char *)data, n };
	str items[ITEMS];
	struct mailman3_value v = { 0 };
	if (!n || !str_cut(str_skip(input, 1), '\n', &v.name, &v.text))
		return 0;
	v.type = (unsigned char)input.p[0] % (MAILMAN3_LIST + 1);
	items_of(v.text, items, &v);
	v.number = (int64_t)n;
	v.real = (double)n / 3;
	each_way(a, &v);
	(void)mailman3_json_text(a, v.text);
	(void)mailman3_moment(a, v.text, 0);
	if (mailman3_name_is_plain(v.text))
		must(!str_has(v.text, '/') && v.text.p[0] != '.');
	if (mailman3_path_is_plain(v.text))
		must(!str_find(v.text, STR("..")).n && v.text.p[0] != '/');
	return 0;
}
