/* What a part says: its bytes, its text, and which part a reader reads. */
#include "mail/charset.h"
#include "mail/decode.h"
#include "mail/lex.h"
#include "mail/mime.h"

enum { META_OCTETS = 2048, BLANK_OCTETS = 2048 };

/* RFC 2045 section 6, and names that were found for it. */
static const struct {
	str name;
	str (*decode)(struct arena *a, str text);
} encodings[] = {
	{ STR("base64"), decode_base64 },
	{ STR("quoted-printable"), decode_quoted_printable },
	{ STR("x-uuencode"), decode_uu },
	{ STR("uuencode"), decode_uu },
	{ STR("x-uue"), decode_uu },
	{ STR("x-uu"), decode_uu },
};

str mime_bytes(struct arena *a, const struct mime_part *p)
{
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
		if (str_eq(p->encoding, encodings[i].name))
			return encodings[i].decode(a, p->raw);
	return p->raw;
}

str mime_line_feeds(struct arena *a, str s)
{
	if (!str_has(s, '\r'))
		return s;
	char *out = arena_alloc(a, s.n), *at = out;
	while (s.n) {
		const char *cr = memchr(s.p, '\r', s.n);
		size_t n = cr ? (size_t)(cr - s.p) : s.n;
		if (n)
			memcpy(at, s.p, n);
		at += n;
		s = str_skip(s, n);
		if (!s.n)
			break;
		while (s.n && *s.p == '\r')
			s = str_skip(s, 1);
		if (s.n && *s.p == '\n')
			s = str_skip(s, 1);
		*at++ = '\n';
	}
	return (str){ out, (size_t)(at - out) };
}

/* The charset that an HTML page claims for itself in a meta element. */
static str meta_charset(str html)
{
	str from = str_ifind(str_first(html, META_OCTETS), STR("charset="));
	struct lex l = { str_skip(from, sizeof "charset=" - 1), true };
	if (lex_peek(&l) == '"' || lex_peek(&l) == '\'')
		lex_skip(&l, 1);
	return lex_run(&l, LEX_LDH, false);
}

/* The charset of which text begins with this mark, whatever its label says; that of UTF-32,
 * which begins alike, is its decoder's. */
static bool find_mark(str *bytes, str *charset)
{
	static const struct {
		str mark, charset;
	} rows[] = { { STR("\xFF\xFE"), STR("utf-16le") },
		     { STR("\xFE\xFF"), STR("utf-16be") } };
	for (size_t i = 0; i < 2; i++) {
		if (!str_starts(*bytes, rows[i].mark) || bytes->n % 2
		    || str_starts(*bytes, STR("\xFF\xFE\0\0")))
			continue;
		*bytes = str_skip(*bytes, 2);
		*charset = rows[i].charset;
		return true;
	}
	return false;
}

str mime_text(struct arena *a, const struct mime_part *p, str *used)
{
	str bytes = mime_bytes(a, p), charset = p->charset, mark = STR("\xEF\xBB\xBF");
	if (find_mark(&bytes, &charset))
		return mime_line_feeds(a, charset_decode(a, bytes, charset, used));
	if (!charset.n && str_eq(p->type, STR("text/html")))
		charset = meta_charset(bytes);
	str text = charset_decode(a, bytes, charset, used);
	if (str_starts(text, mark))
		text = str_skip(text, mark.n);
	return mime_line_feeds(a, text);
}

/* As many mailers write beside the HTML in which all of the letter is: blanks, with and without
 * breaks, in ASCII, UTF-8 or Latin. */
static bool is_blank(const struct mime_part *p)
{
	if (p->raw.n > BLANK_OCTETS)
		return false;
	ARENA(a);
	str bytes = mime_bytes(a, p);
	for (size_t i = 0; i < bytes.n; i++)
		if (!strchr(" \t\r\n\xA0\xC2", bytes.p[i]))
			return false;
	return true;
}

/* How well a part does as what is read; 0: not at all. */
static int rank(const struct mime_part *p)
{
	if (!p || p->attachment)
		return 0;
	if (str_eq(p->type, STR("text/plain")))
		return is_blank(p) ? 1 : 3;
	if (str_eq(p->type, STR("text/html")))
		return 2;
	return str_starts(p->type, STR("text/")) ? 1 : 0;
}

/* Of an alternative the best child (plain text, RFC 2046 section 5.1.4 leaves
 * the choice to the reader), of any other multipart the first with text. */
static const struct mime_part *choose(const struct mime *m, size_t index)
{
	const struct mime_part *p = &m->parts[index], *best = NULL;
	if (!p->multipart)
		return rank(p) ? p : NULL;
	bool alternative = str_eq(p->type, STR("multipart/alternative"));
	for (size_t i = index + 1; i < m->count && m->parts[i].depth > p->depth; i++) {
		if (m->parts[i].parent != (int)index)
			continue;
		const struct mime_part *one = choose(m, i);
		if (rank(one) > rank(best))
			best = one;
		if (best && !alternative)
			break;
	}
	return best;
}

const struct mime_part *mime_text_part(const struct mime *m)
{
	const struct mime_part *best = m->count ? choose(m, 0) : NULL;
	if (!best && m->count == 1 && str_starts(m->parts[0].type, STR("text/")))
		best = &m->parts[0]; /* a letter that calls itself an attachment */
	return best;
}
