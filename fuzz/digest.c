/* A post goes into a digest of each form beside a plain one: as MIME both are found again
 * octet by octet; of the text there are as many items as posts, whatever stands in them. */
#include "fuzz.h"

#include "lists/digest_write.h"
#include "mail/mime.h"

static const char plain[] = "From: a@x.example\r\nSubject: x\r\n\r\nhello\r\n";

static str written(struct arena *a, const char *form, str message, bool archived)
{
	struct digest_entry e[] = { { .message = message },
				    { .message = str_from(plain) } };
	e[0].url = archived ? STR("https://l.example/lists/dev/1") : STR("");
	return digest_write(
		a, &(struct digest_text){ .form = str_from(form),
					  .title = STR("dev Digest"),
					  .masthead = STR("Above.\n"),
					  .end = archived ? STR("Below.\n") : STR(""),
					  .address = STR("dev@l.example"),
					  .entries = e,
					  .count = 2 });
}

static size_t times(str text, str what)
{
	size_t n = 0;
	for (str at = str_find(text, what); at.n; at = str_find(str_skip(at, 1), what))
		n++;
	return n;
}

static void look_at_mime(struct arena *a, str message, bool archived)
{
	struct mime m;
	size_t found = 0;
	must(!mime_parse(a, written(a, "mime", message, archived), &m).kind);
	for (size_t i = 0; i < m.count; i++) {
		const struct mime_part *p = &m.parts[i];
		if (p->depth != 2)
			continue;
		must(str_eq(p->raw, found ? str_from(plain) : message));
		found++;
	}
	must(found == 2 && !(m.flags & (MIME_OPEN_BOUNDARY | MIME_TYPE_TWICE)));
}

static str text_of(struct arena *a, str part)
{
	struct mime m;
	str used;
	must(!mime_parse(a, part, &m).kind && m.count == 1);
	return mime_text(a, &m.parts[0], &used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	bool archived = n && data[0] & 1;
	str message = { (const char *)data, n };
	if (!n)
		return 0;
	look_at_mime(a, message, archived);
	str text = text_of(a, written(a, "plain", message, archived));
	must(times(text, STR("\n\n------------------------------\n\n")) == 2);
	must(times(text, STR("\n\n----------------------------------------------------"
			     "------------------\n\n"))
	     == 1);
	text = text_of(a, written(a, "summary", message, archived));
	must(times(text, STR("\n   2. x (a@x.example); in no archive\n")) == 1);
	return 0;
}
