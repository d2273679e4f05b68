/* Orders of those who run the server about persons: what they may not, what the book has
 * after it, and that each leaves its row in the audit. */
#include "orders_people.h"

#include "base/buf.h"
#include "lists/persons.h"
#include "store/lists/alias.h"
#include "store/lists/audit.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/session.h"
#include "store/lists/token.h"

static struct order_row by_admin(struct books_test *t, const char *kind, json_t *args)
{
	struct order_row row;
	run(t, kind, args, people[ADMIN].person, &row);
	return row;
}

/* Of whom the log's newest row says so. */
static str logged(struct books_test *t, const char *what)
{
	struct audit_row *rows;
	size_t n;
	BOOKS_MUST(t, audit_list(t->books.lists, t->a, 0, 0, 100, &rows, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(rows[i].what, str_from(what)))
			return rows[i].detail;
	return STR("");
}

static json_t *about(int64_t person)
{
	return json_pack("{s:I}", "person", (json_int_t)person);
}

static json_t *absorbs(int64_t person, const char *address)
{
	return json_pack("{s:I,s:s,s:s}", "person", (json_int_t)person, "address",
			 address, "absorb", "yes");
}

static void test_merge(struct books_test *t)
{
	struct member_row m;
	struct person_row p;
	struct order_row row;
	int64_t dev = books_entry(t, DEV)->id, anna = books_person(t, "anna@uni.example"),
		twin = books_person(t, "anna@home.example");
	books_member(t, books_entry(t, DEV), "anna@home.example");
	BOOKS_MUST(t, person_get(t->books.lists, t->a, twin, &p));
	p.name = STR("Anna A.");
	BOOKS_MUST(t, person_change(t->books.lists, &p));
	row = by_admin(t, "person_address", absorbs(anna, "anna@home.example"));
	CHECK(done(&row));
	CHECK(person_get(t->books.lists, t->a, twin, &p).kind == ERR_NOTFOUND);
	BOOKS_MUST(t, person_get(t->books.lists, t->a, anna, &p));
	CHECK(str_eq(p.name, STR("Anna A.")));
	BOOKS_MUST(t,
		   member_find(t->books.lists, t->a, dev, STR("anna@home.example"), &m));
	CHECK(m.person == anna);
	CHECK(holds(logged(t, "address added"), "anna@home.example"));
	row = by_admin(t, "person_address", absorbs(anna, "anna@home.example"));
	CHECK(refused(&row, "theirs already"));
}

/* Whoever acts is one, so orders leave at least that one; a command is nobody. */
static void test_last_admin(struct books_test *t)
{
	static const struct actor command = { .name = { "command", 7 } };
	int64_t boss = people[ADMIN].person, plain = people[SIGNED_IN].person;
	struct order_row row = by_admin(
		t, "person_change",
		json_pack("{s:I,s:s}", "person", (json_int_t)boss, "admin", "no"));
	CHECK(refused(&row, "another administrator"));
	row = by_admin(t, "person_remove", about(boss));
	CHECK(refused(&row, "another administrator"));
	row = by_admin(t, "person_erase", about(boss));
	CHECK(refused(&row, "another administrator"));
	row = by_admin(t, "person_address", absorbs(plain, "boss@uni.example"));
	CHECK(refused(&row, "make this one an administrator first"));
	CHECK(person_close(&t->books, t->a, boss, &command).kind == ERR_DENIED);
	CHECK(person_merge(&t->books, t->a, plain, boss, &command).kind == ERR_DENIED);
	row = by_admin(
		t, "person_change",
		json_pack("{s:I,s:s}", "person", (json_int_t)plain, "admin", "yes"));
	CHECK(done(&row));
	row = by_admin(
		t, "person_change",
		json_pack("{s:I,s:s}", "person", (json_int_t)plain, "admin", "no"));
	CHECK(done(&row));
}

static void test_sign_ins(struct books_test *t)
{
	int64_t anna = books_person(t, "anna@uni.example");
	struct session_row s = { .person = anna,
				 .created_at = 1,
				 .seen_at = 1,
				 .expires_at = INT64_C(1) << 40,
				 .client = STR("192.0.2.1"),
				 .agent = STR("x") },
			   *sessions;
	struct token_row one = { .person = anna,
				 .name = STR("a"),
				 .stored_key = STR("k"),
				 .server_key = STR("k"),
				 .scopes = STR("all") },
			 two = one, *tokens;
	size_t n;
	BOOKS_MUST(t, session_add(t->books.lists, STR("cookie"), &s));
	BOOKS_MUST(t, token_add(t->books.lists, STR("secret one"), &one));
	BOOKS_MUST(t, token_add(t->books.lists, STR("secret two"), &two));
	struct order_row row = by_admin(t, "person_sign_out", about(anna));
	CHECK(done(&row));
	BOOKS_MUST(t, session_list(t->books.lists, t->a, anna, &sessions, &n));
	CHECK(!n && holds(logged(t, "signed out everywhere"), "anna@uni.example"));
	char number[32];
	snprintf(number, sizeof number, "%lld", (long long)one.id);
	static const char *const wrong[] = { "", "0", "-1", "x", "999999" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		row = by_admin(t, "person_untoken",
			       json_pack("{s:I,s:s}", "person", (json_int_t)anna, "token",
					 wrong[i]));
		CHECK(refused(&row, "token"));
	}
	row = by_admin(t, "person_untoken",
		       json_pack("{s:I,s:s}", "person", (json_int_t)people[OWNER].person,
				 "token", number));
	CHECK(refused(&row, "no such token")); /* it is another's */
	row = by_admin(
		t, "person_untoken",
		json_pack("{s:I,s:s}", "person", (json_int_t)anna, "token", number));
	BOOKS_MUST(t, token_by_person(t->books.lists, t->a, anna, &tokens, &n));
	CHECK(done(&row) && n == 1 && tokens[0].id == two.id);
	row = by_admin(
		t, "person_untoken",
		json_pack("{s:I,s:s}", "person", (json_int_t)anna, "token", "all"));
	BOOKS_MUST(t, token_by_person(t->books.lists, t->a, anna, &tokens, &n));
	CHECK(done(&row) && !n);
}

static void test_erase(struct books_test *t)
{
	struct person_row p;
	int64_t gone = books_person(t, "gone@uni.example");
	struct order_row row = by_admin(t, "person_erase", about(gone));
	CHECK(done(&row));
	CHECK(person_get(t->books.lists, t->a, gone, &p).kind == ERR_NOTFOUND);
	CHECK(books_count(t, "erasure", "1") == 1);
	row = by_admin(t, "person_erase", about(gone));
	CHECK(refused(&row, "no such person"));
	row = by_admin(t, "person_erase", about(people[OWNER].person));
	CHECK(refused(&row, "would have no owner"));
}

static void test_aliases(struct books_test *t)
{
	static const struct {
		const char *address, *targets, *why; /* NULL: it is done */
	} cases[] = {
		{ "bugs@lists.example", "ben@home.example\r\n\r\n cara@home.example ",
		  NULL },
		{ "Bugs@LISTS.example", "dora@home.example", NULL }, /* instead */
		{ "dev@lists.example", "ben@home.example", "is a list" },
		{ "bugs@far.example", "ben@home.example", "domain of ours" },
		{ "none@lists.example", "", "at least one" },
		{ "none@lists.example", "no address", "address" },
		{ "none@lists.example", "ben@home.example\r\nNone@LISTS.example",
		  "lead to itself" },
		{ "no address", "ben@home.example", "address" },
	};
	struct alias_row x;
	struct order_row row;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		row = by_admin(t, "alias_set",
			       json_pack("{s:s,s:s}", "address", cases[i].address,
					 "targets", cases[i].targets));
		CHECK(cases[i].why ? refused(&row, cases[i].why) : done(&row));
	}
	BOOKS_MUST(t, alias_find(t->books.lists, t->a, STR("bugs@lists.example"), &x));
	CHECK(x.target_count == 1 && str_eq(x.targets[0], STR("dora@home.example")));
	BUF(many);
	for (int i = 0; i < 101; i++)
		buf_add(&many, arena_printf(t->a, "a%d@home.example\n", i));
	row = by_admin(t, "alias_set",
		       json_pack("{s:s,s:s}", "address", "bugs@lists.example", "targets",
				 arena_z(t->a, buf_str(&many))));
	CHECK(refused(&row, "at most 100"));
	row = by_admin(t, "alias_remove",
		       json_pack("{s:s}", "address", "BUGS@lists.example"));
	CHECK(done(&row));
	CHECK(holds(logged(t, "alias removed"), "bugs@lists.example"));
	row = by_admin(t, "alias_remove",
		       json_pack("{s:s}", "address", "bugs@lists.example"));
	CHECK(refused(&row, "is no alias"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_merge(&t);
	test_last_admin(&t);
	test_sign_ins(&t);
	test_erase(&t);
	test_aliases(&t);
	books_end(&t);
	return check_done();
}
