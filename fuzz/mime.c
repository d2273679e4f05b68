/* Parts nest and lie within the message; all text is UTF-8. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/mime.h"

static void one_part(struct arena *a, const struct mime *m, size_t i, str message)
{
	const struct mime_part *p = &m->parts[i];
	const struct mime_part *parent = p->parent < 0 ? NULL : &m->parts[p->parent];
	must(i == 0 ? !parent : parent && p->parent < (int)i && parent->multipart);
	must(p->depth == (parent ? parent->depth + 1 : 0) && p->depth <= MIME_DEPTH_MAX);
	must(!p->raw.n
	     || (p->raw.p >= message.p && p->raw.p + p->raw.n <= message.p + message.n));
	must(!parent || !p->raw.n
	     || (p->raw.p >= parent->raw.p
		 && p->raw.p + p->raw.n <= parent->raw.p + parent->raw.n));
	must(!p->multipart || str_starts(p->type, STR("multipart/")));
	must(utf8_valid(mime_text(a, p, NULL)) && utf8_valid(p->filename));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct mime m;
	str message = { (const char *)data, n };
	if (mime_parse(a, message, &m).kind)
		return 0;
	must(m.count >= 1 && m.count <= MIME_PARTS_MAX);
	for (size_t i = 0; i < m.count; i++)
		one_part(a, &m, i, message);
	const struct mime_part *text = mime_text_part(&m);
	must(!text || (!text->multipart && str_starts(text->type, STR("text/"))));
	return 0;
}
