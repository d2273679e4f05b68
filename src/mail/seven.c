#include "mail/seven.h"

#include "base/buf.h"
#include "base/enc.h"
#include "mail/downgrade.h"
#include "mail/lex.h"
#include "mail/mime.h"

enum {
	COLUMNS = 76, /* RFC 2045 sections 6.7 and 6.8 */
	AMBIGUOUS = MIME_TOO_DEEP | MIME_TOO_MANY | MIME_BAD_HEADER | MIME_TYPE_TWICE,
};

static const str ENCODING = STR("Content-Transfer-Encoding");

/* --- content */

static bool is_crlf(str s, size_t i)
{
	return i + 1 < s.n && s.p[i] == '\r' && s.p[i + 1] == '\n';
}

static bool is_plain(str s, size_t i, size_t column)
{
	char c = s.p[i];
	if (c == ' ' || c == '\t') /* not at a line's end (rule 3) */
		return i + 1 < s.n && !is_crlf(s, i + 1);
	if (c == '-') /* no new line starts like a delimiter */
		return column > 0;
	return c > ' ' && c <= '~' && c != '=';
}

/* A line break is CR LF; each of them alone is data. */
static void add_quoted(struct buf *out, str s)
{
	size_t column = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (is_crlf(s, i)) {
			buf_add(out, STR("\r\n"));
			column = 0;
			i++;
			continue;
		}
		size_t width = is_plain(s, i, column) ? 1 : 3;
		if (column + width > COLUMNS - 1) {
			buf_add(out, STR("=\r\n"));
			column = 0;
			width = is_plain(s, i, column) ? 1 : 3;
		}
		if (width == 1)
			buf_add_char(out, s.p[i]);
		else
			buf_addf(out, "=%02X", (unsigned char)s.p[i]);
		column += width;
	}
}

static void add_base64(struct arena *a, struct buf *out, str s)
{
	for (str text = enc_base64(a, s); text.n; text = str_skip(text, COLUMNS))
		buf_cat(out, str_first(text, COLUMNS),
			text.n > COLUMNS ? STR("\r\n") : STR(""));
}

/* --- which parts */

static bool may_change(const struct mime *m, size_t i)
{
	static const str encodings[] = { STR("7bit"), STR("8bit"), STR("binary") };
	const struct mime_part *p = &m->parts[i];
	str type = header_find(&p->header, STR("Content-Type"))
			   ? str_trim(header_find(&p->header, STR("Content-Type"))->value)
			   : STR("");
	if (str_starts(p->type, STR("message/")) || str_istarts(type, STR("multipart/"))
	    || header_count(&p->header, ENCODING) > 1 || !lex_ascii(p->header.raw))
		return false;
	for (int up = p->parent; up >= 0; up = m->parts[up].parent)
		if (str_eq(m->parts[up].type, STR("multipart/signed"))
		    || str_eq(m->parts[up].type, STR("multipart/encrypted")))
			return false;
	for (size_t k = 0; k < sizeof encodings / sizeof *encodings; k++)
		if (str_eq(p->encoding, encodings[k]))
			return true;
	return false;
}

/* Marks the parts to be encoded and the multiparts around them. */
static bool choose(const struct mime *m, bool *chosen)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->parts[i].multipart || lex_ascii(m->parts[i].raw))
			continue;
		if (!may_change(m, i))
			return false;
		for (int k = (int)i; k >= 0; k = m->parts[k].parent)
			chosen[k] = true;
	}
	return true;
}

/* --- the message anew */

struct rewrite {
	struct arena *a;
	str message;
	size_t at; /* all before is written */
	struct buf out;
};

/* The message's octets up to p as they are. */
static void copy_to(struct rewrite *w, const char *p)
{
	size_t end = (size_t)(p - w->message.p);
	buf_add(&w->out, (str){ w->message.p + w->at, end - w->at });
	w->at = end;
}

static const char *encoding_of(const struct mime_part *p)
{
	return p->multipart                        ? "7bit"
	       : str_starts(p->type, STR("text/")) ? "quoted-printable"
						   : "base64";
}

/* The one field of the part's header that changes, where it stands or at the end. */
static void write_encoding(struct rewrite *w, const struct mime_part *p)
{
	const struct field *f = header_find(&p->header, ENCODING);
	bool bare = !p->header.raw.p; /* a part that begins with its text */
	if (f) {
		copy_to(w, f->raw.p);
		w->at += f->raw.n;
	} else if (p->multipart) {
		return;
	} else {
		copy_to(w, bare ? p->raw.p : p->header.raw.p + p->header.raw.n);
	}
	buf_cat(&w->out, ENCODING, STR(": "), str_from(encoding_of(p)),
		bare ? STR("\r\n\r\n") : STR("\r\n"));
}

/* Without MIME-Version nobody would look at the rest (RFC 2045 section 4). */
static void write_version(struct rewrite *w, const struct header *h)
{
	if (header_find(h, STR("MIME-Version")))
		return;
	copy_to(w, h->raw.p + h->raw.n);
	buf_add(&w->out, STR("MIME-Version: 1.0\r\n"));
	if (!header_find(h, STR("Content-Type"))) /* RFC 1428 section 3 */
		buf_add(&w->out,
			STR("Content-Type: text/plain; charset=unknown-8bit\r\n"));
}

static void write_part(struct rewrite *w, const struct mime *m, size_t i)
{
	const struct mime_part *p = &m->parts[i];
	write_encoding(w, p);
	if (i == 0)
		write_version(w, &m->header);
	if (p->multipart)
		return;
	copy_to(w, p->raw.p);
	w->at += p->raw.n;
	if (str_starts(p->type, STR("text/"))) {
		add_quoted(&w->out, p->raw);
		return;
	}
	add_base64(w->a, &w->out, p->raw);
	if (i == 0)
		buf_add(&w->out, STR("\r\n"));
}

/* What readers take it for is what they took it for before. */
static bool is_same(struct arena *a, const struct mime *m, str text)
{
	struct mime n;
	if (!lex_ascii(text) || mime_parse(a, text, &n).kind || n.count != m->count)
		return false;
	for (size_t i = 0; i < n.count; i++) {
		const struct mime_part *p = &m->parts[i], *q = &n.parts[i];
		if (!str_eq(p->type, q->type) || p->parent != q->parent
		    || p->multipart != q->multipart
		    || (!p->multipart && !str_eq(mime_bytes(a, p), mime_bytes(a, q))))
			return false;
	}
	return true;
}

/* The message with its own header in ASCII. */
static bool plain_header(struct arena *a, str *message)
{
	struct header h;
	str header;
	if (header_scan(a, *message, &h).kind)
		return false;
	if (lex_ascii(h.raw))
		return true;
	if (!header_downgrade(a, &h, &header))
		return false;
	*message = arena_cat(a, header, str_skip(*message, h.raw.n));
	return lex_ascii(header);
}

static bool rewrite(struct arena *a, const struct mime *m, str message, str *out)
{
	bool *chosen = arena_zero(a, m->count * sizeof *chosen);
	struct rewrite w = { .a = a, .message = message };
	if (!choose(m, chosen))
		return false;
	for (size_t i = 0; i < m->count; i++)
		if (chosen[i])
			write_part(&w, m, i);
	copy_to(&w, message.p + message.n);
	*out = arena_copy(a, buf_str(&w.out));
	buf_free(&w.out);
	return is_same(a, m, *out);
}

bool message_seven(struct arena *a, str message, str *out)
{
	struct mime m;
	str text = message;
	if (!lex_ascii(message)
	    && (!plain_header(a, &message) || mime_parse(a, message, &m).kind
		|| m.flags & AMBIGUOUS || !rewrite(a, &m, message, &text)))
		return false;
	*out = text;
	return true;
}

bool message_has_8bit(str message)
{
	for (size_t i = 0; i < message.n; i++)
		if (message.p[i] & 0x80)
			return true;
	return false;
}
