#include "base/str.h"

bool str_ieq(str a, str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (chr_lower(a.p[i]) != chr_lower(b.p[i]))
			return false;
	return true;
}

bool str_istarts(str s, str prefix)
{
	return s.n >= prefix.n && str_ieq((str){ s.p, prefix.n }, prefix);
}

str str_find(str s, str what)
{
	const char *at = s.n && what.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
	return at ? (str){ at, s.n - (size_t)(at - s.p) } : STR_NONE;
}

str str_ifind(str s, str what)
{
	for (size_t i = 0; what.n && i + what.n <= s.n; i++)
		if (str_ieq((str){ s.p + i, what.n }, what))
			return (str){ s.p + i, s.n - i };
	return STR_NONE;
}

str str_trim(str s)
{
	while (s.n && chr_is_space(s.p[0]))
		s = (str){ s.p + 1, s.n - 1 };
	while (s.n && chr_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

int str_cmp(str a, str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_line(str *s, str *line)
{
	if (!s->n)
		return false;
	if (!str_cut(*s, '\n', line, s)) {
		*line = *s;
		*s = STR_NONE;
	}
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool str_word(str *s, str *word)
{
	size_t at = 0;
	while (at < s->n && (s->p[at] == ' ' || s->p[at] == '\t'))
		at++;
	size_t end = at;
	while (end < s->n && s->p[end] != ' ' && s->p[end] != '\t')
		end++;
	if (at == end)
		return false;
	*word = (str){ s->p + at, end - at };
	*s = str_skip(*s, end);
	return true;
}

bool str_has_word(str words, str word)
{
	str one;
	while (str_word(&words, &one))
		if (str_eq(one, word))
			return true;
	return false;
}

bool str_ihas_word(str words, str word)
{
	str one;
	while (str_word(&words, &one))
		if (str_ieq(one, word))
			return true;
	return false;
}

bool str_u64(str s, uint64_t *value)
{
	uint64_t v = 0;
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_digit(s.p[i]) || __builtin_mul_overflow(v, 10, &v)
		    || __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	*value = v;
	return true;
}

bool str_i64(str s, int64_t *value)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t v;
	if (!str_u64(minus ? str_skip(s, 1) : s, &v) || v > INT64_MAX)
		return false;
	*value = minus ? -(int64_t)v : (int64_t)v;
	return true;
}
