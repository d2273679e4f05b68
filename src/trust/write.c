#include "trust/write.h"

#include "trust/tag.h"

enum { LINE_MAX_COLUMN = 72 };

void writer_begin(struct writer *w, const char *field)
{
	buf_cat(&w->text, str_from(field), STR(":"));
	w->column = w->text.n;
}

/* White space before a piece of text: a space, or a new line when it is full. There,
 * too, it is a space and no tab: dkimpy looks for " i=1;" in what is not unfolded. */
static void gap(struct writer *w, size_t length)
{
	bool full = w->column + 1 + length > LINE_MAX_COLUMN;
	buf_add(&w->text, full ? STR("\r\n ") : STR(" "));
	w->column = full ? 1 : w->column + 1;
}

static void put(struct writer *w, str text)
{
	buf_add(&w->text, text);
	w->column += text.n;
}

static void tag_start(struct writer *w, const char *name, size_t length)
{
	if (w->started)
		put(w, STR(";"));
	w->started = true;
	gap(w, strlen(name) + 2 + length);
	put(w, str_from(name));
	put(w, STR("="));
}

void writer_tag(struct writer *w, const char *name, str value)
{
	tag_start(w, name, value.n);
	put(w, value);
}

void writer_names(struct writer *w, const char *name, str names)
{
	str head = names, rest = STR_NONE;
	str_cut(names, ':', &head, &rest);
	tag_start(w, name, names.n); /* in one piece where a line can hold it */
	put(w, head);
	while (rest.n) {
		names = head = rest;
		rest = STR_NONE;
		put(w, STR(":"));
		str_cut(names, ':', &head, &rest);
		if (w->column + head.n + 1 > LINE_MAX_COLUMN)
			gap(w, LINE_MAX_COLUMN);
		put(w, head);
	}
}

void writer_b(struct writer *w)
{
	tag_start(w, "b", LINE_MAX_COLUMN); /* a line of its own */
	w->b_at = w->text.n;
	w->column = LINE_MAX_COLUMN; /* nor does another tag follow on b='s last */
}

void writer_canon(const struct writer *w, struct buf *out)
{
	canon_field(out, CANON_RELAXED, buf_str(&w->text));
	out->n -= 2;
}

str write_folded(struct arena *a, str b)
{
	enum { FIRST = LINE_MAX_COLUMN - 2 }; /* "b=" stands on that line, too */
	BUF(out);
	buf_add(&out, str_first(b, FIRST));
	for (b = str_skip(b, FIRST); b.n; b = str_skip(b, LINE_MAX_COLUMN))
		buf_cat(&out, STR("\r\n\t"), str_first(b, LINE_MAX_COLUMN));
	return arena_copy(a, buf_str(&out));
}

static const struct {
	const char *name;
	bool again; /* named once more than it stands there */
} signed_fields[] = {
	{ "from", true },
	{ "to", true },
	{ "cc", true },
	{ "subject", true },
	{ "date", true },
	{ "message-id", true },
	{ "mime-version", true },
	{ "content-type", true },
	{ "content-transfer-encoding", true },
	{ "sender", false },
	{ "reply-to", false },
	{ "in-reply-to", false },
	{ "references", false },
	{ "list-id", false },
	{ "list-help", false },
	{ "list-post", false },
	{ "list-subscribe", false },
	{ "list-unsubscribe", false },
	{ "list-unsubscribe-post", false },
	{ "list-owner", false },
	{ "list-archive", false },
	{ "archived-at", false },
	{ "auto-submitted", false },
};

str sign_names(struct arena *a, const struct header *h, str skip)
{
	BUF(out);
	for (size_t i = 0; i < sizeof signed_fields / sizeof *signed_fields; i++) {
		str name = str_from(signed_fields[i].name);
		if (tag_lists(skip, name))
			continue;
		size_t times = header_count(h, name) + signed_fields[i].again;
		while (times--)
			buf_cat(&out, out.n ? STR(":") : STR(""), name);
	}
	return arena_copy(a, buf_str(&out));
}
