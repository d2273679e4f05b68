/* What a field says: its value unfolded, decoded, taken apart, and written. */
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/encword.h"
#include "mail/header.h"
#include "mail/lex.h"

/* Unfolds (RFC 5322 section 2.2.3): line ends go; with collapse, the white
 * space around each becomes one space. */
static str unfold(struct arena *a, str s, bool collapse)
{
	s = str_trim(s);
	if (!str_has(s, '\n') && !str_has(s, '\r'))
		return s;
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\r' && s.p[i] != '\n') {
			out[n++] = s.p[i];
			continue;
		}
		if (!collapse)
			continue;
		while (n && lex_is(out[n - 1], LEX_WSP))
			n--;
		while (i + 1 < s.n && lex_is(s.p[i + 1], LEX_WSP))
			i++;
		out[n++] = ' ';
	}
	return (str){ out, n };
}

str header_value(struct arena *a, const struct field *f)
{
	return f ? unfold(a, f->value, false) : STR_NONE;
}

str header_text(struct arena *a, const struct field *f)
{
	return f ? str_trim(encword_decode(a, unfold(a, f->value, true))) : STR_NONE;
}

static bool is_token_end(char c)
{
	return c == ';' || c == '(' || c == '"' || c == ',' || lex_is(c, LEX_WSP);
}

/* White space and comments may stand around the slash (RFC 2045 section 5.1
 * by way of RFC 822). */
str header_token(struct arena *a, const struct field *f)
{
	struct lex l = { f ? f->value : STR_NONE, false };
	char *out = arena_alloc(a, l.rest.n);
	size_t n = 0;
	for (lex_cfws(&l); l.rest.n && !is_token_end(*l.rest.p);) {
		out[n++] = chr_lower(*l.rest.p);
		lex_skip(&l, 1);
		if (lex_peek(&l) != '/' && out[n - 1] != '/'
		    && !is_token_end(lex_peek(&l)))
			continue;
		struct lex behind = l;
		lex_cfws(&behind);
		l.open_comment = behind.open_comment;
		if (out[n - 1] == '/' || lex_peek(&behind) == '/')
			l = behind;
	}
	return (str){ out, n };
}

/* One id: white space within the brackets is folding. */
static str id_text(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!lex_is(s.p[i], LEX_WSP) && s.p[i])
			out[n++] = s.p[i];
	return (str){ out, n };
}

/* Without brackets only a lone word with an @ is an id: In-Reply-To was once a
 * sentence (RFC 822 section 4.6.2). */
static size_t bare_id(struct arena *a, str value, str **ids)
{
	str rest = value, id, more;
	if (!str_word(&rest, &id) || str_word(&rest, &more) || !str_has(id, '@'))
		return 0;
	*ids = arena_alloc(a, sizeof **ids);
	**ids = arena_copy(a, id);
	return 1;
}

size_t header_ids(struct arena *a, const struct field *f, str **ids)
{
	struct lex l = { header_value(a, f), false };
	size_t open = 0, n = 0;
	for (size_t i = 0; i < l.rest.n; i++)
		open += l.rest.p[i] == '<';
	if (!open)
		return bare_id(a, l.rest, ids);

	*ids = arena_alloc(a, open * sizeof **ids);
	for (lex_cfws(&l); l.rest.n; lex_cfws(&l)) {
		str id, rest, ignored;
		if (*l.rest.p != '<') {
			lex_skip(&l, 1);
			continue;
		}
		if (!str_cut(str_skip(l.rest, 1), '>', &id, &rest))
			break;
		str_cut_last(id, '<', &ignored, &id);
		id = id_text(a, id);
		if (id.n)
			(*ids)[n++] = id;
		l.rest = rest;
	}
	return n;
}

/* The white space at the start of s and the word behind it. */
static str next_word(str s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] == ' ')
		n++;
	while (n < s.n && s.p[n] != ' ')
		n++;
	return str_first(s, n);
}

str header_fold(struct arena *a, str name, str value)
{
	enum { LINE = 78 }; /* RFC 5322 section 2.1.1 */
	BUF(out);
	char *flat = arena_alloc(a, value.n);
	for (size_t i = 0; i < value.n; i++) /* nothing in a value starts a new field */
		flat[i] = (unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F
				  ? ' '
				  : value.p[i];
	str rest = str_trim((str){ flat, value.n }), word;
	buf_cat(&out, name, STR(": "));
	size_t column = out.n;
	for (; (word = next_word(rest)).n; rest = str_skip(rest, word.n)) {
		if (column + word.n > LINE && *word.p == ' ') {
			buf_add(&out, STR("\r\n"));
			column = 0;
		}
		buf_add(&out, word);
		column += word.n;
	}
	buf_add(&out, STR("\r\n"));
	return arena_copy(a, buf_str(&out));
}

str header_encode(struct arena *a, str name, str text)
{
	return header_fold(a, name, encword_encode(a, text, name.n + 2, false));
}
