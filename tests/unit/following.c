/* Threads by mail: who of those that follow one gets a copy of a new post, by which address, and how
 * it ends. */
#include "copies.h"
#include "letters.h"

#include "lists/expire.h"
#include "lists/follow.h"
#include "lists/members.h"
#include "lists/score_run.h"
#include "mail/leave_token.h"
#include "mail/retpath.h"
#include "store/archive/thread.h"
#include "store/lists/follow.h"
#include "store/lists/member.h"
#include "store/outbound/ledger.h"

#define DEV "dev@lists.example"
#define OPS "ops@lists.example"

static int64_t dev;

static int n_posts;

/* From that author into the thread of post 1, with those in To. */
static void post(struct books_test *t, const char *from, const char *to)
{
	str id = arena_printf(t->a, "f%d@x", ++n_posts);
	str mail = books_mail(t->a, from, to, arena_z(t->a, id), "hello");
	if (n_posts > 1)
		mail = arena_cat(t->a, STR("In-Reply-To: <f1@x>\r\n"), mail);
	BOOKS_MUST(t, books_arrives(t, from, DEV, mail));
}

static void had(struct books_test *t, int line, const char *from, const char *to,
		const char *wanted)
{
	post(t, from, to);
	str got = books_owed(t);
	if (!str_eq(got, str_from(wanted)))
		fprintf(stderr, "  line %d: %.*s\n", line, STR_F(got));
	CHECK(str_eq(got, str_from(wanted)));
	clear(t);
}
#define HAD(from, wanted) had(t, __LINE__, from, DEV, wanted)

static err begin(struct books_test *t, const char *who)
{
	return follow_begin(&t->books, t->a, books_entry(t, DEV), books_person(t, who),
			    1);
}

static void end(struct books_test *t, const char *who)
{
	CHECK(ok(follow_end(&t->books, t->a, books_entry(t, DEV), books_person(t, who),
			    n_posts)));
}

static void test_audience(struct books_test *t)
{
	HAD("anna@uni.example", "anna@uni.example bob@lab.example");
	CHECK(ok(begin(t, "zoe@far.example")) && ok(begin(t, "bob@lab.example"))
	      && ok(begin(t, "bob@lab.example")));
	CHECK(books_count(t, "follow", "1") == 2);
	/* who gets it anyway gets it once; who is no member gets it */
	HAD("anna@uni.example", "anna@uni.example bob@lab.example zoe@far.example");
	option(t, DEV, "bob@lab.example", "delivery", "mime");
	HAD("anna@uni.example", "anna@uni.example zoe@far.example bob@lab.example");
	option(t, DEV, "bob@lab.example", "delivery", "off");
	HAD("anna@uni.example", "anna@uni.example zoe@far.example bob@lab.example");
	/* own posts, and a second copy, as the membership says */
	option(t, DEV, "bob@lab.example", "own_posts", "no");
	HAD("bob@lab.example", "anna@uni.example zoe@far.example");
	option(t, DEV, "bob@lab.example", "copies", "no");
	had(t, __LINE__, "anna@uni.example", DEV ", bob@lab.example",
	    "anna@uni.example zoe@far.example");
	option(t, DEV, "bob@lab.example", "delivery", "regular");
	had(t, __LINE__, "anna@uni.example", DEV ", bob@lab.example",
	    "anna@uni.example zoe@far.example");
	option(t, DEV, "bob@lab.example", "own_posts", "yes");
	option(t, DEV, "bob@lab.example", "copies", "yes");
	/* as what holds for all of somebody's lists says, where there is no membership */
	struct preference all = { .person = books_person(t, "zoe@far.example"),
				  .set = PREFERS_OWN_POSTS };
	books_set(t, DEV, "default_nonmember_action", "accept");
	HAD("zoe@far.example", "anna@uni.example bob@lab.example zoe@far.example");
	BOOKS_MUST(t, preference_put(t->books.lists, &all));
	HAD("zoe@far.example", "anna@uni.example bob@lab.example");
	end(t, "zoe@far.example");
	/* another thread is none of it */
	BOOKS_MUST(t, books_arrives(t, "anna@uni.example", DEV,
				    books_mail(t->a, "anna@uni.example", DEV, "other@x",
					       "hello")));
	CHECK(str_eq(books_owed(t), STR("anna@uni.example bob@lab.example")));
	clear(t);
}

/* Topics keep a post from a member who gets it all the same by following. */
static void test_topics(struct books_test *t)
{
	books_set(t, DEV, "topics_enabled", "yes");
	books_set(t, DEV, "topics", "hardware: ^subject:.*hardware");
	option(t, DEV, "bob@lab.example", "topics", "hardware");
	end(t, "bob@lab.example");
	HAD("anna@uni.example", "anna@uni.example");
	CHECK(ok(begin(t, "bob@lab.example")));
	HAD("anna@uni.example", "anna@uni.example bob@lab.example");
	option(t, DEV, "bob@lab.example", "topics", "");
	books_set(t, DEV, "topics_enabled", "no");
}

/* Whoever has it from another list of the server has it. */
static void test_siblings(struct books_test *t)
{
	books_member(t, books_entry(t, OPS), "zoe@far.example");
	books_set(t, DEV, "regular_include_lists", OPS);
	CHECK(ok(begin(t, "zoe@far.example")));
	HAD("anna@uni.example", "anna@uni.example bob@lab.example zoe@far.example");
	books_set(t, DEV, "regular_include_lists", "");
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM member WHERE list = ?1",
			       SQL_I(books_entry(t, OPS)->id)));
}

/* The copy: as the members' but for the way out and the return path. */
static void test_copy(struct books_test *t)
{
	struct outbound_message m, *all;
	size_t n;
	str token;
	int64_t zoe = books_person(t, "zoe@far.example"), number, id = 0;
	bool probe, found;
	end(t, "bob@lab.example");
	post(t, "anna@uni.example", DEV);
	(void)books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("follow")) && m.verp && m.copies == 1 && m.complete);
	CHECK(str_ends(m.source, STR("/follow")));
	CHECK(holds(m.personal, "/lists/dev/follow?f={leave}>\r\n")
	      && holds(m.personal, "List-Unsubscribe=One-Click")
	      && !holds(m.personal, "-leave@"));
	BOOKS_MUST(t, outbound_before(t->books.outbound, t->a, 0, 2, &all, &n));
	CHECK(n == 2 && all[0].size == all[1].size && str_eq(all[0].list, all[1].list));
	BOOKS_MUST(t, book_number(t->books.lists, &id, &found,
				  "SELECT id FROM follow WHERE person = ?1", SQL_I(zoe)));
	CHECK(found
	      && books_count(t, "delivery",
			     arena_z(t->a, arena_printf(t->a, "member = -%d", (int)id)))
			 == 1);
	/* the return path */
	str path = retpath_make(t->a, &t->books.mac, STR(DEV), -id);
	CHECK(holds(path, "-bounces+-"));
	str local = str_skip(str_find(path, STR("+")), 1);
	str_cut_last(local, '@', &local, &token);
	CHECK(ok(retpath_read(t->a, &t->books.mac, STR(DEV), local, &number, &probe))
	      && number == -id && !probe);
	struct address x = books_box(t, arena_z(t->a, path)).address;
	struct meaning is = addressbook_find(t->books.addresses, t->a, &x);
	CHECK(is.what == MEANS_BOUNCE && is.member == -id);
	/* the same again, as after a crash, makes no second one */
	clear(t);
	/* a link that leaves the list is none that ends a follow, and the reverse */
	str link = leave_token(t->a, &t->books.mac, STR(DEV), -id);
	str other = leave_token(t->a, &t->books.mac, STR(DEV), id);
	const struct list_entry *list = books_entry(t, DEV);
	CHECK(follow_end_by_link(&t->books, t->a, list, other).kind == ERR_DENIED);
	CHECK(follow_end_by_link(&t->books, t->a, books_entry(t, OPS), link).kind
	      == ERR_DENIED);
	bool waits;
	CHECK(member_left(&t->books, t->a, list, -id, &t->by, &waits).kind
	      == ERR_NOTFOUND);
	CHECK(ok(follow_end_by_link(&t->books, t->a, list, link)));
	CHECK(ok(follow_end_by_link(&t->books, t->a, list, link)));
	CHECK(books_count(t, "follow", "1") == 0);
}

/* A list whose members share one copy names in it how to leave the list: not in this one. */
static void test_shared(struct books_test *t)
{
	struct outbound_message m;
	CHECK(ok(begin(t, "zoe@far.example")));
	books_set(t, DEV, "personal_copies", "no");
	books_set(t, DEV, "personalize", "none");
	post(t, "anna@uni.example", DEV);
	str body = books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("follow")) && !holds(body, "List-Unsubscribe"));
	CHECK(holds(m.personal, "/follow?f=") && holds(body, "List-Id: "));
	CHECK(str_starts(str_skip(body, (size_t)m.split), STR("\r\nhello")));
	clear(t);
}

static void test_rights(struct books_test *t)
{
	int64_t zoe = books_person(t, "zoe@far.example");
	books_set(t, DEV, "archive_policy", "private");
	HAD("anna@uni.example", "anna@uni.example bob@lab.example");
	CHECK(books_count(t, "follow", "1") == 0); /* it ended */
	books_member(t, books_entry(t, DEV), "zoe@far.example");
	option(t, DEV, "zoe@far.example", "delivery", "off");
	CHECK(ok(begin(t, "zoe@far.example")));
	HAD("anna@uni.example", "anna@uni.example bob@lab.example zoe@far.example");
	books_set(t, DEV, "archive_policy", "never");
	HAD("anna@uni.example", "anna@uni.example bob@lab.example");
	books_set(t, DEV, "archive_policy", "public");
	/* an address that is not shown to be theirs gets nothing */
	BOOKS_MUST(t, book_run(t->books.lists,
			       "UPDATE address SET verified_at = 0 WHERE person = ?1",
			       SQL_I(zoe)));
	HAD("anna@uni.example", "anna@uni.example bob@lab.example");
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM follow"));
	CHECK(follow_begin(&t->books, t->a, books_entry(t, DEV), zoe, 1).kind
	      == ERR_DENIED);
	BOOKS_MUST(t, book_run(t->books.lists,
			       "UPDATE address SET verified_at = 1 WHERE person = ?1",
			       SQL_I(zoe)));
	CHECK(follow_begin(&t->books, t->a, books_entry(t, DEV), zoe, 9999).kind
	      == ERR_NOTFOUND);
	BOOKS_MUST(t,
		   book_run(t->books.lists,
			    "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 "
			    "FROM n WHERE i < 1499) INSERT INTO follow (person, list, "
			    "number, made_at, last_at) SELECT ?1, ?2, i, 1, 1 FROM n",
			    SQL_I(zoe), SQL_I(dev)));
	CHECK(follow_begin(&t->books, t->a, books_entry(t, DEV), zoe, 1).kind
	      == ERR_DENIED);
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM follow"));
}

/* More than are looked at at once; those of the first thousand get nothing. */
static void test_many(struct books_test *t)
{
	struct outbound_message m;
	BOOKS_MUST(t, book_run(t->books.lists,
			       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
			       "FROM n WHERE i < 2500) INSERT INTO person (id, name, "
			       "scram_salt, created_at) SELECT 10000 + i, 'p' || i, "
			       "x'00', 1 FROM n"));
	BOOKS_MUST(t,
		   book_run(t->books.lists,
			    "INSERT INTO address (person, key, text, verified_at) "
			    "SELECT id, name || '@many.example', name || "
			    "'@many.example', id > 11000 FROM person WHERE id > 10000"));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "INSERT INTO follow (person, list, number, made_at, "
			       "last_at) SELECT id, ?1, 1, 1, 1 FROM person "
			       "WHERE id > 10000 ORDER BY id",
			       SQL_I(dev)));
	post(t, "anna@uni.example", DEV);
	(void)books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("follow")) && m.copies == 1500 && m.complete);
	CHECK(books_count(t, "delivery", "member < 0 AND recipient LIKE '%@many.example'")
	      == 1500);
	BOOKS_MUST(t,
		   book_run(t->books.lists,
			    "UPDATE address SET verified_at = 0 WHERE person > 10000"));
	clear(t);
	HAD("anna@uni.example", "anna@uni.example bob@lab.example");
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM follow"));
}

static void came_back(struct books_test *t, int64_t id, const char *class)
{
	bool more;
	struct ledger_entry e = { .at = 1,
				  .recipient = STR("zoe@far.example"),
				  .member = -id,
				  .what = STR("bounced"),
				  .detail = STR("550 no"),
				  .class = str_from(class) };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &e, 1));
	BOOKS_MUST(t, score_round(&t->books, t->a, &more));
}

static void test_ends(struct books_test *t)
{
	static const struct {
		const char *class;
		bool ends;
	} cases[] = { { "other", false },   { "full", false },    { "policy", false },
		      { "message", false }, { "network", false }, { "mailbox", true },
		      { "domain", true },   { "complaint", true } };
	bool found;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t id = 0;
		CHECK(ok(begin(t, "zoe@far.example")));
		BOOKS_MUST(t, book_number(t->books.lists, &id, &found,
					  "SELECT max(id) FROM follow"));
		came_back(t, id, cases[i].class);
		CHECK((books_count(t, "follow", "1") == 0) == cases[i].ends);
		CHECK(books_count(t, "bounce", "1") == 0);
	}
	/* a year without a post */
	CHECK(ok(begin(t, "zoe@far.example")));
	BOOKS_MUST(t, book_run(t->books.lists, "UPDATE follow SET last_at = 1000"));
	BOOKS_MUST(t, expire_run(&t->books, t->a, 1000 + FOLLOW_QUIET));
	CHECK(books_count(t, "follow", "1") == 1);
	HAD("anna@uni.example", "anna@uni.example bob@lab.example zoe@far.example");
	CHECK(books_count(t, "follow", "last_at > 1000") == 1);
	BOOKS_MUST(t, book_run(t->books.lists, "UPDATE follow SET last_at = 1000"));
	BOOKS_MUST(t, expire_run(&t->books, t->a, 1001 + FOLLOW_QUIET));
	CHECK(books_count(t, "follow", "1") == 0);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_list(&t, OPS);
	dev = books_entry(&t, DEV)->id;
	books_member(&t, books_entry(&t, DEV), "anna@uni.example");
	books_member(&t, books_entry(&t, DEV), "bob@lab.example");
	books_person(&t, "zoe@far.example");
	test_audience(&t);
	test_topics(&t);
	test_siblings(&t);
	test_copy(&t);
	test_shared(&t);
	test_rights(&t);
	test_many(&t);
	test_ends(&t);
	books_end(&t);
	return check_done();
}
