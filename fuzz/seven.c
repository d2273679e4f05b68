/* In 7 bits everything that a reader decodes is what it was. */
#include "fuzz.h"

#include "mail/mime.h"
#include "mail/seven.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct mime before, after;
	str message = { (const char *)data, n }, out;
	if (!message_seven(a, message, &out))
		return 0;
	for (size_t i = 0; i < out.n; i++)
		must((unsigned char)out.p[i] < 128);
	if (mime_parse(a, message, &before).kind) {
		must(str_eq(out, message));
		return 0;
	}
	must(!mime_parse(a, out, &after).kind && after.count == before.count);
	for (size_t i = 0; i < before.count; i++) {
		const struct mime_part *p = &before.parts[i], *q = &after.parts[i];
		must(str_eq(p->type, q->type) && p->multipart == q->multipart);
		must(p->multipart || str_eq(mime_bytes(a, p), mime_bytes(a, q)));
	}
	str again;
	must(message_seven(a, out, &again) && str_eq(again, out));
	return 0;
}
