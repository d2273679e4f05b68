#include "store/archive/armour.h"

#include "base/enc.h"

#include <string.h>

enum {
	LINES_LEAST = 64, /* fewer are not worth a frame */
	WIDTH_LEAST = 32,
	WIDTH_MOST = 996, /* RFC 5322 section 2.1.1 allows 998 in a line */
};

/* Letters until CRLF; 0: it is no such line. */
static unsigned width_of(str text)
{
	size_t most = text.n < WIDTH_MOST ? text.n : WIDTH_MOST, n = 0;
	while (n < most && enc_base64_digit[(unsigned char)text.p[n]])
		n++;
	return n >= WIDTH_LEAST && n % 4 == 0 && n + 2 <= text.n && text.p[n] == '\r'
			       && text.p[n + 1] == '\n'
		       ? (unsigned)n
		       : 0;
}

static size_t skip_line(str text)
{
	const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
	return end ? (size_t)(end - text.p) + 1 : text.n;
}

bool armour_find(str text, struct armour *x)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = at, count = 0;
		unsigned width = width_of(str_skip(text, at));
		for (; width && width_of(str_skip(text, end)) == width; count++)
			end += width + 2;
		if (count >= LINES_LEAST) {
			*x = (struct armour){ str_first(text, at),
					      { text.p + at, end - at },
					      str_skip(text, end),
					      width };
			return true;
		}
		at = count ? end : at + skip_line(str_skip(text, at));
	}
	return false;
}

size_t armour_inner(size_t lines, unsigned width)
{
	return lines / (width + 2) * (width / 4 * 3);
}

size_t armour_outer(size_t inner, unsigned width)
{
	return inner / (width / 4 * 3) * (width + 2);
}

void armour_off(char *to, str lines, unsigned width)
{
	const unsigned char *p = (const unsigned char *)lines.p;
	for (size_t n = lines.n / (width + 2); n; n--, p += 2)
		for (unsigned i = 0; i < width; i += 4, p += 4) {
			uint32_t v = (uint32_t)(enc_base64_digit[p[0]] - 1) << 18
				     | (uint32_t)(enc_base64_digit[p[1]] - 1) << 12
				     | (uint32_t)(enc_base64_digit[p[2]] - 1) << 6
				     | (uint32_t)(enc_base64_digit[p[3]] - 1);
			*to++ = (char)(v >> 16);
			*to++ = (char)(v >> 8);
			*to++ = (char)v;
		}
}

void armour_on(char *to, str inner, unsigned width)
{
	const unsigned char *p = (const unsigned char *)inner.p;
	for (size_t n = inner.n / (width / 4 * 3); n; n--) {
		for (unsigned i = 0; i < width; i += 4, p += 3) {
			uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
			*to++ = enc_base64_letters[v >> 18];
			*to++ = enc_base64_letters[v >> 12 & 63];
			*to++ = enc_base64_letters[v >> 6 & 63];
			*to++ = enc_base64_letters[v & 63];
		}
		*to++ = '\r';
		*to++ = '\n';
	}
}
