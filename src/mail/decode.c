#include "mail/decode.h"

#include "base/enc.h"
#include "mail/lex.h"

#include <gmime/gmime.h>
#include <pthread.h>

enum { UU_LINE = 64 }; /* octets a line can say it has */

/* Four digits at p as 24 bits; false where one of them is none. */
static inline bool four(const unsigned char *p, uint32_t *v)
{
	uint32_t d0 = enc_base64_digit[p[0]], d1 = enc_base64_digit[p[1]],
		 d2 = enc_base64_digit[p[2]], d3 = enc_base64_digit[p[3]];
	*v = (d0 - 1) << 18 | (d1 - 1) << 12 | (d2 - 1) << 6 | (d3 - 1);
	return d0 && d1 && d2 && d3;
}

str decode_base64(struct arena *a, str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned char *out = arena_alloc(a, s.n / 4 * 3 + 3), *at = out;
	uint32_t v = 0, block;
	unsigned bits = 0;
	for (size_t i = 0; i < s.n; i++) {
		while (!bits && s.n - i >= 4 && four(p + i, &block)) {
			*at++ = (unsigned char)(block >> 16);
			*at++ = (unsigned char)(block >> 8);
			*at++ = (unsigned char)block;
			i += 4;
		}
		if (i == s.n)
			break;
		if (enc_base64_digit[p[i]]) {
			v = v << 6 | (enc_base64_digit[p[i]] - 1U);
			bits += 6;
			if (bits >= 8) {
				bits -= 8;
				*at++ = (unsigned char)(v >> bits);
			}
		} else if (p[i] == '=') { /* what follows starts anew: some join encoded
					     pieces */
			bits = 0;
		}
	}
	return (str){ (char *)out, (size_t)(at - out) };
}

static int hex(char c)
{
	c = chr_lower(c);
	return chr_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The octet of an =XX at s; -1 where there is none. */
static int octet(str s)
{
	int hi = s.n >= 3 ? hex(s.p[1]) : -1, lo = s.n >= 3 ? hex(s.p[2]) : -1;
	return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

/* Copies s with its =XX decoded; a = that starts none stays. */
static char *put_octets(char *at, str s)
{
	str head, tail;
	while (str_cut(s, '=', &head, &tail)) {
		if (head.n)
			memcpy(at, head.p, head.n);
		at += head.n;
		s = str_skip(s, head.n);
		int c = octet(s);
		*at++ = c < 0 ? '=' : (char)c;
		s = str_skip(s, c < 0 ? 1 : 3);
	}
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

str decode_quoted_printable(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n), *at = out;
	while (s.n) {
		const char *lf = memchr(s.p, '\n', s.n);
		str line = { s.p, lf ? (size_t)(lf - s.p) + 1 : s.n };
		s = str_skip(s, line.n);
		size_t end = lf ? (line.n > 1 && lf[-1] == '\r' ? 2 : 1) : 0;
		str text = str_first(line, line.n - end);
		while (text.n
		       && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t'))
			text.n--; /* RFC 2045 section 6.7 rule 3: added on the way */
		bool soft = text.n && text.p[text.n - 1] == '=';
		text.n -= soft;
		at = put_octets(at, text);
		if (!soft) {
			memcpy(at, line.p + (line.n - end), end);
			at += end;
		}
	}
	return (str){ out, (size_t)(at - out) };
}

str decode_q(struct arena *a, str s)
{
	char *spaced = arena_alloc(a, s.n), *out = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		spaced[i] = s.p[i] == '_' ? ' ' : s.p[i];
	char *end = put_octets(out, (str){ spaced, s.n });
	return (str){ out, (size_t)(end - out) };
}

bool decode_base64_clean(str s)
{
	size_t i = 0;
	while (i < s.n
	       && (enc_base64_digit[(unsigned char)s.p[i]] || lex_is(s.p[i], LEX_WSP)))
		i++;
	while (i < s.n && (s.p[i] == '=' || lex_is(s.p[i], LEX_WSP)))
		i++;
	return i == s.n;
}

bool decode_quoted_printable_clean(str s)
{
	str head, tail;
	for (; str_cut(s, '=', &head, &tail); s = tail) {
		while (tail.n && (*tail.p == ' ' || *tail.p == '\t'))
			tail = str_skip(tail, 1);
		bool soft = !tail.n || *tail.p == '\n' || str_starts(tail, STR("\r\n"));
		if (!soft && octet(str_skip(s, head.n)) < 0)
			return false;
	}
	return true;
}

static void start_gmime(void)
{
	g_mime_init();
}

str decode_uu(struct arena *a, str text)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	GMimeEncoding state;
	str line;
	while (str_line(&text, &line) && !str_starts(line, STR("begin ")))
		;
	if (!text.n)
		return STR_NONE;
	pthread_once(&once, start_gmime);
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
	state.state |= GMIME_UUDECODE_STATE_BEGIN; /* the line before was ours to find */
	char *out = arena_alloc(a, g_mime_encoding_outlen(&state, text.n) + UU_LINE);
	return (str){ out, g_mime_encoding_flush(&state, text.p, text.n, out) };
}
