#include "smtp/client.h"

/* RFC 5321 section 4.5.2: a dot at a line's start is sent twice. */
static size_t leading_dots(str body)
{
	size_t dots = 0;
	for (str rest = body; rest.n;) {
		dots += rest.p[0] == '.';
		const char *lf = memchr(rest.p, '\n', rest.n);
		rest = lf ? str_skip(rest, (size_t)(lf - rest.p) + 1) : STR_NONE;
	}
	return dots;
}

str smtp_stuff(struct arena *a, str body)
{
	size_t dots = leading_dots(body);
	if (!dots)
		return body;
	char *out = arena_alloc(a, body.n + dots), *to = out;
	for (str rest = body; rest.n;) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		size_t n = lf ? (size_t)(lf - rest.p) + 1 : rest.n;
		if (rest.p[0] == '.')
			*to++ = '.';
		memcpy(to, rest.p, n);
		to += n;
		rest = str_skip(rest, n);
	}
	return (str){ out, (size_t)(to - out) };
}
