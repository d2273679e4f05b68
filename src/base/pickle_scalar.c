#include "base/buf.h"
#include "base/pickle_inside.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>

enum { NUMBER_OCTETS = 64 };

static err push_int(struct machine *m, int64_t n)
{
	return pickle_push(m, (struct pickle){ .type = PICKLE_INT, .number = n });
}

static err push_bool(struct machine *m, bool yes)
{
	return pickle_push(m, (struct pickle){ .type = PICKLE_BOOL, .number = yes });
}

static err push_text(struct machine *m, enum pickle_type type, str text)
{
	return pickle_push(m, (struct pickle){ .type = type, .text = text });
}

/* I: a number of decimal digits; before protocol 2 also what is true or false. L ends
 * in an L. */
static err op_decimal(struct machine *m, unsigned char op)
{
	str line;
	int64_t n;
	TRY(pickle_line(m, &line));
	if (op == 'I' && (str_eq(line, STR("00")) || str_eq(line, STR("01"))))
		return push_bool(m, line.p[1] == '1');
	if (str_ends(line, STR("L")))
		line.n--;
	if (!str_i64(line, &n))
		return FAIL(line.n > 18 ? ERR_LIMIT : ERR_SYNTAX,
			    "a pickle with a number that is none, or too long");
	return push_int(m, n);
}

static err op_float(struct machine *m, unsigned char op)
{
	str line;
	char text[NUMBER_OCTETS], *end;
	(void)op;
	TRY(pickle_line(m, &line));
	if (!line.n || line.n >= sizeof text)
		return FAIL(ERR_SYNTAX, "a pickle with a number that is none");
	memcpy(text, line.p, line.n);
	text[line.n] = 0;
	double x = strtod(text, &end);
	if (*end)
		return FAIL(ERR_SYNTAX, "a pickle with a number that is none");
	return pickle_push(m, (struct pickle){ .type = PICKLE_REAL, .real = x });
}

/* G: IEEE 754, its first octet first. */
static err op_binfloat(struct machine *m, unsigned char op)
{
	str bytes;
	uint64_t bits = 0;
	double x;
	(void)op;
	TRY(pickle_take(m, sizeof bits, &bytes));
	for (size_t i = 0; i < sizeof bits; i++)
		bits = bits << 8 | (unsigned char)bytes.p[i];
	memcpy(&x, &bits, sizeof x);
	return pickle_push(m, (struct pickle){ .type = PICKLE_REAL, .real = x });
}

static err op_binint(struct machine *m, unsigned char op)
{
	uint64_t n;
	size_t octets = op == 'J' ? 4 : op == 'M' ? 2 : 1;
	TRY(pickle_little(m, octets, &n));
	return push_int(m, op == 'J' ? (int32_t)n : (int64_t)n);
}

/* Two's complement in as many octets as it takes; LONG1 has their count in one, LONG4
 * in four. */
static err op_binlong(struct machine *m, unsigned char op)
{
	uint64_t count, n;
	TRY(pickle_little(m, op == 0x8A ? 1 : 4, &count));
	if (count > sizeof n)
		return FAIL(ERR_LIMIT, "a pickle with a number of over 64 bits");
	TRY(pickle_little(m, count, &n));
	if (count && count < sizeof n && n >> (8 * count - 1))
		n |= UINT64_MAX << (8 * count);
	return push_int(m, (int64_t)n);
}

static err op_constant(struct machine *m, unsigned char op)
{
	return op == 'N' ? pickle_push(m, (struct pickle){ .type = PICKLE_NONE })
			 : push_bool(m, op == 0x88);
}

static int hex_digit(char c)
{
	return chr_is_digit(c)                              ? c - '0'
	       : chr_lower(c) >= 'a' && chr_lower(c) <= 'f' ? chr_lower(c) - 'a' + 10
							    : -1;
}

/* So many hex digits at the start of s. False: there are fewer. */
static bool hex_number(str s, size_t digits, uint32_t *n)
{
	*n = 0;
	for (size_t i = 0; i < digits; i++) {
		int d = i < s.n ? hex_digit(s.p[i]) : -1;
		if (d < 0)
			return false;
		*n = *n << 4 | (uint32_t)d;
	}
	return true;
}

/* One escape of a byte string behind its backslash, off *s. */
static char unescape(str *s)
{
	static const char from[] = "ntr", to[] = "\n\t\r";
	uint32_t n;
	char c = s->p[0];
	const char *at = strchr(from, c);
	if (c == 'x' && hex_number(str_skip(*s, 1), 2, &n)) {
		*s = str_skip(*s, 3);
		return (char)n;
	}
	*s = str_skip(*s, 1);
	return c && at ? to[at - from] : c;
}

/* S: a byte string as Python's repr() writes it. */
static err op_string(struct machine *m, unsigned char op)
{
	str s;
	BUF(out);
	(void)op;
	TRY(pickle_line(m, &s));
	if (s.n < 2 || s.p[0] != s.p[s.n - 1] || (s.p[0] != '\'' && s.p[0] != '"'))
		return FAIL(ERR_SYNTAX, "a pickle with a string without its quotes");
	s = (str){ s.p + 1, s.n - 2 };
	while (s.n) {
		char c = s.p[0];
		s = str_skip(s, 1);
		buf_add_char(&out, c == '\\' && s.n ? unescape(&s) : c);
	}
	return push_text(m, PICKLE_BYTES, arena_copy(m->a, buf_str(&out)));
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		c = 0xFFFD;
	if (c < 0x80) {
		buf_add_char(b, (char)c);
		return;
	}
	size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	buf_add_char(b, (char)(lead[more] | c >> (6 * more)));
	while (more--)
		buf_add_char(b, (char)(0x80 | (c >> (6 * more) & 0x3F)));
}

/* One character of V's text: an octet is Latin-1, \u and \U escape the others; two
 * halves of a surrogate pair stand one behind the other. */
static uint32_t take_character(str *s)
{
	uint32_t c, low;
	size_t digits = str_starts(*s, STR("\\u"))   ? 4
			: str_starts(*s, STR("\\U")) ? 8
						     : 0;
	if (!digits || !hex_number(str_skip(*s, 2), digits, &c)) {
		c = (unsigned char)s->p[0];
		*s = str_skip(*s, 1);
		return c;
	}
	*s = str_skip(*s, 2 + digits);
	if (c >= 0xD800 && c < 0xDC00 && str_starts(*s, STR("\\u"))
	    && hex_number(str_skip(*s, 2), 4, &low) && low >= 0xDC00 && low < 0xE000) {
		*s = str_skip(*s, 6);
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	return c;
}

static err op_unicode(struct machine *m, unsigned char op)
{
	str s;
	BUF(out);
	(void)op;
	TRY(pickle_line(m, &s));
	while (s.n)
		add_utf8(&out, take_character(&s));
	return push_text(m, PICKLE_TEXT, arena_copy(m->a, buf_str(&out)));
}

/* Octets that were no characters stand in a text of Python as U+DC80 to U+DCFF, so
 * that they can be written again (PEP 383). */
static bool is_octet(str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	return s.n >= 3 && p[0] == 0xED && (p[1] == 0xB2 || p[1] == 0xB3) && p[2] >= 0x80
	       && p[2] < 0xC0;
}

static str octets_of(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	while (s.n) {
		bool octet = is_octet(s);
		out[n++] = octet ? (char)((s.p[1] & 1) << 6 | (unsigned char)s.p[2])
				 : s.p[0];
		s = str_skip(s, octet ? 3 : 1);
	}
	return (str){ out, n };
}

static err push_unicode(struct machine *m, str s)
{
	for (str at = str_find(s, STR("\xED")); at.n;
	     at = str_find(str_skip(at, 1), STR("\xED")))
		if (is_octet(at))
			return push_text(m, PICKLE_BYTES, octets_of(m->a, s));
	return push_text(m, PICKLE_TEXT, utf8_scrub(m->a, s));
}

/* A length in 1, 4 or 8 octets, then so many of octets or of text. */
static err op_counted(struct machine *m, unsigned char op)
{
	static const unsigned char lengths[256] = {
		['U'] = 1, ['C'] = 1,  [0x8C] = 1, ['T'] = 4,  ['B'] = 4,
		['X'] = 4, [0x8D] = 8, [0x8E] = 8, [0x96] = 8,
	};
	uint64_t n;
	str text;
	TRY(pickle_little(m, lengths[op], &n));
	TRY(pickle_take(m, n, &text));
	return op == 'X' || op == 0x8C || op == 0x8D ? push_unicode(m, text)
						     : push_text(m, PICKLE_BYTES, text);
}

err pickle_scalar(struct machine *m, unsigned char op, bool *known)
{
	static err (*const ops[256])(struct machine *, unsigned char) = {
		['I'] = op_decimal,  ['L'] = op_decimal,   ['F'] = op_float,
		['G'] = op_binfloat, ['J'] = op_binint,    ['K'] = op_binint,
		['M'] = op_binint,   [0x8A] = op_binlong,  [0x8B] = op_binlong,
		['N'] = op_constant, [0x88] = op_constant, [0x89] = op_constant,
		['S'] = op_string,   ['V'] = op_unicode,   ['U'] = op_counted,
		['T'] = op_counted,  ['X'] = op_counted,   ['B'] = op_counted,
		['C'] = op_counted,  [0x8C] = op_counted,  [0x8D] = op_counted,
		[0x8E] = op_counted, [0x96] = op_counted,
	};
	*known = ops[op] != NULL;
	return *known ? ops[op](m, op) : OK;
}
