/* A person who goes for good, step by step, and what is left. */
#include "books.h"

#include "archive/verify.h"
#include "lists/erase.h"
#include "lists/personal.h"
#include "store/archive/author.h"
#include "store/archive/blob.h"
#include "store/lists/held.h"

#define DEV  "dev@lists.example"
#define ANNA "anna@uni.example"

static void arrive(struct books_test *t, const char *from, const char *who,
		   const char *id, const char *body, const char *trust)
{
	CHECK(ok(books_arrives_as(t, from, DEV, books_mail(t->a, who, DEV, id, body),
				  trust)));
}

static int64_t named(struct books_test *t, const char *address)
{
	struct archive_posts p;
	BOOKS_MUST(t, archive_posts_by_author(t->books.archive, t->a, str_from(address),
					      0, 1000, &p));
	return (int64_t)p.count;
}

static str raw(struct books_test *t, int64_t id)
{
	str message;
	BOOKS_MUST(t, archive_blob_read(t->books.archive, t->a, id, SIZE_MAX, &message));
	return message;
}

static bool has(str text, const char *what)
{
	return str_ifind(text, str_from(what)).n > 0;
}

static int64_t fill(struct books_test *t)
{
	const struct list_entry *dev = books_list(t, DEV);
	int64_t person = books_person(t, ANNA);
	books_member(t, dev, ANNA);
	books_member(t, dev, "ben@uni.example");
	books_role(t, dev, "olga@uni.example", "owner");
	for (int i = 0; i < 120; i++)
		arrive(t, ANNA, "Anna Meyer <" ANNA ">",
		       arena_z(t->a, arena_printf(t->a, "%d@x", i)), "words of mine",
		       ALIGNED);
	arrive(t, "ben@uni.example", "Ben <ben@uni.example>", "b@x",
	       "> Anna Meyer <" ANNA "> wrote", ALIGNED);
	arrive(t, ANNA, ANNA, "held@x", "not proven", "{}");
	CHECK(named(t, ANNA) == 120);
	CHECK(books_count(t, "held", "verdict = ''") == 1);
	return person;
}

static void test_data(struct books_test *t, int64_t person)
{
	json_t *all;
	str *keys;
	size_t n;
	CHECK(ok(personal_data(&t->books, t->a, person, &all)));
	CHECK(json_array_size(json_object_get(all, "memberships")) == 1);
	CHECK(json_array_size(json_object_get(all, "held_posts")) == 1);
	CHECK(json_array_size(json_object_get(all, "addresses")) == 1);
	json_decref(all);
	CHECK(ok(personal_addresses(&t->books, t->a, person, &keys, &n)) && n == 1
	      && str_eq(keys[0], STR(ANNA)));
	CHECK(personal_data(&t->books, t->a, 9999, &all).kind == ERR_NOTFOUND);
}

static void test_refused(struct books_test *t)
{
	int64_t olga = books_person(t, "olga@uni.example");
	err e = person_erase(&t->books, t->a, olga, &t->by);
	CHECK(e.kind == ERR_DENIED && has(str_from(e.msg), DEV));
	CHECK(person_erase(&t->books, t->a, 9999, &t->by).kind == ERR_NOTFOUND);
	CHECK(books_count(t, "erasure", "1") == 0);
	CHECK(books_count(t, "audit", "what = 'person erased'") == 0);
}

static void test_account(struct books_test *t, int64_t person)
{
	CHECK(ok(person_erase(&t->books, t->a, person, &t->by)));
	CHECK(books_count(t, "person",
			  "id IN (SELECT person FROM address WHERE key = "
			  "'" ANNA "')")
	      == 0);
	CHECK(books_count(t, "member", "1") == 1);
	CHECK(books_count(t, "held", "verdict = '' OR author = '" ANNA "'") == 0);
	CHECK(books_count(t, "seen", "author = '" ANNA "'") == 0);
	CHECK(books_count(t, "audit",
			  "detail LIKE '%" ANNA "%' OR actor LIKE '%" ANNA "%'")
	      == 0);
	CHECK(books_count(t, "audit", "what = 'person erased'") == 1);
	CHECK(books_count(t, "erasure", "1") == 1);
	CHECK(named(t, ANNA) == 120); /* not yet */
}

/* A step is lost with the process that made it: it is made again. */
static void test_archive(struct books_test *t)
{
	bool more = true;
	int steps = 0;
	struct verify_result r;
	CHECK(ok(erase_continue(&t->books, t->a, &more)) && more);
	CHECK(named(t, ANNA) == 70);
	BOOKS_MUST(t, book_run(t->books.lists, "UPDATE erasure SET after = 0"));
	while (more && steps++ < 20)
		CHECK(ok(erase_continue(&t->books, t->a, &more)));
	CHECK(!more && steps < 20);
	CHECK(books_count(t, "erasure", "1") == 0);
	CHECK(named(t, ANNA) == 0);
	for (int64_t id = 1; id <= 121; id++)
		CHECK(!has(raw(t, id), "anna") && !has(raw(t, id), "meyer"));
	CHECK(has(raw(t, 1), "words of mine") && has(raw(t, 1), "@hidden.invalid"));
	CHECK(has(raw(t, 121), "From: Ben"));
	CHECK(ok(archive_verify(t->books.archive, 0, NULL, NULL, &r)));
	CHECK(r.posts == 121 && !r.changed && !r.unreadable);
	int64_t ids[10];
	size_t n;
	CHECK(ok(archive_posts_naming(t->books.archive, STR(ANNA),
				      STR("\"anna@uni.example\""), 0, 5, ids, &n))
	      && n == 0);
	CHECK(ok(archive_posts_naming(t->books.archive, STR(ANNA), STR("words"), 0, 5,
				      ids, &n))
	      && n == 5);
	struct archive_author *x;
	int64_t authors;
	CHECK(ok(archive_authors(t->books.archive, t->a, books_entry(t, DEV)->id, 0, 10,
				 &x, &n, &authors))
	      && authors == 2 && x[0].posts == 120
	      && str_starts(x[0].address, STR("former-")));
}

/* An author who never had an account; and nobody is left to do. */
static void test_stranger(struct books_test *t)
{
	bool more;
	CHECK(ok(erase_continue(&t->books, t->a, &more)) && !more);
	CHECK(named(t, "ben@uni.example") == 1);
	CHECK(ok(address_erase(&t->books, t->a, STR("ben@uni.example"), &t->by)));
	do
		CHECK(ok(erase_continue(&t->books, t->a, &more)));
	while (more);
	CHECK(named(t, "ben@uni.example") == 0);
	CHECK(has(raw(t, 121), "wrote"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	int64_t person = fill(&t);
	test_data(&t, person);
	test_refused(&t);
	test_account(&t, person);
	test_archive(&t);
	test_stranger(&t);
	books_end(&t);
	return check_done();
}
