#include "web/pages/narrow.h"

/* The next term: up to a blank outside of quotation marks. */
static bool take_term(str *rest, str *term)
{
	bool quoted = false;
	*rest = str_trim(*rest);
	size_t n = 0;
	for (; n < rest->n && (quoted || !chr_is_space(rest->p[n])); n++)
		quoted ^= rest->p[n] == '"';
	*term = str_first(*rest, n);
	*rest = str_skip(*rest, n);
	return n > 0;
}

/* What stands beside it belongs to it. */
static bool binds(str term)
{
	return str_eq(term, STR("OR")) || str_eq(term, STR("NOT")) || str_has(term, '(');
}

/* A span of dates or a month is wider or narrower than a year, and both are meant. */
static bool makes_room(str term, str wanted)
{
	str kind = STR("from:");
	if (!str_starts(wanted, kind))
		return term.n == wanted.n && str_istarts(term, STR("date:"));
	return str_istarts(term, kind);
}

static bool any_binds(str words)
{
	str term;
	while (take_term(&words, &term))
		if (binds(term))
			return true;
	return false;
}

struct narrowed narrow(struct arena *a, str words, str term)
{
	struct narrowed n = { .words = STR("") };
	bool bound = any_binds(words);
	str x, between = STR("");
	while (take_term(&words, &x)) {
		if (!bound && str_eq(x, term))
			n.chosen = true;
		else if (bound || !makes_room(x, term))
			n.words = arena_cat(a, n.words, between, x);
		between = n.words.n ? STR(" ") : STR("");
	}
	if (!n.chosen)
		n.words = arena_cat(a, n.words, between, term);
	return n;
}
