#include "web/pages/narrow.h"

#include "tests/check.h"

static const struct {
	const char *words, *term, *made;
	bool chosen;
} table[] = {
	{ "", "date:2017", "date:2017", false },
	{ "lattice", "from:\"anna\"", "lattice from:\"anna\"", false },
	{ "  a \t b ", "date:2017", "a b date:2017", false },
	/* a term of its kind makes room */
	{ "a from:\"ben\" b", "from:\"anna\"", "a b from:\"anna\"", false },
	{ "from:okafor", "from:\"R. Okafor\"", "from:\"R. Okafor\"", false },
	{ "FROM:x date:2016", "date:2017", "FROM:x date:2017", false },
	{ "date:2017-06 a", "date:2017", "date:2017-06 a date:2017", false },
	{ "\"from:ben is\" a", "from:\"anna\"", "\"from:ben is\" a from:\"anna\"",
	  false },
	{ "-from:ben a", "from:\"anna\"", "-from:ben a from:\"anna\"", false },
	/* which is there goes */
	{ "a from:\"R. Okafor\" b", "from:\"R. Okafor\"", "a b", true },
	{ "date:2017", "date:2017", "", true },
	/* what is bound to another stays */
	{ "from:a OR from:b", "from:\"c\"", "from:a OR from:b from:\"c\"", false },
	{ "NOT from:a", "from:\"c\"", "NOT from:a from:\"c\"", false },
	{ "(from:a b)", "from:\"c\"", "(from:a b) from:\"c\"", false },
	{ "a \"no end", "date:2017", "a \"no end date:2017", false },
};

int main(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct narrowed n = narrow(a, str_from(table[i].words),
					   str_from(table[i].term));
		CHECK(str_eq(n.words, str_from(table[i].made)));
		CHECK(n.chosen == table[i].chosen);
	}
	return check_done();
}
