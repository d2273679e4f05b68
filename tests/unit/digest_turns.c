/* Who is owed which posts in digests, and by which mail each has them. */
#include "books.h"

#include "base/buf.h"
#include "lists/digest.h"
#include "lists/expire.h"
#include "store/lists/digest.h"

#define DEV "dev@lists.example"

static void option(struct books_test *t, const char *address, const char *value)
{
	struct member_row m;
	BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				  str_from(address), &m));
	BOOKS_MUST(t, member_option(t->a, &m, STR("delivery"), str_from(value),
				    STR("user")));
	BOOKS_MUST(t, member_change(t->books.lists, &m));
}

static void post(struct books_test *t, const char *id)
{
	BOOKS_MUST(t, books_arrives(t, "anna@uni.example", DEV,
				    books_mail(t->a, "anna@uni.example", DEV, id, id)));
}

static int64_t send(struct books_test *t)
{
	int64_t issues = -1;
	BOOKS_MUST(t, digest_send(&t->books, t->a, books_entry(t, DEV)->id, clock_now(),
				  &issues));
	return issues;
}

static void ids_in(str body, struct buf *out)
{
	static const str mark = STR("Message-ID: <p");
	for (str rest = str_find(body, mark); rest.n;
	     rest = str_find(str_skip(rest, 1), mark))
		if (rest.n > mark.n + 1 && rest.p[mark.n + 1] == '@')
			buf_add_char(out, rest.p[mark.n]);
}

/* "bob: 12 p1", as it left: which posts each recipient has, "d" before those that came
 * in a digest. */
static str had(struct books_test *t, const char *address)
{
	struct outbound_message *m;
	struct delivery *d;
	BUF(out);
	size_t n, count;
	int64_t after = 0;
	BOOKS_MUST(t, outbound_before(t->books.outbound, t->a, 0, 1000, &m, &n));
	BOOKS_MUST(t, delivery_claim(t->books.outbound, t->a, &after, 10000, &d, &count));
	for (size_t i = n; i-- > 0;)
		for (size_t k = 0; k < count; k++) {
			str body;
			if (d[k].message != m[i].id
			    || !str_ieq(d[k].recipient, str_from(address)))
				continue;
			BOOKS_MUST(t, outbound_body_read(t->books.outbound, t->a, m[i].id,
							 0, m[i].size, &body));
			if (str_eq(m[i].kind, STR("digest")))
				buf_add(&out, STR("d"));
			ids_in(body, &out);
			buf_add(&out, STR(" "));
		}
	return arena_copy(t->a, str_trim(buf_str(&out)));
}

static void clear(struct books_test *t)
{
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

#define HAD(address, what) CHECK(str_eq(had(t, address), STR(what)))

static void test_turns(struct books_test *t)
{
	post(t, "p0@x"); /* nobody reads digests: nothing is kept */
	CHECK(books_count(t, "digest_post", "1") == 0 && send(t) == 0);
	clear(t);
	option(t, "bob@lab.example", "mime_digests");
	post(t, "p1@x");
	option(t, "carl@lab.example", "plain");
	post(t, "p2@x");
	option(t, "bob@lab.example", "regular");
	post(t, "p3@x");
	CHECK(send(t) == 1);
	HAD("bob@lab.example", "3 d12");
	HAD("carl@lab.example", "1 d23");
	HAD("anna@uni.example", "1 2 3");
	CHECK(books_count(t, "digest_post", "kept = 1") == 0);
	CHECK(books_count(t, "digest_owed", "1") == 0
	      && books_count(t, "digest_issue", "1") == 0
	      && books_count(t, "digest_copy", "1") == 0);
	clear(t);
	CHECK(send(t) == 0);
	post(t, "p4@x");
	/* To and fro with nothing in between is no turn at all. */
	option(t, "carl@lab.example", "off");
	option(t, "carl@lab.example", "mime");
	post(t, "p5@x");
	option(t, "carl@lab.example", "regular");
	post(t, "p6@x"); /* the last reader is gone: it is no longer kept */
	CHECK(send(t) == 1);
	HAD("carl@lab.example", "6 d45");
	HAD("bob@lab.example", "4 5 6");
	clear(t);
}

/* Whose turn comes while a post is on its way: each has it once. */
static void test_under_way(struct books_test *t)
{
	int64_t list = books_entry(t, DEV)->id, d;
	struct member_copy *m;
	size_t n;
	option(t, "bob@lab.example", "mime");
	post(t, "p7@x");
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	struct digest_post *p;
	BOOKS_MUST(t, digest_next_posts(t->books.lists, t->a, list, 10, &p, &n));
	CHECK(n == 1);
	d = p[0].id;
	option(t, "carl@lab.example", "mime");
	option(t, "bob@lab.example", "regular");
	BOOKS_MUST(t, member_after(t->books.lists, t->a, list, d, 0, 1000, &m, &n));
	CHECK(n == 2 && str_eq(m[0].key, STR("anna@uni.example"))
	      && str_eq(m[1].key, STR("carl@lab.example")));
	BOOKS_MUST(t, member_after(t->books.lists, t->a, list, d, m[0].id, 1, &m, &n));
	CHECK(n == 1 && str_eq(m[0].key, STR("carl@lab.example")));
	CHECK(send(t) == 1);
	HAD("bob@lab.example", "d7");
	HAD("carl@lab.example", "");
	clear(t);
	option(t, "carl@lab.example", "regular");
}

/* The list's owner ends digests: what waits goes out, then all come singly. */
static void test_disabled(struct books_test *t)
{
	option(t, "bob@lab.example", "summary");
	post(t, "p1@x1");
	books_set(t, DEV, "digests_enabled", "no");
	post(t, "p2@x1");
	BOOKS_MUST(t, expire_run(&t->books, t->a, clock_now()));
	HAD("bob@lab.example", "2 d");
	CHECK(books_count(t, "digest_post", "kept = 1") == 0);
	books_set(t, DEV, "digests_enabled", "yes");
	option(t, "bob@lab.example", "regular");
	clear(t);
}

/* By size, at once; and a new member's form. */
static void test_size(struct books_test *t)
{
	struct outbound_message m;
	books_set(t, DEV, "digest_size_threshold", "1");
	books_set(t, DEV, "digest_is_default", "yes");
	books_member(t, books_entry(t, DEV), "dora@lab.example");
	post(t, "p1@x2");
	HAD("dora@lab.example", "");
	BOOKS_MUST(t, books_arrives(t, "anna@uni.example", DEV,
				    books_mail(t->a, "anna@uni.example", DEV, "p2@x2",
					       arena_z(t->a, arena_printf(t->a, "%01000d",
									  1)))));
	HAD("dora@lab.example", "d12");
	str body = books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("digest")) && m.complete && m.verp && m.copies == 1);
	CHECK(holds(body, "\r\nList-Id: <dev.lists.example>\r\n")
	      && holds(body, "\r\nReply-To: <dev@lists.example>\r\n")
	      && holds(m.personal, "List-Unsubscribe=One-Click"));
	CHECK(str_starts(str_skip(body, (size_t)m.split), STR("\r\n"))
	      && str_starts(m.subject, STR("dev Digest, Vol 1, Issue ")));
	CHECK(str_eq(books_noted(t, "queued"), STR("digest to 1 recipient")));
	clear(t);
	books_set(t, DEV, "digest_size_threshold", "30");
	books_set(t, DEV, "digest_is_default", "no");
}

/* Between any two steps: what was begun is ended, once. */
static void test_crash(struct books_test *t)
{
	struct digest_issue i = { .list = books_entry(t, DEV)->id,
				  .volume = 9,
				  .issue = 9,
				  .at = 1 },
			    *open;
	struct digest_state next = { .volume = 9, .issue = 10, .sent_at = 1 };
	struct digest_post *p;
	int64_t readers;
	size_t n;
	post(t, "p1@x3");
	BOOKS_MUST(t, digest_next_posts(t->books.lists, t->a, i.list, 9, &p, &n));
	i.high = next.sent_to = p[n - 1].id;
	BOOKS_MUST(t, digest_begin(t->books.lists, &i, &next, &readers));
	CHECK(readers == 1);
	/* begun, nothing made yet; she turns away: it is still hers, the next is not */
	option(t, "dora@lab.example", "regular");
	post(t, "p2@x3");
	BOOKS_MUST(t, digest_run(&t->books, t->a, clock_now()));
	HAD("dora@lab.example", "2 d1");
	/* made, not ended */
	BOOKS_MUST(t, book_run(t->books.lists,
			       "INSERT INTO digest_issue (id, list, volume, issue, high, "
			       "at) SELECT ?1, ?2, 9, 9, ?3, 1",
			       SQL_I(i.id), SQL_I(i.list), SQL_I(i.high)));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "INSERT INTO digest_copy (issue, form, low, high, member) "
			       "SELECT ?1, 'mime', ?2 - 1, ?2, id "
			       "FROM member WHERE digest_turn >= ?2",
			       SQL_I(i.id), SQL_I(i.high)));
	int64_t messages = books_count(t, "message", "1");
	BOOKS_MUST(t, digest_run(&t->books, t->a, clock_now()));
	HAD("dora@lab.example", "2 d1");
	CHECK(books_count(t, "message", "kind = 'digest'") > 0
	      && books_count(t, "message", "1") <= messages + 1);
	BOOKS_MUST(t, digest_unfinished(t->books.lists, t->a, &open, &n));
	CHECK(n == 0);
	clear(t);
}

/* More than one mail holds are several issues, and nothing is left. */
static void test_many(struct books_test *t)
{
	enum { MANY = 203 };
	option(t, "bob@lab.example", "summary");
	for (int k = 0; k < MANY; k++)
		post(t, arena_z(t->a, arena_printf(t->a, "many%d@x", k)));
	CHECK(send(t) == 2 && send(t) == 0);
	clear(t);
	option(t, "bob@lab.example", "regular");
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_member(&t, dev, "bob@lab.example");
	books_member(&t, dev, "Carl@lab.example");
	books_set(&t, DEV, "digest_send_periodic", "no");
	books_set(&t, DEV, "posts_per_hour", "0");
	test_turns(&t);
	test_under_way(&t);
	test_disabled(&t);
	test_size(&t);
	test_crash(&t);
	test_many(&t);
	books_end(&t);
	return check_done();
}
