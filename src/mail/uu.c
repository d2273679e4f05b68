#include "mail/uu.h"

enum {
	DIGIT = ' ',    /* stands for 0, as ` does */
	LINE_MOST = 63, /* octets that a line can say it has */
	CHECK = 2, /* a check sum, and a mark against blanks that go, of some encoders */
	SPREAD =
		4, /* a file is no more times as long as its lines, where many blanks went */
};

static const str BEGIN = { "begin ", 6 };

static bool is_digit(char c)
{
	return c >= DIGIT && c <= '`';
}

static unsigned value(char c)
{
	return ((unsigned char)c - DIGIT) & LINE_MOST;
}

static size_t digits_of(size_t octets)
{
	return (octets + 2) / 3 * 4;
}

/* "begin 644 NAME": three or four octal digits. */
static bool read_begin(str line, str *name)
{
	size_t n = 0;
	str mode = str_skip(line, BEGIN.n);
	if (!str_starts(line, BEGIN))
		return false;
	while (n < mode.n && mode.p[n] >= '0' && mode.p[n] <= '7')
		n++;
	if (n < 3 || n > 4 || n == mode.n || mode.p[n] != ' ')
		return false;
	*name = str_trim(str_skip(mode, n));
	return name->n > 0;
}

/* Blanks at its end may have gone on the way: they are zeros. */
static bool is_line(str line, size_t *octets)
{
	if (!line.n || !is_digit(*line.p))
		return false;
	*octets = value(*line.p);
	size_t digits = digits_of(*octets);
	if (line.n > 1 + digits + CHECK)
		return false;
	for (size_t i = 1; i < line.n; i++)
		if (!is_digit(line.p[i]))
			return false;
	return true;
}

/* The lines behind "begin": those with octets, the one that has none (an empty one where its
 * blank has gone), "end". */
static bool read_lines(str text, size_t at, struct uu_file *f)
{
	str rest = str_skip(text, at), line;
	size_t octets = 1;
	f->size = 0;
	f->lines = (str){ rest.p, 0 };
	while (str_line(&rest, &line)) {
		if (!line.n)
			octets = 0;
		else if (!is_line(line, &octets))
			return false;
		if (!octets)
			break;
		f->size += octets;
		f->lines.n = rest.n ? (size_t)(rest.p - f->lines.p) : text.n - at;
	}
	if (octets || f->size > SPREAD * f->lines.n || !str_line(&rest, &line)
	    || !str_eq(str_trim(line), STR("end")))
		return false;
	f->end = rest.n ? (size_t)(rest.p - text.p) : text.n;
	return true;
}

bool uu_find(str text, size_t at, struct uu_file *f)
{
	while (at < text.n) {
		str rest = str_skip(text, at), line;
		if (at && text.p[at - 1] != '\n')
			rest = STR_NONE;
		if (str_line(&rest, &line) && read_begin(line, &f->name)) {
			size_t behind = rest.n ? (size_t)(rest.p - text.p) : text.n;
			f->begin = at;
			if (read_lines(text, behind, f))
				return true;
		}
		str next = str_find(str_skip(text, at), STR("\nbegin "));
		if (!next.n)
			return false;
		at = (size_t)(next.p - text.p) + 1;
	}
	return false;
}

/* Four digits from i on as 24 bits. */
static unsigned four(str line, size_t i)
{
	unsigned bits = 0;
	for (size_t k = i; k < i + 4; k++)
		bits = bits << 6 | (k < line.n ? value(line.p[k]) : 0);
	return bits;
}

str uu_bytes(struct arena *a, const struct uu_file *f)
{
	char *out = arena_alloc(a, f->size + 3), *at = out;
	str rest = f->lines, line;
	while (str_line(&rest, &line)) {
		size_t left = line.n ? value(*line.p) : 0;
		for (size_t i = 1; left; i += 4) {
			unsigned bits = four(line, i);
			for (int shift = 16; left && shift >= 0; shift -= 8, left--)
				*at++ = (char)(bits >> shift);
		}
	}
	return (str){ out, f->size };
}
