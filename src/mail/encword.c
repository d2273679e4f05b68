#include "mail/encword.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/decode.h"
#include "mail/lex.h"

/* RFC 2047 allows 75 octets; some mailers know no bound, but a search for an
 * end that is not there must have one. To guess a charset, or to open one, is dear:
 * so many pieces of a field are worth it, and no honest field has more. */
enum { TEXT_MAX = 4096, GUESSES_MAX = 32, WORDS_MAX = 2000 };

struct word {
	str charset, text;
	char encoding; /* 'q' or 'b' */
	size_t n;      /* octets of the whole */
};

/* =?charset?encoding?text?=, the charset perhaps with a language (RFC 2231
 * section 5). Spaces within the text are wrong and common. */
static bool word_read(str s, struct word *w)
{
	str rest, kind;
	if (s.n < 8 || s.p[0] != '=' || s.p[1] != '?')
		return false;
	rest = str_skip(s, 2);
	struct lex l = { str_first(rest, 64), false };
	w->charset = lex_run(&l, LEX_TOKEN, false);
	rest = str_skip(rest, w->charset.n);
	if (!w->charset.n || rest.n < 5 || rest.p[0] != '?' || rest.p[2] != '?')
		return false;
	w->encoding = chr_lower(rest.p[1]);
	kind = str_skip(rest, 3);
	if (w->encoding != 'q' && w->encoding != 'b')
		return false;
	kind = str_first(kind, TEXT_MAX);
	const char *end = memmem(kind.p, kind.n, "?=", 2);
	if (!end)
		return false;
	w->text = (str){ kind.p, (size_t)(end - kind.p) };
	w->n = (size_t)(end + 2 - s.p);
	str_cut(w->charset, '*', &w->charset, &rest);
	return true;
}

size_t encword_length(str s)
{
	struct word w;
	return word_read(s, &w) ? w.n : 0;
}

static str word_bytes(struct arena *a, const struct word *w)
{
	return w->encoding == 'b' ? decode_base64(a, w->text) : decode_q(a, w->text);
}

/* White space between two encoded words is not text (RFC 2047 section 6.2). */
static str skip_gap(str s)
{
	struct word w;
	str rest = s;
	while (rest.n && lex_is(*rest.p, LEX_WSP))
		rest = str_skip(rest, 1);
	return word_read(rest, &w) ? rest : s;
}

/* The encoded words at the start of *s that share a charset, as one: mailers
 * cut characters in two. */
static str words_decode(struct arena *a, str *s, struct word w)
{
	BUF(bytes);
	str charset = w.charset;
	do {
		buf_add(&bytes, word_bytes(a, &w));
		*s = skip_gap(str_skip(*s, w.n));
	} while (word_read(*s, &w) && str_ieq(w.charset, charset));
	return charset_decode(a, arena_copy(a, buf_str(&bytes)), charset, NULL);
}

static str plain_decode(struct arena *a, str plain, size_t *guesses)
{
	if (utf8_valid(plain))
		return plain;
	return ++*guesses > GUESSES_MAX ? utf8_scrub(a, plain)
					: charset_decode(a, plain, STR_NONE, NULL);
}

str encword_decode(struct arena *a, str text)
{
	size_t guesses = 0, words = 0;
	BUF(out);
	while (text.n) {
		struct word w;
		const char *at = memmem(text.p, text.n, "=?", 2);
		str plain = at ? str_first(text, (size_t)(at - text.p)) : text;
		buf_add(&out, plain_decode(a, plain, &guesses));
		text = str_skip(text, plain.n);
		if (words < WORDS_MAX && word_read(text, &w)) {
			words++;
			buf_add(&out, words_decode(a, &text, w));
		} else if (text.n) {
			buf_add_char(&out, *text.p);
			text = str_skip(text, 1);
		}
	}
	return lex_calm(a, arena_copy(a, buf_str(&out)));
}

enum {
	WORD_OCTETS = 75,  /* RFC 2047 section 2 */
	FRAME_OCTETS = 12, /* "=?utf-8?q?" and "?=" */
	LINE_OCTETS = 76,
	PLAIN_OCTETS = 900, /* a longer run could not be folded below 998 */
};

static bool plain_in_q(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || memchr("!*+-/", c, 5);
}

static bool needs_encoding(str word)
{
	return !lex_ascii(word) || str_find(word, STR("=?")).n || word.n > PLAIN_OCTETS;
}

/* From the first to behind the last word that needs encoding. */
static str middle(str text)
{
	const char *from = NULL, *to = NULL;
	str rest = text, word;
	while (str_word(&rest, &word)) {
		if (!needs_encoding(word))
			continue;
		from = from ? from : word.p;
		to = word.p + word.n;
	}
	return from ? (str){ from, (size_t)(to - from) } : STR_NONE;
}

static void add_q(struct buf *b, str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		if (plain_in_q(bytes.p[i]))
			buf_add_char(b, bytes.p[i]);
		else if (bytes.p[i] == ' ')
			buf_add_char(b, '_');
		else
			buf_addf(b, "=%02X", (unsigned char)bytes.p[i]);
	}
}

/* How much of s goes into a word of so many octets: whole characters. */
static str fill(str s, size_t octets, bool base64)
{
	size_t used = 0;
	str rest = s;
	while (rest.n) {
		str next = rest;
		utf8_next(&next);
		size_t n = rest.n - next.n;
		size_t cost = base64                                  ? n
			      : plain_in_q(*rest.p) || *rest.p == ' ' ? 1
								      : 3 * n;
		used += cost;
		if (rest.p > s.p && used > (base64 ? octets / 4 * 3 : octets))
			break;
		rest = next;
	}
	return str_first(s, s.n - rest.n);
}

static void add_words(struct arena *a, struct buf *b, str s, size_t column)
{
	size_t wide = 0, space = LINE_OCTETS - FRAME_OCTETS;
	for (size_t i = 0; i < s.n; i++)
		wide += !plain_in_q(s.p[i]) && s.p[i] != ' ';
	bool base64 = 3 * wide > s.n;
	space = column < space - 16 ? space - column : WORD_OCTETS - FRAME_OCTETS;
	while (s.n) {
		str piece = fill(s, space, base64);
		s = str_skip(s, piece.n);
		buf_add(b, base64 ? STR("=?utf-8?b?") : STR("=?utf-8?q?"));
		if (base64)
			buf_add(b, enc_base64(a, piece));
		else
			add_q(b, piece);
		buf_add(b, s.n ? STR("?= ") : STR("?="));
		space = WORD_OCTETS - FRAME_OCTETS;
	}
}

str encword_encode(struct arena *a, str text, size_t column, bool phrase)
{
	text = lex_calm(a, utf8_scrub(a, text));
	str wide = middle(text);
	if (!wide.n)
		return text;
	if (phrase)
		wide = str_trim(text);
	BUF(out);
	buf_add(&out, str_first(text, (size_t)(wide.p - text.p)));
	add_words(a, &out, wide, column + out.n);
	buf_add(&out, str_skip(text, (size_t)(wide.p - text.p) + wide.n));
	return arena_copy(a, buf_str(&out));
}
