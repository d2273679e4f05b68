/* The log of downloads: what is kept, found, counted and forgotten. */
#include "store_folder.h"

#include "store/lists/address.h"
#include "store/lists/download.h"
#include "store/lists/person.h"

#include <inttypes.h>

enum { NOVEMBER = 1794787200, MONTH = 30 * 86400 }; /* 2026-11-16 */

static struct download had(const char *path, const char *tag, int64_t person, int64_t at)
{
	return (struct download){ .at = at,
				  .path = str_from(path),
				  .tag = str_from(tag),
				  .size = 10,
				  .changed_at = 5,
				  .person = person,
				  .network = str_from(person ? "" : "192.0.2.0"),
				  .how = STR("session"),
				  .octets = 10,
				  .complete = true };
}

static void fill(struct book *b, int64_t person)
{
	const struct download all[] = {
		had("/a/x", "1", person, NOVEMBER),
		had("/a/x", "2", 0, NOVEMBER + 1),
		had("/a/y%z", "1", person, NOVEMBER + MONTH),
		had("/ab/x", "1", 0, NOVEMBER + MONTH + 1),
		had("/a/x", "2", person + 1000,
		    NOVEMBER + MONTH + 2), /* is gone by now */
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		CHECK(ok(download_add(b, &all[i])));
}

static size_t found(struct arena *a, struct book *b, const struct download_want *w)
{
	struct download_row *x;
	size_t n = 99;
	CHECK(ok(download_list(b, a, w, 100, &x, &n)));
	for (size_t i = 1; i < n; i++)
		CHECK(x[i].id < x[i - 1].id);
	return n;
}

static void finds(struct arena *a, struct book *b)
{
	const struct {
		struct download_want want;
		size_t count;
	} cases[] = {
		{ { .below = STR("/") }, 5 },
		{ { .below = STR("") }, 5 },
		{ { .below = STR("/a/") }, 4 },
		{ { .below = STR("/a/x") }, 3 },
		{ { .below = STR("/a") }, 0 },
		{ { .text = STR("%") }, 1 },
		{ { .text = STR("b/X") }, 1 },
		{ { .who = STR("anna") }, 2 },
		{ { .who = STR("Smi") }, 2 },
		{ { .who = STR("192.0.2") }, 2 },
		{ { .who = STR("_") }, 0 },
		{ { .from = NOVEMBER + 1, .until = NOVEMBER + MONTH + 1 }, 2 },
		{ { .before = 1 }, 0 },
		{ { .before = 3 }, 2 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(found(a, b, &cases[i].want) == cases[i].count);
}

static void counts(struct arena *a, struct book *b)
{
	struct download_want w = { .below = STR("/a/") };
	struct download_count *x;
	size_t n;
	CHECK(ok(download_counts(b, a, &w, 10, &x, &n)) && n == 3);
	CHECK(str_eq(x[0].month, STR("2026-12")) && x[0].complete == 1);
	CHECK(str_eq(x[2].month, STR("2026-11")) && str_eq(x[2].path, STR("/a/x")));
	CHECK(x[2].complete == 2 && x[2].begun == 2 && x[2].people == 2
	      && x[2].octets == 20);
}

static void versions(struct arena *a, struct book *b)
{
	struct site_version v;
	size_t n = 0;
	for (; !site_version_next(b, a, &v).kind && n < 99; n++)
		CHECK(v.size == 10 && ok(site_version_sum(b, v.id, STR("ab"))));
	CHECK(n == 4); /* and one more of a file is another */
}

static void forgets(struct arena *a, struct book *b)
{
	struct download_want all = { .below = STR("/") };
	int64_t gone;
	bool is;
	CHECK(ok(download_expire(b, NOVEMBER + 1, &gone)) && gone == 1);
	CHECK(found(a, b, &all) == 4);
	CHECK(ok(book_number(b, &gone, &is,
			     "SELECT count(*) FROM site_file WHERE id > ?1", SQL_I(0)))
	      && gone == 3);
	CHECK(ok(download_expire(b, NOVEMBER + 2 * MONTH, &gone)) && gone == 4);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	int64_t person;
	struct download_row *x;
	size_t n;
	CHECK(ok(person_add(b, STR("Anna Smith"), 1, &person)));
	CHECK(ok(book_run(b,
			  "INSERT INTO address (key, text, person, verified_at) VALUES "
			  "('anna@x', 'Anna@x', ?1, 1)",
			  SQL_I(person))));
	fill(b, person);
	finds(a, b);
	counts(a, b);
	versions(a, b);
	CHECK(ok(download_by_person(b, a, person, 10, &x, &n)) && n == 2);
	CHECK(str_eq(x[0].address, STR("Anna@x")) && str_eq(x[0].sha256, STR("ab")));
	CHECK(ok(person_remove(b, person)));
	CHECK(found(a, b, &(struct download_want){ .who = STR("anna") }) == 0);
	CHECK(found(a, b, &(struct download_want){ .below = STR("/") }) == 5);
	forgets(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
