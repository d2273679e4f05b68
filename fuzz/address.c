/* What parses is written, and what is written parses to the same; the fields'
 * reader never gives an address that cannot be written. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/address.h"

static void one_path(struct arena *a, str text, bool utf8)
{
	struct address x, again;
	str rest, ignored;
	if (address_path(a, text, utf8, &x, &rest).kind || address_is_null(&x))
		return;
	str path = arena_cat(a, STR("<"), address_text(a, &x), STR(">"));
	err e = address_path(a, path, utf8, &again, &ignored);
	must(e.kind == ERR_NONE && str_eq(x.local, again.local)
	     && str_eq(x.domain, again.domain));
	must(utf8_valid(address_key(a, &x)));
	must(utf8 || address_is_ascii(&x));
}

static void one_list(struct arena *a, str text)
{
	struct mailbox *m;
	size_t n;
	if (address_list(a, text, &m, &n).kind)
		return;
	for (size_t i = 0; i < n; i++) {
		must(m[i].address.local.n && m[i].address.domain.n
		     && utf8_valid(m[i].name));
		must(!str_has(m[i].name, '\n') && !str_has(m[i].name, '\0'));
		str again = mailbox_text(a, &m[i]);
		struct mailbox *back;
		size_t count;
		must(!address_list(a, again, &back, &count).kind && count == 1);
		must(str_eq(back->address.local, m[i].address.local)
		     && str_eq(back->address.domain, m[i].address.domain));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	one_path(a, text, false);
	one_path(a, text, true);
	one_list(a, text);
	return 0;
}
