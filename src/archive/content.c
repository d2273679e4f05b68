#include "archive/content_inside.h"

#include "base/buf.h"

enum { TEXTS_MAX = 20 };

static bool is_signature(str type)
{
	static const str types[] = { STR("application/pgp-signature"),
				     STR("application/pkcs7-signature"),
				     STR("application/x-pkcs7-signature") };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(type, types[i]))
			return true;
	return false;
}

static bool inside_alternative(const struct mime *m, const struct mime_part *p)
{
	for (int i = p->parent; i >= 0; i = m->parts[i].parent)
		if (str_eq(m->parts[i].type, STR("multipart/alternative")))
			return true;
	return false;
}

/* Part of what is read, beside the text that comes first: a list's footer, a
 * second piece between attachments. */
static bool is_more_text(const struct mime *m, const struct mime_part *p)
{
	return str_eq(p->type, STR("text/plain")) && !p->attachment && !p->filename.n
	       && !inside_alternative(m, p);
}

static bool is_file(const struct content *c, const struct mime_part *p,
		    const struct mime_part *main)
{
	const struct mime *m = &c->mime;
	if (p->multipart || p == main || is_signature(p->type) || is_more_text(m, p))
		return false;
	/* the other dress of what is read */
	return p->attachment || p->filename.n || str_starts(p->type, STR("image/"))
	       || !inside_alternative(m, p);
}

const struct mime_part *content_html_part(const struct mime *m)
{
	for (const struct mime_part *p = m->parts; p < m->parts + m->count; p++)
		if (str_eq(p->type, STR("text/html")) && !p->attachment && !p->filename.n)
			return p;
	return NULL;
}

static void find_files(struct arena *a, struct content *c, const struct mime_part *main)
{
	c->files = arena_alloc(a, c->mime.count * sizeof *c->files);
	c->file_count = 0;
	for (size_t i = 0; i < c->mime.count; i++) {
		const struct mime_part *p = &c->mime.parts[i];
		if (is_file(c, p, main))
			c->files[c->file_count++] = (struct content_file){
				.index = i, .name = p->filename, .type = p->type
			};
	}
}

static str text_of(struct arena *a, struct content *c, const struct mime_part *p)
{
	str used, text = mime_text(a, p, &used);
	if (!c->used.n) {
		c->declared = p->charset;
		c->used = used;
	}
	if (str_eq(p->type, STR("text/html"))) {
		c->from_html = true;
		return content_html_text(a, text, &c->cut);
	}
	text = content_without_files(a, c, (size_t)(p - c->mime.parts), text);
	const struct field *type = header_find(&p->header, STR("Content-Type"));
	if (!type || !str_ieq(header_param(a, type, STR("format")), STR("flowed")))
		return text;
	return content_unflow(a, text,
			      str_ieq(header_param(a, type, STR("delsp")), STR("yes")));
}

static size_t end_of(str message, const struct mime_part *p)
{
	if (!p->raw.n)
		return message.n;
	const char *end = p->raw.p + p->raw.n;
	bool inside = p->raw.p >= message.p && end <= message.p + message.n;
	return inside ? (size_t)(end - message.p) : message.n;
}

static str language_of(struct arena *a, const struct mime *m, const struct mime_part *p)
{
	const struct field *f = header_find(&p->header, STR("Content-Language"));
	f = f ? f : header_find(&m->header, STR("Content-Language"));
	return f ? header_value(a, f) : STR_NONE;
}

static void read_texts(struct arena *a, str message, struct content *c,
		       const struct mime_part *main)
{
	str texts[TEXTS_MAX];
	size_t n = 0;
	texts[n++] = text_of(a, c, main);
	c->language = language_of(a, &c->mime, main);
	c->lead = end_of(message, main);
	for (const struct mime_part *p = main + 1;
	     p < c->mime.parts + c->mime.count && n + 2 <= TEXTS_MAX; p++) {
		if (!is_more_text(&c->mime, p))
			continue;
		texts[n++] = STR("\n");
		texts[n++] = text_of(a, c, p);
		c->lead = end_of(message, p);
	}
	c->text = n == 1 ? texts[0] : arena_join(a, texts, n);
}

/* What Outlook wraps, where nothing is said beside it. */
static void read_wrapped(struct arena *a, str message, struct content *c)
{
	struct tnef t;
	for (size_t i = 0; i < c->mime.count; i++) {
		const struct mime_part *p = &c->mime.parts[i];
		if (!content_unwrap(a, p, &t))
			continue;
		c->from_html = !t.text.n && t.html.n;
		c->text = t.text.n ? t.text : content_html_text(a, t.html, &c->cut);
		c->lead = end_of(message, p);
		if (str_trim(c->text).n)
			return;
	}
}

err content_read(struct arena *a, str message, struct content *c)
{
	*c = (struct content){ 0 };
	TRY(mime_parse(a, message, &c->mime));
	const struct mime_part *main = mime_text_part(&c->mime);
	find_files(a, c, main);
	c->has_html = content_html_part(&c->mime);
	c->lead = message.n - c->mime.header.body.n;
	if (main)
		read_texts(a, message, c, main);
	if (!str_trim(c->text).n)
		read_wrapped(a, message, c);
	return OK;
}

/* The quote marks at the start of a line, and what stands behind them without its
 * stuffed space (RFC 3676 sections 4.4 and 4.5). */
static str unstuffed(str line, size_t *depth)
{
	for (*depth = 0; line.n && line.p[0] == '>'; ++*depth)
		line = str_skip(line, 1);
	return line.n && line.p[0] == ' ' ? str_skip(line, 1) : line;
}

str content_unflow(struct arena *a, str text, bool delsp)
{
	BUF(b);
	str line;
	size_t depth, before = 0;
	bool flowing = false; /* the line before ended in a soft break */
	while (str_line(&text, &line)) {
		line = unstuffed(line, &depth);
		if (flowing && depth != before) {
			buf_add_char(&b, '\n');
			flowing = false;
		}
		if (!flowing)
			for (size_t i = 0; i < depth; i++)
				buf_add(&b, i + 1 < depth ? STR(">") : STR("> "));
		before = depth;
		/* "-- " is a signature's mark, not a soft break (section 4.3) */
		flowing = str_ends(line, STR(" ")) && !str_eq(line, STR("-- "));
		buf_add(&b, flowing && delsp ? str_first(line, line.n - 1) : line);
		if (!flowing)
			buf_add_char(&b, '\n');
	}
	if (flowing)
		buf_add_char(&b, '\n');
	return arena_copy(a, buf_str(&b));
}
