#include "books.h"

#include "base/map.h"
#include "lists/publish.h"
#include "lists/fanout.h"
#include "mail/seven.h"

#define DEV "dev@lists.example"

static void test_words(struct arena *a)
{
	static const struct {
		const char *address, *destination;
	} cases[] = {
		{ "anna@Uni.Example", "uni.example" },
		{ "\"a@b\"@uni.example", "uni.example" },
		{ "anna@b\xC3\xBC"
		  "cher.example",
		  "xn--bcher-kva.example" },
		{ "anna@[192.0.2.1]", "[192.0.2.1]" },
		{ "anna", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(str_eq(destination_of(a, str_from(cases[i].address)),
			     str_from(cases[i].destination)));
	CHECK(!message_has_8bit(STR("plain\r\n")) && !message_has_8bit(STR("")));
	CHECK(message_has_8bit(STR("x\x80")) && message_has_8bit(STR("\xff")));
}

static void option(struct books_test *t, const char *address, const char *key,
		   const char *value)
{
	struct member_row m;
	BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				  str_from(address), &m));
	BOOKS_MUST(t,
		   member_option(t->a, &m, str_from(key), str_from(value), STR("user")));
	BOOKS_MUST(t, member_change(t->books.lists, &m));
}

static str post(struct books_test *t, const char *from, const char *to, const char *id)
{
	return books_mail(t->a, from, to, id, "hello");
}

static void clear(struct books_test *t)
{
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

static void test_audience(struct books_test *t)
{
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV,
			       post(t, "anna@uni.example", DEV, "1@x"))));
	CHECK(str_eq(books_owed(t),
		     STR("anna@uni.example bob@lab.example Carl@lab.example")));
	clear(t);
	option(t, "anna@uni.example", "own_posts", "no");
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV,
			       post(t, "anna@uni.example", DEV, "2@x"))));
	CHECK(str_eq(books_owed(t), STR("bob@lab.example Carl@lab.example")));
	clear(t);
	/* "no copies" only where the member stands in To or Cc, in any spelling. */
	option(t, "carl@lab.example", "copies", "no");
	CHECK(ok(books_arrives(t, "bob@lab.example", DEV,
			       post(t, "bob@lab.example",
				    DEV ", CARL@lab.example, bob@lab.example", "3@x"))));
	CHECK(str_eq(books_owed(t), STR("anna@uni.example bob@lab.example")));
	clear(t);
	option(t, "bob@lab.example", "delivery", "off");
	CHECK(ok(books_arrives(t, "bob@lab.example", DEV,
			       post(t, "bob@lab.example", DEV, "4@x"))));
	CHECK(str_eq(books_owed(t), STR("anna@uni.example Carl@lab.example")));
	clear(t);
	option(t, "bob@lab.example", "delivery", "regular");
	option(t, "carl@lab.example", "copies", "yes");
}

/* Who writes from a second address is still the member who wants no own posts. */
static void test_second_address(struct books_test *t)
{
	struct address_row row, own;
	CHECK(ok(address_find(t->books.lists, t->a, STR("anna@uni.example"), &own)));
	CHECK(ok(address_ensure(t->books.lists, t->a, STR("anna@home.example"),
				STR("anna@home.example"), STR(""), 1, &row)));
	CHECK(ok(address_move(t->books.lists, row.id, own.person))
	      && ok(address_verify(t->books.lists, row.id, 1)));
	CHECK(ok(books_arrives(t, "anna@home.example", DEV,
			       post(t, "anna@home.example", DEV, "5@x"))));
	CHECK(str_eq(books_owed(t), STR("bob@lab.example Carl@lab.example")));
	clear(t);
}

static void test_message(struct books_test *t)
{
	struct outbound_message m;
	CHECK(ok(books_arrives(t, "bob@lab.example", DEV,
			       post(t, "bob@lab.example", DEV, "6@x"))));
	str body = books_newest(t, &m);
	CHECK(m.verp && m.complete && m.kept && !m.frozen && m.inbound == t->arrival);
	CHECK(str_eq(m.source, arena_printf(t->a, "%lld/" DEV, (long long)t->arrival)));
	CHECK(str_eq(m.message_id, STR("6@x")) && str_eq(m.list, STR(DEV)));
	CHECK((size_t)m.size == body.n
	      && str_eq(str_skip(body, (size_t)m.split), STR("\r\nhello\r\n")));
	CHECK(holds(books_noted(t, "accepted"), "nonmember: miss"));
	CHECK(str_eq(books_noted(t, "queued"), STR("post to 3 recipients")));
	CHECK(m.copies == 3);
	/* Once more, as after a crash before the arrival was taken off. */
	struct post p;
	struct address path = books_box(t, "bob@lab.example").address;
	int64_t copies = books_count(t, "delivery", "1"),
		notes = books_count(t, "event", "1");
	CHECK(ok(post_read(
		t->books.lists, t->a, books_entry(t, DEV),
		&(struct mail_in){ .source = m.source,
				   .text = post(t, "bob@lab.example", DEV, "6@x"),
				   .reverse_path = &path,
				   .trust = str_from(ALIGNED) },
		&p)));
	CHECK(ok(post_publish(&t->books, t->a, &p, STR("again"))));
	CHECK(books_count(t, "delivery", "1") == copies
	      && books_count(t, "event", "1") == notes);
	clear(t);
}

/* --- many members, and crashes in the middle --- */

enum { MANY = 2500 };

static void add_many(struct books_test *t, const struct list_entry *l)
{
	BOOKS_MUST(t, book_begin(t->books.lists));
	for (int i = 0; i < MANY; i++) {
		char text[64];
		snprintf(text, sizeof text, "m%d@d%d.example", i, i % 7);
		books_member(t, l, text);
	}
	BOOKS_MUST(t, book_commit(t->books.lists));
}

struct fan {
	struct post post;
	struct outgoing out;
	struct map has_copy;
	struct outbound_message m;
};

static void fan_start(struct books_test *t, struct fan *f, const struct list_entry *big)
{
	struct address path = books_box(t, "m0@d0.example").address;
	bool fresh;
	memset(f, 0, sizeof *f);
	BOOKS_MUST(t, post_read(t->books.lists, t->a, big,
				&(struct mail_in){ .source = STR("99/big@lists.example"),
						   .text = post(t, "m0@d0.example",
								"big@lists.example",
								"big@x"),
						   .reverse_path = &path,
						   .trust = str_from(ALIGNED) },
				&f->post));
	f->out = (struct outgoing){ .post = &f->post, .audience.has_copy = &f->has_copy };
	BOOKS_MUST(t, steps_run(&t->books, t->a, &f->out));
	f->m = (struct outbound_message){ .source = f->post.source,
					  .kind = STR("post"),
					  .list = big->address,
					  .verp = true,
					  .personal = f->out.personal };
	BOOKS_MUST(t, book_begin(t->books.outbound));
	BOOKS_MUST(t, outbound_add(t->books.outbound, &f->m, &fresh));
	if (fresh)
		BOOKS_MUST(t, outbound_body_write(t->books.outbound, f->m.id,
						  f->post.message));
	BOOKS_MUST(t, book_commit(t->books.outbound));
}

static void fan_end(struct fan *f)
{
	map_free(&f->has_copy);
	buf_free(&f->out.prepend);
	buf_free(&f->out.append);
}

static bool batch(struct books_test *t, struct fan *f, int64_t list, bool commit)
{
	BOOKS_MUST(t, book_begin(t->books.outbound));
	err e = fanout_batch(&t->books, t->a, list, &f->out, &f->m);
	if (commit && !e.kind)
		e = book_commit(t->books.outbound);
	else
		book_rollback(t->books.outbound);
	return ok(e);
}

/* Names go with the copies only where these bear them. */
static void test_readers(struct books_test *t, const struct list_entry *big)
{
	struct fan f;
	for (int names = 0; names < 2; names++) {
		fan_start(t, &f, big);
		f.out.audience.list = big->id;
		f.m.marks = names ? STR("{x.") : STR("");
		CHECK(batch(t, &f, big->id, true));
		CHECK(books_count(t, "delivery", "reader <> ''") == (names ? 1000 : 0));
		fan_end(&f);
		clear(t);
		BOOKS_MUST(t, book_run(t->books.outbound,
				       "DELETE FROM message WHERE source = "
				       "'99/big@lists.example'"));
	}
}

/* Two batches, a third that was never durable, then a new start from what the book
 * says: each member exactly once. */
static void test_crash(struct books_test *t, const struct list_entry *big)
{
	struct fan f;
	fan_start(t, &f, big);
	CHECK(batch(t, &f, big->id, true) && f.m.fanned_to > 0 && !f.m.complete);
	CHECK(books_count(t, "delivery", "1") == 1000);
	CHECK(batch(t, &f, big->id, false));
	CHECK(books_count(t, "delivery", "1") == 1000);
	fan_end(&f);

	fan_start(t, &f, big); /* the process that comes after */
	CHECK(!f.m.complete && f.m.fanned_to > 0);
	CHECK(ok(fanout_rest(&t->books, big->id, &f.out, &f.m)) && f.m.complete);
	fan_end(&f);
	CHECK(books_count(t, "delivery", "1") == MANY);
	CHECK(books_count(t, "delivery",
			  "member IN (SELECT member FROM delivery GROUP BY member "
			  "HAVING count(*) > 1)")
	      == 0);
	fan_start(t, &f, big); /* and once more: nothing is left to do */
	CHECK(f.m.complete && ok(fanout_rest(&t->books, big->id, &f.out, &f.m)));
	fan_end(&f);
	CHECK(books_count(t, "delivery", "1") == MANY);
	CHECK(books_count(t, "message", "source = '99/big@lists.example'") == 1);
	/* One entry, which counts what both processes made. */
	CHECK(books_count(t, "event", "recipient = 'big@lists.example'") == 1);
	CHECK(str_eq(books_noted(t, "queued"),
		     arena_printf(t->a, "post to %d recipients", MANY)));
	clear(t);
}

static void count_told(void *times)
{
	++*(int *)times;
}

/* Whoever sends them is told at each ten thousand, not at each batch. */
static void test_told(struct books_test *t, const struct list_entry *big)
{
	static const struct {
		int64_t before;
		int times;
	} cases[] = { { 0, 0 }, { 7000, 0 }, { 7500, 1 }, { 9999, 1 }, { 10000, 0 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fan f;
		int times = 0;
		BOOKS_MUST(t, book_run(t->books.outbound,
				       "DELETE FROM message WHERE source = "
				       "'99/big@lists.example'"));
		fan_start(t, &f, big);
		f.m.copies = cases[i].before;
		t->books.copies_made = count_told;
		t->books.ctx = &times;
		CHECK(ok(fanout_rest(&t->books, big->id, &f.out, &f.m))
		      && f.m.copies == cases[i].before + MANY);
		CHECK(times == cases[i].times);
		t->books.copies_made = NULL;
		fan_end(&f);
		clear(t);
	}
}

/* The same through the whole of it: the arrival is sorted again after each crash. A
 * setting that changed in between does not leave half of the members without. */
static void test_resume(struct books_test *t)
{
	str mail = post(t, "m0@d0.example", "big@lists.example", "resumed@x");
	struct inbound_message m = books_accept(t, "m0@d0.example", "big@lists.example",
						mail, ALIGNED);
	const struct list_entry *big = books_entry(t, "big@lists.example");
	struct fan f;
	struct address path = books_box(t, "m0@d0.example").address;
	memset(&f, 0, sizeof f);
	BOOKS_MUST(t, post_read(t->books.lists, t->a, big,
				&(struct mail_in){ .source = arena_printf(
							   t->a, "%lld/big@lists.example",
							   (long long)m.id),
						   .text = mail,
						   .reverse_path = &path,
						   .trust = str_from(ALIGNED) },
				&f.post));
	f.out = (struct outgoing){ .post = &f.post, .audience.has_copy = &f.has_copy };
	bool fresh, yes;
	CHECK(ok(post_has_begun(&t->books, t->a, f.post.source, &yes)) && !yes);
	f.m = (struct outbound_message){ .source = f.post.source,
					 .inbound = m.id,
					 .kind = STR("post"),
					 .list = big->address,
					 .verp = true };
	BOOKS_MUST(t, outbound_add(t->books.outbound, &f.m, &fresh));
	BOOKS_MUST(t, outbound_body_write(t->books.outbound, f.m.id, mail));
	CHECK(batch(t, &f, big->id, true));
	fan_end(&f);
	CHECK(ok(post_has_begun(&t->books, t->a, f.post.source, &yes)) && yes);

	books_set(t, "big@lists.example", "emergency", "yes");
	CHECK(ok(arrival_sort(&t->books, t->a, &m)));
	CHECK(books_count(t, "delivery", "1") == MANY);
	CHECK(books_count(t, "held", "1") == 0);
	int64_t left;
	CHECK(ok(inbound_count(t->books.inbound, &left)) && left == 0);
	clear(t);
	books_set(t, "big@lists.example", "emergency", "no");
}

/* More posts in an hour than the list may: the next ones are kept, and released in
 * one go. */
static void test_spike(struct books_test *t)
{
	struct outbound_message m;
	books_set(t, DEV, "posts_per_hour", "2");
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	for (int i = 0; i < 4; i++)
		CHECK(ok(books_arrives(
			t, "bob@lab.example", DEV,
			post(t, "bob@lab.example", DEV,
			     arena_z(t->a, arena_printf(t->a, "s%d@x", i))))));
	CHECK(books_count(t, "message", "frozen = 1 AND kind = 'post'") == 2);
	CHECK(books_count(t, "delivery", "held = 2") == 6);
	CHECK(books_count(t, "message", "kind = 'notice'")
	      == 1); /* one a day and sender */
	str letter = books_newest(t, &m);
	(void)letter;
	struct outbound_message *frozen;
	size_t n;
	CHECK(ok(outbound_frozen(t->books.outbound, t->a, &frozen, &n)) && n == 2);
	for (size_t i = 0; i < n; i++)
		CHECK(ok(outbound_freeze(t->books.outbound, frozen[i].id, false)));
	CHECK(books_count(t, "delivery", "held = 2") == 0);
	books_set(t, DEV, "posts_per_hour", "0");
	clear(t);
}

/* Neither archive nor Archived-At where the list or the author wants none. */
static void test_archive(struct books_test *t)
{
	struct outbound_message m;
	CHECK(ok(books_arrives(t, "bob@lab.example", DEV,
			       post(t, "bob@lab.example", DEV, "a1@x"))));
	CHECK(holds(books_newest(t, &m),
		    "Archived-At: <https://lists.example/lists/dev/"));
	str quiet = arena_cat(t->a, STR("X-No-Archive: yes\r\n"),
			      post(t, "bob@lab.example", DEV, "a2@x"));
	CHECK(ok(books_arrives(t, "bob@lab.example", DEV, quiet)));
	CHECK(!holds(books_newest(t, &m), "Archived-At"));
	books_set(t, DEV, "archive_policy", "never");
	CHECK(ok(books_arrives(t, "bob@lab.example", DEV,
			       post(t, "bob@lab.example", DEV, "a3@x"))));
	CHECK(!holds(books_newest(t, &m), "Archived-At"));
	books_set(t, DEV, "archive_policy", "public");
	clear(t);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_words(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_member(&t, dev, "bob@lab.example");
	books_member(&t, dev, "Carl@LAB.example");
	books_set(&t, DEV, "posts_per_hour", "0");
	test_audience(&t);
	test_second_address(&t);
	test_message(&t);
	const struct list_entry *big = books_list(&t, "big@lists.example");
	add_many(&t, big);
	test_readers(&t, big);
	test_crash(&t, big);
	test_told(&t, big);
	test_resume(&t);
	test_spike(&t);
	test_archive(&t);
	books_end(&t);
	return check_done();
}
