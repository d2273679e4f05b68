#include "orders_people.h"

#include "lists/owner.h"
#include "store/lists/ban.h"

static void test_settings(struct books_test *t)
{
	struct order_row row;
	struct settings s;
	int64_t owner = people[OWNER].person;
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM audit"));
	run(t, "settings",
	    json_pack("{s:s,s:{s:s,s:s}}", "list", DEV, "set", "emergency", "on",
		      "subject_prefix", "[x]"),
	    owner, &row);
	CHECK(done(&row));
	BOOKS_MUST(t, settings_load(t->books.lists, t->a, books_entry(t, DEV)->id, &s));
	CHECK(s.emergency && str_eq(s.subject_prefix, STR("[x]")));
	/* all or nothing */
	run(t, "settings",
	    json_pack("{s:s,s:{s:s,s:s}}", "list", DEV, "set", "emergency", "no",
		      "subject_prefix", "a\nb"),
	    owner, &row);
	CHECK(refused(&row, "subject_prefix"));
	run(t, "settings",
	    json_pack("{s:s,s:{s:s,s:s}}", "list", DEV, "set", "emergency", "no",
		      "unknown", "x"),
	    owner, &row);
	CHECK(refused(&row, "unknown"));
	BOOKS_MUST(t, settings_load(t->books.lists, t->a, books_entry(t, DEV)->id, &s));
	CHECK(s.emergency && books_count(t, "audit", "what = 'settings changed'") == 1);
	run(t, "settings",
	    json_pack("{s:s,s:{s:s,s:s}}", "list", DEV, "set", "emergency", "no",
		      "subject_prefix", ""),
	    owner, &row);
	CHECK(done(&row));
}

/* A guest who asks in somebody's name hears the same of members, strangers and the banned,
 * however often. */
static void test_untold(struct books_test *t)
{
	static const struct {
		const char *kind, *policy;
	} cases[] = { { "leave_ask", "confirm" },
		      { "join", "confirm" },
		      { "join", "moderate" },
		      { "join", "invite" } };
	static const char *const whom[] = { "member@uni.example", "nobody@far.example",
					    "banned@far.example" };
	BOOKS_MUST(t, ban_put(&t->books, t->a, books_entry(t, DEV)->id,
			      STR("banned@far.example"), STR(""), &t->by));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		books_set(t, DEV, "subscription_policy", cases[i].policy);
		str said = STR("");
		for (size_t k = 0; k < 15; k++) {
			struct order_row row;
			run(t, cases[i].kind,
			    json_pack("{s:s,s:s}", "list", DEV, "address", whom[k / 5]),
			    0, &row);
			CHECK(done(&row) && (!k || str_eq(row.result, said)));
			said = row.result;
		}
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	}
	books_set(t, DEV, "subscription_policy", "confirm");
	BOOKS_MUST(t, ban_lift(&t->books, t->a, books_entry(t, DEV)->id,
			       STR("banned@far.example"), &t->by));
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM pending"));
}

static void test_members(struct books_test *t)
{
	struct order_row row;
	struct member_row m;
	int64_t owner = people[OWNER].person, dev = books_entry(t, DEV)->id;
	run(t, "member_add",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "addresses",
		      "New "
		      "<new@uni.example>\nnonsense\n\nmember@uni.example\nb@uni.example",
		      "how", "add"),
	    owner, &row);
	CHECK(done(&row) && holds(row.result, "\"n\":2") && holds(row.result, "nonsense")
	      && holds(row.result, "already"));
	CHECK(ok(member_find(t->books.lists, t->a, dev, STR("new@uni.example"), &m))
	      && str_eq(m.name, STR("New")));
	int64_t before = letters(t);
	run(t, "member_add",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "addresses", "i@uni.example", "how",
		      "invite"),
	    owner, &row);
	CHECK(done(&row) && letters(t) == before + 1);
	CHECK(member_find(t->books.lists, t->a, dev, STR("i@uni.example"), &m).kind
	      == ERR_NOTFOUND);
	run(t, "member_set",
	    json_pack("{s:s,s:s,s:s,s:s}", "list", DEV, "addresses", "new@uni.example",
		      "key", "action", "value", "hold"),
	    owner, &row);
	CHECK(done(&row)
	      && ok(member_find(t->books.lists, t->a, dev, STR("new@uni.example"), &m))
	      && str_eq(m.action, STR("hold")));
	run(t, "member_remove",
	    json_pack("{s:s,s:s}", "list", DEV, "addresses",
		      "new@uni.example\nnobody@x.example"),
	    owner, &row);
	CHECK(done(&row)
	      && member_find(t->books.lists, t->a, dev, STR("new@uni.example"), &m).kind
			 == ERR_NOTFOUND);
	/* one's own */
	run(t, "options",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "own_posts", "no", "hidden", "yes"),
	    people[MEMBER].person, &row);
	CHECK(done(&row)
	      && ok(member_find(t->books.lists, t->a, dev, STR("member@uni.example"), &m))
	      && !m.own_posts && m.hidden);
	/* a member gives no verdict about own posts */
	run(t, "options", json_pack("{s:s,s:s}", "list", DEV, "action", "accept"),
	    people[MEMBER].person, &row);
	CHECK(ok(member_find(t->books.lists, t->a, dev, STR("member@uni.example"), &m))
	      && !m.action.n);
	run(t, "options", json_pack("{s:s,s:s}", "list", DEV, "own_posts", "perhaps"),
	    people[MEMBER].person, &row);
	CHECK(refused(&row, "own_posts"));
	run(t, "options", json_pack("{s:s,s:s}", "list", DEV, "own_posts", "yes"),
	    people[OWNER].person, &row);
	CHECK(refused(&row, "not a member"));
	run(t, "leave", json_pack("{s:s}", "list", DEV), people[MEMBER].person, &row);
	CHECK(done(&row)
	      && member_find(t->books.lists, t->a, dev, STR("member@uni.example"), &m)
				 .kind
			 == ERR_NOTFOUND);
}

static void test_roles(struct books_test *t)
{
	struct order_row row;
	struct role_row *r;
	size_t n;
	int64_t owner = people[OWNER].person, dev = books_entry(t, DEV)->id;
	run(t, "role_add",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "address", "two@uni.example", "role",
		      "owner"),
	    owner, &row);
	CHECK(done(&row));
	run(t, "role_add",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "address", "two@uni.example", "role",
		      "king"),
	    owner, &row);
	CHECK(refused(&row, "owner or moderator"));
	run(t, "role_remove",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "address", "two@uni.example", "role",
		      "owner"),
	    owner, &row);
	CHECK(done(&row));
	run(t, "role_remove",
	    json_pack("{s:s,s:s,s:s}", "list", DEV, "address", "own@uni.example", "role",
		      "owner"),
	    owner, &row);
	CHECK(refused(&row, "only owner"));
	CHECK(ok(role_list(t->books.lists, t->a, dev, &r, &n)) && n == 2);
}

static void test_links(struct books_test *t)
{
	struct order_row row;
	struct member_row m;
	int64_t dev = books_entry(t, DEV)->id,
		id = books_member(t, books_entry(t, DEV), "gone@uni.example");
	str token = leave_token(t->a, &t->books.mac, STR(DEV), id);
	run(t, "leave_link",
	    json_pack("{s:s,s:s}", "list", "other@lists.example", "token",
		      arena_z(t->a, token)),
	    0, &row);
	CHECK(refused(&row, "not made for this list")
	      && ok(member_get(t->books.lists, t->a, id, &m)));
	for (int i = 0; i < 2; i++) { /* pressed twice: gone is gone */
		run(t, "leave_link",
		    json_pack("{s:s,s:s}", "list", DEV, "token", arena_z(t->a, token)), 0,
		    &row);
		CHECK(done(&row));
	}
	CHECK(member_find(t->books.lists, t->a, dev, STR("gone@uni.example"), &m).kind
	      == ERR_NOTFOUND);
	/* a sign-in link: only for those we know, and nobody is told which */
	int64_t before = letters(t);
	run(t, "sign_in", json_pack("{s:s}", "address", "stranger@nowhere.example"), 0,
	    &row);
	CHECK(done(&row) && letters(t) == before);
	str unknown = row.result;
	run(t, "sign_in",
	    json_pack("{s:s,s:s}", "address", "own@uni.example", "to", "/lists/dev/"), 0,
	    &row);
	CHECK(done(&row) && letters(t) == before + 1 && str_eq(row.result, unknown));
	token = letter_token(letter_to(t, "own@uni.example", "sign in"));
	run(t, "confirm", json_pack("{s:s}", "token", arena_z(t->a, token)), 0, &row);
	CHECK(done(&row)
	      && holds(row.result,
		       arena_z(t->a, arena_printf(t->a, "\"person\":%lld",
						  (long long)people[OWNER].person))));
	run(t, "confirm", json_pack("{s:s}", "token", arena_z(t->a, token)), 0, &row);
	CHECK(refused(&row, "used up"));
	run(t, "join", json_pack("{s:s,s:s}", "list", DEV, "address", "no address"), 0,
	    &row);
	CHECK(str_eq(row.state, STR("refused")));
}

static str says(struct books_test *t, const char *local, int n, int64_t person)
{
	struct order_row row;
	char *to = arena_z(t->a, arena_printf(t->a, "%s+%d@third.example", local, n));
	run(t, "verify", json_pack("{s:s}", "address", to), person, &row);
	return str_eq(row.state, STR("done")) ? STR("") : row.result;
}

/* Nobody fills a stranger's mailbox, nor many, by calling it an address of theirs. */
static void test_verify(struct books_test *t)
{
	int64_t before = letters(t), plain = people[SIGNED_IN].person;
	for (int i = 0; i < 5; i++) {
		str why = says(t, "victim", i, i % 2 ? plain : people[MEMBER].person);
		CHECK(i < 3 ? !why.n : holds(why, "this address was sent"));
	}
	CHECK(letters(t) == before + 3);
	str why = STR("");
	for (int i = 0; i < 30; i++)
		why = says(t, arena_z(t->a, arena_printf(t->a, "v%d", i)), i, plain);
	CHECK(holds(why, "this account") && letters(t) == before + 22);
}

static void test_bans(struct books_test *t)
{
	struct order_row row;
	struct ban_row *b;
	size_t n;
	int64_t mod = people[MODERATOR].person, dev = books_entry(t, DEV)->id;
	run(t, "ban_add",
	    json_pack("{s:s,s:s}", "list", DEV, "pattern", " @Evil.example "), mod, &row);
	CHECK(done(&row) && ok(ban_list(t->books.lists, t->a, dev, &b, &n)) && n == 1
	      && str_eq(b[0].pattern, STR("@evil.example")));
	run(t, "ban_add", json_pack("{s:s,s:s}", "list", DEV, "pattern", "^("), mod,
	    &row);
	CHECK(refused(&row, "character"));
	run(t, "ban_remove",
	    json_pack("{s:s,s:s}", "list", DEV, "pattern", "@evil.example"), mod, &row);
	CHECK(done(&row) && ok(ban_list(t->books.lists, t->a, dev, &b, &n)) && n == 0);
	run(t, "ban_remove",
	    json_pack("{s:s,s:s}", "list", DEV, "pattern", "@evil.example"), mod, &row);
	CHECK(str_eq(row.state, STR("refused")));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_settings(&t);
	test_untold(&t);
	test_members(&t);
	test_roles(&t);
	test_links(&t);
	test_verify(&t);
	test_bans(&t);
	books_end(&t);
	return check_done();
}
