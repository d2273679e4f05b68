/* A block that is edited by nothing keeps its bytes; all texts are UTF-8; what
 * is encoded is one field and reads back. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/header.h"

static void one_field(struct arena *a, const struct field *f)
{
	str *ids, text = header_text(a, f),
		  calm = utf8_scrub(a, str_trim(header_value(a, f)));
	struct header h;
	must(utf8_valid(text) && !str_has(text, '\n'));
	must(utf8_valid(header_param(a, f, STR("charset"))));
	header_token(a, f);
	header_ids(a, f, &ids);
	str whole = header_encode(a, STR("X"), text);
	must(!header_scan(a, whole, &h).kind && h.count == 1 && h.body.n == 0);
	must(!(h.flags & ~(unsigned)HEADER_LONG_LINE));
	whole = header_fold(a, STR("X"), calm);
	must(!header_scan(a, whole, &h).kind && h.count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct header h;
	str message = { (const char *)data, n };
	if (header_scan(a, message, &h).kind)
		return 0;
	must(h.raw.n + h.body.n <= n);
	str same = header_apply(a, &h, &(struct header_edit){ 0 });
	must(str_starts(same, h.raw) && same.n <= h.raw.n + 2);
	for (size_t i = 0; i < h.count; i++)
		one_field(a, &h.fields[i]);
	return 0;
}
