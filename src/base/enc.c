#include "base/enc.h"

const char enc_base64_letters[64 + 1] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char B32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char HEX[] = "0123456789abcdef", UPPER_HEX[] = "0123456789ABCDEF";

const unsigned char enc_base64_digit[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,
	['G'] = 7,  ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
	['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
	['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
	['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

str enc_base64(struct arena *a, str s)
{
	size_t n = (s.n + 2) / 3 * 4;
	char *out = arena_alloc(a, n), *at = out;
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;
		if (i + 1 < s.n)
			v |= (uint32_t)(unsigned char)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= (unsigned char)s.p[i + 2];
		*at++ = enc_base64_letters[v >> 18];
		*at++ = enc_base64_letters[v >> 12 & 63];
		*at++ = i + 1 < s.n ? enc_base64_letters[v >> 6 & 63] : '=';
		*at++ = i + 2 < s.n ? enc_base64_letters[v & 63] : '=';
	}
	return (str){ out, n };
}

err enc_base64_decode(struct arena *a, str s, str *bytes)
{
	if (s.n % 4)
		return FAIL(ERR_SYNTAX, "base64 comes in groups of four characters");
	char *out = arena_alloc(a, s.n / 4 * 3);
	size_t n = 0, pad = 0;
	uint32_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = memchr(enc_base64_letters, s.p[i], 64);
		if (s.p[i] == '=' && i + 2 >= s.n)
			pad++;
		else if (!at || pad)
			return FAIL(ERR_SYNTAX, "not base64");
		v = v << 6 | (at ? (uint32_t)(at - enc_base64_letters) : 0);
		if (i % 4 == 3) {
			out[n++] = (char)(v >> 16 & 255);
			out[n++] = (char)(v >> 8 & 255);
			out[n++] = (char)(v & 255);
			v = 0;
		}
	}
	for (size_t i = 0; i < pad; i++) /* left-over bits must be 0 */
		if (out[--n])
			return FAIL(ERR_SYNTAX, "base64 with stray bits at its end");
	*bytes = (str){ out, n };
	return OK;
}

static void swap(char *p, size_t n, char plus, char slash, char to_plus, char to_slash)
{
	for (size_t i = 0; i < n; i++)
		p[i] = p[i] == plus ? to_plus : p[i] == slash ? to_slash : p[i];
}

str enc_base64url(struct arena *a, str s)
{
	str padded = enc_base64(a, s);
	size_t n = padded.n;
	char *out = arena_z(a, padded);
	swap(out, n, '+', '/', '-', '_');
	while (n && out[n - 1] == '=')
		n--;
	return (str){ out, n };
}

err enc_base64url_decode(struct arena *a, str s, str *bytes)
{
	static const char padding[] = "==";
	if (str_has(s, '+') || str_has(s, '/') || str_has(s, '=') || s.n % 4 == 1)
		return FAIL(ERR_SYNTAX, "not base64url");
	char *padded = arena_z(a, arena_cat(a, s, (str){ padding, (4 - s.n % 4) % 4 }));
	size_t n = (s.n + 3) / 4 * 4;
	swap(padded, n, '-', '_', '+', '/');
	return enc_base64_decode(a, (str){ padded, n }, bytes);
}

str enc_base32(struct arena *a, str s)
{
	size_t n = (s.n * 8 + 4) / 5, bits = 0;
	char *out = arena_alloc(a, n), *at = out;
	uint32_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		v = v << 8 | (unsigned char)s.p[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*at++ = B32[v >> (bits - 5) & 31];
	}
	if (bits)
		*at++ = B32[v << (5 - bits) & 31];
	return (str){ out, n };
}

str enc_hex(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n * 2);
	for (size_t i = 0; i < s.n; i++) {
		out[2 * i] = HEX[(unsigned char)s.p[i] >> 4];
		out[2 * i + 1] = HEX[s.p[i] & 15];
	}
	return (str){ out, s.n * 2 };
}

static int hex_digit(char c)
{
	c = chr_lower(c);
	return chr_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

err enc_hex_decode(struct arena *a, str s, str *bytes)
{
	if (s.n % 2)
		return FAIL(ERR_SYNTAX, "hexadecimal comes in pairs");
	char *out = arena_alloc(a, s.n / 2);
	for (size_t i = 0; i < s.n / 2; i++) {
		int hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return FAIL(ERR_SYNTAX, "not hexadecimal");
		out[i] = (char)(hi << 4 | lo);
	}
	*bytes = (str){ out, s.n / 2 };
	return OK;
}

static str percent(struct arena *a, str s, const char *plain)
{
	char *out = arena_alloc(a, s.n * 3);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (chr_is_alpha((char)c) || chr_is_digit((char)c)
		    || (c && strchr(plain, c))) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = UPPER_HEX[c >> 4];
		out[n++] = UPPER_HEX[c & 15];
	}
	return (str){ out, n };
}

str enc_percent(struct arena *a, str s)
{
	return percent(a, s, "-._~");
}

str enc_percent_path(struct arena *a, str s)
{
	return percent(a, s, "-._~/");
}

err enc_percent_decode(struct arena *a, str s, bool plus, str *bytes)
{
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			out[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		int hi = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int lo = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
		if (hi < 0 || lo < 0)
			return FAIL(ERR_SYNTAX, "a % without two hexadecimal digits");
		out[n++] = (char)(hi << 4 | lo);
		i += 2;
	}
	*bytes = (str){ out, n };
	return OK;
}

str enc_xtext(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n * 3);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c > ' ' && c < 127 && c != '+' && c != '=') {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '+';
		out[n++] = UPPER_HEX[c >> 4];
		out[n++] = UPPER_HEX[c & 15];
	}
	return (str){ out, n };
}

/* What "+" and two digits stand for; -1: they are none. */
static int xtext_octet(str s)
{
	const char *hi = s.n > 2 ? memchr(UPPER_HEX, s.p[1], 16) : NULL;
	const char *lo = s.n > 2 ? memchr(UPPER_HEX, s.p[2], 16) : NULL;
	return hi && lo ? (int)(16 * (hi - UPPER_HEX) + (lo - UPPER_HEX)) : -1;
}

err enc_xtext_decode(struct arena *a, str s, bool utf8, str *bytes)
{
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];
		if (c == '=')
			return FAIL(ERR_SYNTAX, "= stands for nothing in xtext");
		if (c == '+') {
			c = xtext_octet(str_skip(s, i));
			i += 2;
		}
		if (c < ' ' || c == 127 || (c > 127 && !utf8))
			return FAIL(ERR_SYNTAX, "not xtext of printable characters");
		out[n++] = (char)c;
	}
	*bytes = (str){ out, n };
	return OK;
}
