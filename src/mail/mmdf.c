#include "mail/mmdf.h"

#include "base/buf.h"

#define MARK "\001\001\001\001"

static bool take_line(str *rest, str *line, bool *mark)
{
	bool some = str_line(rest, line);
	*mark = some && str_eq(*line, STR(MARK));
	return some;
}

bool mmdf_is(str bytes)
{
	str line;
	bool mark;
	return take_line(&bytes, &line, &mark) && mark;
}

/* Up to the mark that ends it. A writer puts an empty line before that. */
static str take_message(str *rest, struct arena *a)
{
	BUF(b);
	str line;
	bool mark = false, first = true;
	while (take_line(rest, &line, &mark) && !mark) {
		if (!first || !str_starts(line, STR("From ")))
			buf_cat(&b, str_skip(line, str_starts(line, STR(">From "))),
				STR("\r\n"));
		first = false;
	}
	str s = buf_str(&b);
	if (str_eq(s, STR("\r\n")) || str_ends(s, STR("\r\n\r\n")))
		s.n -= 2;
	return arena_copy(a, s);
}

bool mmdf_next(str *rest, struct arena *a, str *message)
{
	str line;
	bool mark;
	while (take_line(rest, &line, &mark)) {
		str s = mark ? take_message(rest, a) : STR("");
		if (!s.n)
			continue;
		*message = s;
		return true;
	}
	return false;
}
