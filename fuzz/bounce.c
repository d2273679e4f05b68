/* Whatever is read: a failure is one address, once, with a class; and what is read
 * from the words of a server is one line of UTF-8. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/bounce.h"

static void address_holds(str s)
{
	must(str_has(s, '@') && s.n <= 320);
	for (size_t i = 0; i < s.n; i++)
		must(!chr_is_space(s.p[i]) && s.p[i] != '<' && s.p[i] != '>');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct bounce b;
	str message = { (const char *)data, n };
	must(bounce_class_word(bounce_classify(str_first(message, 8), message)) != NULL);
	if (bounce_read(a, message, &b).kind)
		return 0;
	must((b.count > 0) == (b.format != NULL) && (b.count || !b.message_id.n));
	for (size_t i = 0; i < b.count; i++) {
		const struct bounce_failure *f = &b.failures[i];
		address_holds(f->address);
		must(bounce_class_word(f->class) != NULL);
		must(utf8_valid(f->diagnostic) && !str_has(f->diagnostic, '\n'));
		for (size_t k = 0; k < i; k++)
			must(!str_ieq(f->address, b.failures[k].address));
	}
	return 0;
}
