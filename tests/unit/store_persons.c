/* Everybody, a page at a time: in the order in which they came, by part of a name or of any
 * address, each once. */
#include "store_folder.h"

#include "store/lists/address.h"
#include "store/lists/person.h"

enum { PERSONS = 25 };

static void fill(struct arena *a, struct book *b)
{
	for (int i = 1; i <= PERSONS; i++) {
		struct address_row x;
		int64_t id;
		str key = arena_printf(a, "p%02d@x.example", i);
		CHECK(ok(address_ensure(b, a, key, key, arena_printf(a, "Person %d", i),
					1, &x)));
		CHECK(x.person == i);
		key = arena_printf(a, "p%02d@%s.example", i, i % 2 ? "odd" : "even");
		CHECK(ok(address_add(b, x.person, key, key, &id)));
	}
}

static void test_pages(struct arena *a, struct book *b)
{
	static const struct {
		const char *search;
		int64_t after, before;
		size_t limit, count;
		int64_t first;
		bool earlier, later;
	} cases[] = {
		{ "", 0, 0, 10, 10, 1, false, true },
		{ "", 10, 0, 10, 10, 11, true, true },
		{ "", 20, 0, 10, 5, 21, true, false },
		{ "", 0, 21, 10, 10, 11, true, true },
		{ "", 0, 11, 10, 10, 1, false, true },
		{ "", 0, 6, 10, 10, 1, false, true },  /* less than a page: the first */
		{ "", 0, 0, 25, 25, 1, false, false }, /* all, to the last */
		{ "odd.ex", 0, 0, 10, 10, 1, false, true },
		{ "ODD.ex", 19, 0, 10, 3, 21, true, false },
		{ "odd.ex", 0, 21, 5, 5, 11, true, true },
		{ "p0", 0, 0, 20, 9, 1, false, false }, /* by both addresses, once */
		{ "Person 2", 0, 0, 20, 7, 2, false, false },
		{ "p25@", 0, 0, 20, 1, 25, false, false },
		{ "25", 0, 0, 20, 1, 25, false, false }, /* name and address, once */
		{ "%", 0, 0, 20, 0, 0, false, false },
		{ "_", 0, 0, 20, 0, 0, false, false },
		{ "nobody", 0, 0, 20, 0, 0, false, false },
		{ "", 25, 0, 10, 0, 0, true, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct person_some some;
		struct person_want want = { str_from(cases[i].search), cases[i].after,
					    cases[i].before };
		CHECK(ok(person_page(b, a, &want, cases[i].limit, &some)));
		bool fits = some.count == cases[i].count
			    && (!some.count || some.rows[0].id == cases[i].first)
			    && some.earlier == cases[i].earlier
			    && some.later == cases[i].later;
		for (size_t k = 1; k < some.count; k++)
			fits = fits && some.rows[k].id > some.rows[k - 1].id;
		if (!fits)
			fprintf(stderr, "  case %zu: %zu from %lld, %d %d\n", i,
				some.count, some.count ? (long long)some.rows[0].id : 0LL,
				some.earlier, some.later);
		CHECK(fits);
	}
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	fill(a, b);
	test_pages(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
