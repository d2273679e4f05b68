#include "base/utf8.h"

#include "base/buf.h"

#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>

enum { REPLACEMENT = 0xFFFD };

/* The length of the character at p, and its value; 0 where there is none. */
static size_t decode(const unsigned char *p, size_t n, uint32_t *value)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xE0, 0xC0, 0x80 },
		      { 0xF0, 0xE0, 0x800 },
		      { 0xF8, 0xF0, 0x10000 } };
	for (size_t len = 1; len <= 4 && len <= n; len++) {
		if ((p[0] & forms[len - 1].mask) != forms[len - 1].lead)
			continue;
		uint32_t v = p[0] & (unsigned char)~forms[len - 1].mask;
		for (size_t i = 1; i < len; i++) {
			if ((p[i] & 0xC0) != 0x80)
				return 0;
			v = v << 6 | (p[i] & 0x3F);
		}
		if (v < forms[len - 1].least || v > 0x10FFFF
		    || (v >= 0xD800 && v <= 0xDFFF))
			return 0;
		*value = v;
		return len;
	}
	return 0;
}

bool utf8_valid(str s)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t v;
		uint64_t eight;
		if (s.n - at >= sizeof eight) { /* most text is ASCII */
			memcpy(&eight, s.p + at, sizeof eight);
			if (!(eight & 0x8080808080808080)) {
				at += sizeof eight;
				continue;
			}
		}
		size_t len = (unsigned char)s.p[at] < 0x80
				     ? 1
				     : decode((const unsigned char *)s.p + at, s.n - at,
					      &v);
		if (!len)
			return false;
		at += len;
	}
	return true;
}

uint32_t utf8_next(str *s)
{
	uint32_t v = REPLACEMENT;
	size_t len = decode((const unsigned char *)s->p, s->n, &v);
	*s = str_skip(*s, len ? len : 1);
	return v;
}

str utf8_scrub(struct arena *a, str s)
{
	if (utf8_valid(s))
		return s;
	BUF(out);
	while (s.n) {
		uint32_t v;
		size_t len = decode((const unsigned char *)s.p, s.n, &v);
		buf_add(&out, len ? str_first(s, len) : STR("\xEF\xBF\xBD"));
		s = str_skip(s, len ? len : 1);
	}
	return arena_copy(a, buf_str(&out));
}

str utf8_fold(struct arena *a, str s)
{
	s = utf8_scrub(a, s);
	size_t n = 0;
	uint8_t *folded = u8_casefold((const uint8_t *)s.p, s.n, NULL, UNINORM_NFC, NULL,
				      &n);
	if (!folded)
		return arena_lower(a, s);
	str out = arena_copy(a, (str){ (const char *)folded, n });
	free(folded);
	return out;
}

str utf8_nfc(struct arena *a, str s)
{
	s = utf8_scrub(a, s);
	size_t n = 0;
	uint8_t *composed = u8_normalize(UNINORM_NFC, (const uint8_t *)s.p, s.n, NULL,
					 &n);
	if (!composed)
		return s;
	str out = arena_copy(a, (str){ (const char *)composed, n });
	free(composed);
	return out;
}

str utf8_first(str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_first(s, n);
}

bool utf8_is_east(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x1100, 0x11ff },   /* Hangul Jamo */
		{ 0x2e80, 0x2fdf },   /* radicals */
		{ 0x3005, 0x3007 },   /* iteration mark, closing mark, zero */
		{ 0x3021, 0x3029 },   /* Hangzhou numerals */
		{ 0x3031, 0x30ff },   /* Hiragana, Katakana */
		{ 0x3105, 0x31ff },   /* Bopomofo, Hangul and Kana that stand alone */
		{ 0x3400, 0x4dbf },   /* Han */
		{ 0x4e00, 0x9fff },   /* Han */
		{ 0xa960, 0xa97f },   /* Hangul Jamo */
		{ 0xac00, 0xd7ff },   /* Hangul */
		{ 0xf900, 0xfaff },   /* Han, compatibility */
		{ 0xff66, 0xffdc },   /* half width */
		{ 0x20000, 0x323af }, /* Han */
	};
	for (size_t i = 0; c >= ranges[0].first && i < sizeof ranges / sizeof *ranges;
	     i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}
