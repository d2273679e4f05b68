/* Whatever comes, a message in another name is one still, and differs where it is said to. */
#include "fuzz.h"

#include "archive/pseudonym.h"
#include "mail/mime.h"

static const str ADDRESSES[] = { { "anna@uni.example", 16 }, { "a@b.example", 11 } };
static const str NAMES[] = { { "Anna Meyer", 10 }, { "Anna", 4 } };
static const struct pseudonym ANNA = { ADDRESSES, 2, NAMES, 2, { "former-x", 8 }, false };

/* As it stands, or in a field that is encoded. */
static bool is_said(struct arena *a, const struct header *h, str message)
{
	bool yes = str_ifind(message, ANNA.as).n > 0;
	for (size_t i = 0; i < h->count && !yes; i++)
		yes = str_ifind(header_text(a, &h->fields[i]), ANNA.as).n > 0;
	return yes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str message = { (const char *)data, n }, out;
	struct mime before, after;
	if (mime_parse(a, message, &before).kind
	    || pseudonym_message(a, &ANNA, message, &out).kind)
		return 0;
	must(out.p == message.p || !str_eq(out, message));
	if (out.p == message.p || mime_parse(a, out, &after).kind)
		return 0;
	must(after.count > 0);
	must(is_said(a, &after.header, out) || out.n < message.n
	     || !str_eq(before.header.body, after.header.body));
	return 0;
}
