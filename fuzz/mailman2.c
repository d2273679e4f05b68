/* Whatever stands in a list's pickle: each attribute becomes some text in UTF-8, and a held
 * message is whole or refused. */
#include "fuzz.h"

#include "base/utf8.h"
#include "lists/import/mailman2_inside.h"

static void each_attribute(const struct mailman2_config *c)
{
	size_t n;
	const struct attribute *rows = attribute_rows(&n);
	for (size_t i = 0; i < n; i++) {
		const struct pickle *value = mailman2_get(c, rows[i].mailman2);
		if (!value)
			continue;
		struct made m = rows[i].make(c, &rows[i], value);
		must(utf8_valid(m.text) && utf8_valid(m.instead));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str bytes = { (const char *)data, n }, text;
	struct mailman2_config c = { .a = a, .charset = STR("iso-8859-1") };
	if (pickle_read(a, &bytes, &c.dict).kind)
		return 0;
	each_attribute(&c);
	if (!mailman2_message(a, c.dict, &text).kind)
		must(str_find(text, STR("\r\n")).n);
	return 0;
}
