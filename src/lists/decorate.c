/* Where the words of a list go. */
#include "lists/decorate_inside.h"

#include "base/buf.h"
#include "lists/filter.h"
#include "mail/encode.h"
#include "mail/reader.h"
#include "mail/seven.h"

static str text_part(struct arena *a, str text, str mark)
{
	return mark.n ? arena_cat(a,
				  STR("Content-Type: text/plain; charset=utf-8\r\n"
				      "Content-Transfer-Encoding: "
				      "quoted-printable\r\n\r\n"),
				  encode_marked(a, text, mark))
		      : encode_text_part(a, text);
}

static str own_part(struct arena *a, str text, str mark)
{
	if (!text.n)
		return text;
	str part = arena_cat(a, STR("Content-Disposition: inline\r\n"),
			     text_part(a, text, mark));
	part.n -= 2; /* its last line's end is the next delimiter's */
	return part;
}

static bool is_content(str name)
{
	return str_istarts(name, STR("Content-"));
}

/* Whether the message is in it as it was. */
static bool holds(struct arena *a, const struct mime *m, str text, size_t before,
		  size_t added)
{
	struct mime n;
	if (mime_parse(a, text, &n).kind || n.flags & ~m->flags
	    || n.count != m->count + added + 1)
		return false;
	for (size_t i = 0; i < m->count; i++) {
		const struct mime_part *p = &m->parts[i], *q = &n.parts[i + before + 1];
		if (p->multipart != q->multipart || !str_eq(p->type, q->type)
		    || (!p->multipart && !str_eq(mime_bytes(a, p), mime_bytes(a, q))))
			return false;
	}
	return true;
}

/* All of the message's content as a part of a multipart/mixed, the words beside it. */
static bool wrap(struct arena *a, const struct mime *m, str first, str last, str *out)
{
	BUF(b);
	BUF(inner);
	const struct header *h = &m->header;
	str boundary = encode_boundary(a);
	bool version = false;
	for (size_t i = 0; i < h->count; i++) {
		version = version || str_ieq(h->fields[i].name, STR("MIME-Version"));
		buf_add(is_content(h->fields[i].name) ? &inner : &b, h->fields[i].raw);
	}
	if (!version)
		buf_add(&b, STR("MIME-Version: 1.0\r\n"));
	buf_cat(&b, STR("Content-Type: multipart/mixed; boundary=\""), boundary,
		STR("\"\r\n"));
	if (message_has_8bit(h->body)) /* RFC 2045 section 6.4 */
		buf_add(&b, STR("Content-Transfer-Encoding: 8bit\r\n"));
	buf_add(&b, STR("\r\n"));
	if (first.n)
		buf_cat(&b, STR("--"), boundary, STR("\r\n"), first, STR("\r\n"));
	buf_cat(&b, STR("--"), boundary, STR("\r\n"), buf_str(&inner), STR("\r\n"),
		h->body, STR("\r\n"));
	if (last.n)
		buf_cat(&b, STR("--"), boundary, STR("\r\n"), last, STR("\r\n"));
	buf_cat(&b, STR("--"), boundary, STR("--\r\n"));
	*out = arena_copy(a, buf_str(&b));
	size_t before = first.n > 0, behind = last.n > 0;
	return holds(a, m, *out, before, before + behind);
}

struct words_at { /* where the words are to stand */
	struct arena *a;
	str message, header, footer, mark;
	struct mime m;
	struct part_edit *edit;
};

static bool in_part(struct words_at *w, size_t index, str *out)
{
	return decorate_text(w->a, &w->m, index, w->header, w->footer, w->mark,
			     &w->edit[index])
	       && mime_rewrite(w->a, w->message, &w->m,
			       &(struct rewrite){ .edit = w->edit }, out);
}

static bool is_plain(const struct mime_part *p)
{
	return str_eq(p->type, STR("text/plain")) && !p->multipart && !p->attachment;
}

/* One of nothing may end a message in the middle of a line: what is written there would be
 * its boundary's. */
static bool is_there(const struct mime_part *p)
{
	return p->raw.n || p->header.count;
}

static size_t plain_alternative(const struct mime *m)
{
	for (size_t i = 1; i < m->count; i++)
		if (m->parts[i].parent == 0 && is_plain(&m->parts[i])
		    && is_there(&m->parts[i]))
			return i;
	return 0;
}

/* Says in words where they stand, or why they do not. */
static const char *place(struct words_at *w, str *out)
{
	const struct mime_part *root = w->m.parts;
	if (filter_is_sealed(root))
		return "left out: the post is signed or encrypted";
	if (!mime_is_clear(w->a, &w->m))
		return "left out: the post's parts cannot be told apart with certainty";
	if (is_plain(root) && in_part(w, 0, out))
		return "in the text";
	if (str_eq(root->type, STR("multipart/alternative"))) {
		size_t plain = plain_alternative(&w->m);
		return plain && in_part(w, plain, out)
			       ? "in the text of its alternatives"
			       : "left out: none of its alternatives takes it";
	}
	w->edit[0] = (struct part_edit){ .fate = PART_STAYS };
	str first = own_part(w->a, w->header, w->mark),
	    last = own_part(w->a, w->footer, w->mark);
	if (str_eq(root->type, STR("multipart/mixed"))
		    ? mime_rewrite(w->a, w->message, &w->m,
				   &(struct rewrite){ w->edit, first, last }, out)
		    : wrap(w->a, &w->m, first, last, out))
		return "a part of its own";
	return "left out: the post's parts cannot be told apart with certainty";
}

static bool is_personal(str header, str footer, str mark)
{
	return mark.n && (str_find(header, mark).n || str_find(footer, mark).n);
}

err decorate(struct arena *a, str message, str header, str footer, str mark,
	     struct decorated *d)
{
	struct words_at w = {
		.a = a,
		.message = message,
		.header = header,
		.footer = footer,
		.mark = is_personal(header, footer, mark) ? mark : STR(""),
	};
	str out = message;
	TRY(mime_parse(a, message, &w.m));
	w.edit = arena_zero(a, w.m.count * sizeof *w.edit);
	const char *how = place(&w, &out);
	bool left_out = str_starts(str_from(how), STR("left out"));
	*d = (struct decorated){ .message = left_out ? message : out,
				 .how = str_from(how) };
	return OK;
}
