/* Whatever is read of a wrapper is in bounds and text, and what is written of that is read as
 * the same. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/tnef.h"

static void is_text(str s)
{
	must(utf8_valid(s) && !str_has(s, '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str bytes = { (const char *)data, n };
	struct tnef t, again;
	if (!tnef_read(a, bytes, &t))
		return 0;
	must(t.count <= TNEF_FILES_MAX);
	is_text(t.subject);
	is_text(t.text);
	is_text(t.html);
	for (size_t i = 0; i < t.count; i++) {
		is_text(t.files[i].name);
		is_text(t.files[i].type);
		must(t.files[i].bytes.n && t.files[i].bytes.p >= bytes.p
		     && t.files[i].bytes.p + t.files[i].bytes.n <= bytes.p + n);
	}
	must(tnef_read(a, tnef_write(a, &t), &again) && !again.cut);
	must(str_eq(again.subject, t.subject) && str_eq(again.text, t.text)
	     && str_eq(again.html, t.html) && again.count == t.count);
	for (size_t i = 0; i < t.count; i++)
		must(str_eq(again.files[i].name, t.files[i].name)
		     && str_eq(again.files[i].type, t.files[i].type)
		     && str_eq(again.files[i].bytes, t.files[i].bytes));
	return 0;
}
