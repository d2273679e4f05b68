/* What readers keep for themselves of an archive: stars and tags, by orders; how far they have read;
 * and what becomes of it when threads, persons and lists change. */
#include "orders_people.h"

#include "archive/add.h"
#include "archive/redact.h"
#include "store/archive/thread.h"
#include "store/lists/address.h"
#include "store/lists/follow.h"
#include "store/lists/list.h"
#include "store/lists/mark.h"
#include "store/lists/reading.h"

static int64_t dev;

static void post(struct books_test *t, int n)
{
	int64_t number = 0;
	struct archive_arrival x = {
		.list = dev,
		.source = arena_printf(t->a, "%d/dev", n),
		.message = arena_printf(t->a,
					"From: a@uni.example\r\nSubject: Topic %d\r\n"
					"Message-ID: <%d@uni.example>\r\n\r\nx\r\n",
					n, n),
		.received_at = 1795500000
	};
	CHECK(ok(archive_add(t->books.archive, t->a, &x, &number)) && number == n);
}

static void mark(struct books_test *t, int64_t person, const char *number,
		 const char *key, const char *value, struct order_row *row)
{
	run(t, "mark",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "number", number, key, value), person,
	    row);
}

/* "*,c++,todo" */
static str marks(struct books_test *t, int64_t person, int64_t number)
{
	str posts, *words, all = STR("");
	size_t n;
	BOOKS_MUST(t,
		   archive_thread_numbers(t->books.archive, t->a, dev, number, &posts));
	BOOKS_MUST(t,
		   mark_of_thread(t->books.lists, t->a, person, dev, posts, &words, &n));
	for (size_t i = 0; i < n; i++)
		all = arena_cat(t->a, all, i ? STR(",") : STR(""),
				words[i].n ? words[i] : STR("*"));
	return all;
}

static bool are(struct books_test *t, int64_t person, int64_t number, const char *wanted)
{
	str got = marks(t, person, number);
	if (!str_eq(got, str_from(wanted)))
		fprintf(stderr, "  thread %d: %.*s\n", (int)number, STR_F(got));
	return str_eq(got, str_from(wanted));
}

static void test_words(struct books_test *t, int64_t who)
{
	static const struct {
		const char *tags, *why, *then; /* why: NULL where it is done */
	} cases[] = {
		{ "Todo, c++", NULL, "*,c++,todo" },
		{ "todo", NULL, "*,c++,todo" },
		{ "gr\xc3\xb6\xc3\x9f"
		  "e",
		  NULL,
		  "*,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
		{ " , ", NULL,
		  "*,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
		{ "a:b", "one word",
		  "*,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
		{ "ok -x", "one word",
		  "*,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
		{ "a(b", "one word",
		  "*,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
		{ "1 2 3 4 5 6 7 8", "at most 10",
		  "*,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
		{ "1 2 3 4 5 6 7 7", NULL, /* twice the same is one */
		  "*,1,2,3,4,5,6,7,c++,gr\xc3\xb6\xc3\x9f"
		  "e,todo" },
	};
	struct order_row row;
	mark(t, who, "1", "star", "yes", &row);
	CHECK(done(&row) && are(t, who, 1, "*"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		mark(t, who, "1", "tags", cases[i].tags, &row);
		CHECK(cases[i].why ? refused(&row, cases[i].why) : done(&row));
		CHECK(are(t, who, 1, cases[i].then));
	}
	mark(t, who, "1", "untag", "c++", &row);
	mark(t, who, "1", "star", "no", &row);
	CHECK(are(t, who, 1,
		  "1,2,3,4,5,6,7,gr\xc3\xb6\xc3\x9f"
		  "e,todo"));
	CHECK(books_count(t, "audit", "what LIKE '%mark%'") == 0);
}

static void test_refused(struct books_test *t, int64_t who)
{
	struct order_row row;
	mark(t, who, "99", "star", "yes", &row);
	CHECK(refused(&row, "no such thread"));
	mark(t, who, "x", "star", "yes", &row);
	CHECK(refused(&row, "no such thread"));
	mark(t, 0, "1", "star", "yes", &row);
	CHECK(refused(&row, "as a guest"));
	books_set(t, DEV, "archive_policy", "private");
	mark(t, people[SIGNED_IN].person, "1", "star", "yes", &row);
	CHECK(refused(&row, "you may not"));
	books_set(t, DEV, "archive_policy", "public");
	BOOKS_MUST(t,
		   book_run(t->books.lists,
			    "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 "
			    "FROM n WHERE i < 1099) INSERT INTO mark (person, list, "
			    "number, word, made_at) SELECT ?1, ?2, i, '', 1 FROM n",
			    SQL_I(people[SIGNED_IN].person), SQL_I(dev)));
	mark(t, people[SIGNED_IN].person, "1", "star", "yes", &row);
	CHECK(refused(&row, "1,000 threads"));
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM mark WHERE number > 99"));
}

/* What was marked stays with the post at which it was. */
static void test_threads(struct books_test *t, int64_t who)
{
	struct order_row row;
	struct redact r = { .list = dev,
			    .number = 2,
			    .at = 1795600000,
			    .actor = STR("x"),
			    .reason = STR("") };
	mark(t, who, "2", "tags", "two", &row);
	mark(t, who, "3", "tags", "three", &row);
	BOOKS_MUST(t, archive_merge(t->books.archive, t->a, &r, 3));
	CHECK(are(t, who, 2, "three,two") && are(t, who, 3, "three,two"));
	mark(t, who, "2", "tags", "both", &row);
	mark(t, who, "3", "untag", "two", &row);
	CHECK(are(t, who, 2, "both,three"));
	BOOKS_MUST(t, archive_unplace(t->books.archive, t->a, &r));
	CHECK(are(t, who, 2, "") && are(t, who, 3, "both,three"));
}

static bool reads(struct books_test *t, int64_t who, const char *wanted)
{
	struct reading_row *r;
	size_t n;
	str all = STR("");
	BOOKS_MUST(t, reading_of(t->books.lists, t->a, who, dev, &r, &n));
	for (size_t i = 0; i < n; i++)
		all = arena_printf(t->a, "%.*s%s%lld:%lld", STR_F(all), i ? " " : "",
				   (long long)r[i].number, (long long)r[i].upto);
	if (!str_eq(all, str_from(wanted)))
		fprintf(stderr, "  read %.*s\n", STR_F(all));
	return str_eq(all, str_from(wanted));
}

static void put(struct books_test *t, int64_t who, int64_t number, int64_t upto)
{
	BOOKS_MUST(t, reading_put(t->books.lists, who, dev,
				  &(struct reading_row){ number, upto }));
}

static void test_reading(struct books_test *t, int64_t who)
{
	put(t, who, 0, 10);
	put(t, who, 3, 12);
	put(t, who, 5, 9);
	CHECK(reads(t, who, "0:10 3:12"));
	put(t, who, 3, 11);
	CHECK(reads(t, who, "0:10 3:12"));
	put(t, who, 0, 5);
	CHECK(reads(t, who, "0:10 3:12"));
	put(t, who, 0, 12);
	CHECK(reads(t, who, "0:12"));
	for (int64_t i = 1; i <= READING_THREADS + 20; i++)
		put(t, who, i, 20 + i);
	CHECK(books_count(t, "reading", "number > 0") == READING_THREADS);
	CHECK(books_count(t, "reading", "number > 0 AND number <= 20") == 0);
	put(t, who, 0, 9999);
	CHECK(reads(t, who, "0:9999"));
}

static void follow(struct books_test *t, int64_t who, int64_t number)
{
	BOOKS_MUST(t, follow_add(t->books.lists, &(struct follow_row){ .person = who,
								       .list = dev,
								       .number = number,
								       .made_at = 100,
								       .last_at = 100 }));
}

/* Of whoever gives the last address away all goes to who takes it, and nothing is there twice. */
static void test_persons(struct books_test *t)
{
	int64_t one = books_person(t, "one@uni.example");
	int64_t two = books_person(t, "two@uni.example");
	struct address_row x;
	struct order_row row;
	mark(t, one, "1", "tags", "a b", &row);
	mark(t, two, "1", "tags", "b c", &row);
	follow(t, one, 1);
	follow(t, two, 1);
	follow(t, two, 4);
	put(t, one, 0, 5);
	put(t, two, 0, 7);
	BOOKS_MUST(t, address_find(t->books.lists, t->a, STR("two@uni.example"), &x));
	BOOKS_MUST(t, address_move(t->books.lists, x.id, one));
	CHECK(are(t, one, 1, "a,b,c") && reads(t, one, "0:7"));
	str posts;
	bool is;
	struct follow_row *f;
	size_t n;
	BOOKS_MUST(t, follow_of_person(t->books.lists, t->a, one, &f, &n));
	CHECK(n == 2);
	BOOKS_MUST(t, archive_thread_numbers(t->books.archive, t->a, dev, 4, &posts));
	BOOKS_MUST(t, follow_is(t->books.lists, one, dev, posts, &is));
	CHECK(is && books_count(t, "mark", "1") > 0);
	/* one who keeps an address keeps the marks */
	BOOKS_MUST(t, address_move(t->books.lists, x.id, people[OTHER_OWNER].person));
	CHECK(are(t, one, 1, "a,b,c") && are(t, people[OTHER_OWNER].person, 1, ""));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	dev = books_entry(&t, DEV)->id;
	for (int n = 1; n <= 4; n++)
		post(&t, n);
	int64_t member = people[MEMBER].person;
	test_words(&t, member);
	test_refused(&t, member);
	test_threads(&t, member);
	test_reading(&t, member);
	test_persons(&t);
	CHECK(ok(list_remove(t.books.lists, dev)));
	CHECK(books_count(&t, "mark", "1") == 0 && books_count(&t, "follow", "1") == 0
	      && books_count(&t, "reading", "1") == 0);
	books_end(&t);
	return check_done();
}
