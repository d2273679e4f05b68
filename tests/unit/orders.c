#include "orders_people.h"

#include "lists/owner.h"
#include "store/lists/ban.h"

/* The list that an order is about: one that may go, where that is what it asks. */
static const char *target(struct books_test *t, const char *kind, int k)
{
	if (strcmp(kind, "list_remove") != 0)
		return DEV;
	char *name = arena_z(t->a, arena_printf(t->a, "brief%d@lists.example", k));
	books_list(t, name);
	return name;
}

/* Whom an order obeys. Nobody's right on one list counts on another. */
static void test_rights(struct books_test *t)
{
	static const struct {
		const char *kind;
		bool may[WHO]; /* guest, signed in, member, moderator, owner, admin, other's two */
	} cases[] = {
		{ "sign_in", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "confirm", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "join", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "leave_ask", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "leave_link", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "options", { 0, 0, 1, 1, 1, 1, 0, 0 } },
		{ "verify", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "address_remove", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "name", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "address_change", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "prefer", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "preferences", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "preferences_set", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "member_move", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_add", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "invite_withdraw", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "plan_drop", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "nonmember_set", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "member_remove", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_batch", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_set", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "settings", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "digest", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "template", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "site_template", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "template_uris", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "site_template_uris", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "role_add", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "role_remove", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "ban_add", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "ban_remove", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "held", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "request", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "leave", { 0, 0, 1, 1, 1, 1, 0, 0 } },
		{ "erase", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "queue", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_create", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_rename", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_forget", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "header_add", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "header_remove", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "header_move", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "site_header_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_header_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_header_move", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_set", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_owner_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_owner_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_ban_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_ban_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "subscribe", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "asked_drop", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_prefer", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "person_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_change", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_address", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_proven", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_prefer", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_drop", { 0, 0, 0, 0, 0, 1, 0, 0 } },
	};
	static const char *const kinds[] = {
#define ORDER(kind, ...) #kind,
#include "lists/orders.def"
#undef ORDER
	};
	size_t found = 0;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			found += !strcmp(cases[i].kind, kinds[k]);
		for (int k = 0; k < WHO; k++) {
			struct order_row row;
			run(t, cases[i].kind,
			    json_pack("{s:s}", "list", target(t, cases[i].kind, k)),
			    people[k].person, &row);
			bool may = !holds(row.result, "you may not");
			if (may != cases[i].may[k])
				fprintf(stderr, "  %s by %s: %.*s\n", cases[i].kind,
					people[k].name, STR_F(row.result));
			CHECK(may == cases[i].may[k] && row.state.n);
			CHECK(may || str_eq(row.state, STR("refused")));
		}
	}
	CHECK(found
	      == sizeof kinds
			 / sizeof *kinds); /* an order that is new has a line above */
	books_member(t, books_entry(t, DEV),
		     "member@uni.example"); /* who has just left */
}

/* Orders that make no sense end refused, with a word of why; none stops the next. */
static void test_nonsense(struct books_test *t)
{
	static const char *const args[] = {
		"null",
		"[]",
		"{}",
		"{\"list\":7}",
		"{\"list\":\"no@lists.example\"}",
		"{\"list\":\"dev@lists.example\",\"ids\":7,\"set\":[],\"addresses\":{}}"
	};
	static const char *const kinds[] = {
#define ORDER(kind, ...) #kind,
#include "lists/orders.def"
#undef ORDER
		"unheard-of", ""
	};
	for (size_t i = 0; i < sizeof args / sizeof *args; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			struct order_row row;
			bool makes_sense = !strcmp(kinds[k], "list_remove") && i == 5;
			if (makes_sense)
				continue;
			run(t, kinds[k], json_loads(args[i], JSON_DECODE_ANY, NULL),
			    people[ADMIN].person, &row);
			CHECK(row.state.n && !str_eq(row.state, STR("failed")));
		}
	struct order_row bare = { .kind = STR("settings"),
				  .args = STR("no json"),
				  .person = people[OWNER].person,
				  .client = STR("") };
	size_t ran;
	BOOKS_MUST(t, order_file(t->books.lists, &bare));
	BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
	BOOKS_MUST(t, order_get(t->books.lists, t->a, bare.id, &bare));
	CHECK(str_eq(bare.state, STR("refused")));
}

/* One that ends the process each time it runs ends itself, and what is behind it runs. */
static void test_deadly(struct books_test *t)
{
	static const struct {
		int64_t deaths;
		const char *state;
	} cases[] = { { 0, "refused" }, { 2, "refused" }, { 3, "failed" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct order_row deadly = { .kind = STR("unheard-of"),
					    .args = STR("{}"),
					    .client = STR("") },
				 behind = deadly;
		size_t ran;
		BOOKS_MUST(t, order_file(t->books.lists, &deadly));
		BOOKS_MUST(t, order_file(t->books.lists, &behind));
		for (int64_t k = 0; k < cases[i].deaths; k++)
			BOOKS_MUST(t, order_begin(t->books.lists, deadly.id));
		BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
		BOOKS_MUST(t, order_get(t->books.lists, t->a, deadly.id, &deadly));
		BOOKS_MUST(t, order_get(t->books.lists, t->a, behind.id, &behind));
		CHECK(ran == 2 && str_eq(deadly.state, str_from(cases[i].state)));
		CHECK(holds(deadly.result, "given up") == (cases[i].deaths == 3));
		CHECK(str_eq(behind.state, STR("refused")) && behind.attempts == 1);
	}
}

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

/* Whether a setting is taken of them. */
static void takes(struct books_test *t, const char *key, const char *value, int who,
		  bool yes)
{
	struct order_row row;
	run(t, "settings", json_pack("{s:s,s:{s:s}}", "list", DEV, "set", key, value),
	    people[who].person, &row);
	CHECK(yes ? done(&row) : refused(&row, OTHER));
}

/* Who runs a list must not write to the members of another, nor try who is on it. */
static void test_borrowed(struct books_test *t)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{ "regular_include_lists", "other" },
		{ "regular_include_lists", OTHER },
		{ "accept_these_nonmembers", "x@uni.example\n@other" },
		{ "hold_these_nonmembers", "@" OTHER },
		{ "reject_these_nonmembers", "@Other" },
		{ "discard_these_nonmembers", "@other" },
		{ "subscribe_auto_approval", "@other" },
		{ "subscribe_auto_approval", "kim@uni.example\n@" OTHER },
		{ "regular_exclude_lists", "other" },
		{ "regular_exclude_lists", OTHER },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *key = cases[i].key, *value = cases[i].value;
		takes(t, key, value, OWNER, false);
		takes(t, key, "", OWNER, true);
		/* the administrator may, and what stands there stays */
		takes(t, key, value, ADMIN, true);
		takes(t, key, value, OWNER, true);
		takes(t, key, "", OWNER, true);
	}
	books_role(t, books_list(t, "both@lists.example"), "own@uni.example", "owner");
	static const char *const keys[] = { "regular_include_lists",
					    "regular_exclude_lists",
					    "accept_these_lists" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		takes(t, keys[i], "both", OWNER, true);
		takes(t, keys[i], "", OWNER, true);
	}
	takes(t, "subscribe_auto_approval", "@both\n@uni.example\n^a@dev", OWNER, true);
	takes(t, "subscribe_auto_approval", "", OWNER, true);
}

/* What is no list yet is refused, and in the words for one that is secret. */
static void test_borrowed_early(struct books_test *t)
{
	static const struct {
		const char *key, *there, *later;
	} cases[] = {
		{ "hold_these_nonmembers", "@other", "@later" },
		{ "subscribe_auto_approval", "@" OTHER, "@later@lists.example" },
		{ "regular_exclude_lists", "other", "later" },
		{ "regular_include_lists", "other", "later@lists.example" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct order_row there, later;
		run(t, "settings",
		    json_pack("{s:s,s:{s:s}}", "list", DEV, "set", cases[i].key,
			      cases[i].there),
		    people[OWNER].person, &there);
		run(t, "settings",
		    json_pack("{s:s,s:{s:s}}", "list", DEV, "set", cases[i].key,
			      cases[i].later),
		    people[OWNER].person, &later);
		CHECK(refused(&there, OTHER) && refused(&later, "later@lists.example"));
		CHECK(str_eq(str_find(there.result, STR(": it takes")),
			     str_find(later.result, STR(": it takes"))));
		run(t, "settings",
		    json_pack("{s:s,s:{s:s}}", "list", DEV, "set", cases[i].key,
			      cases[i].later),
		    people[ADMIN].person, &later);
		CHECK(refused(&later, "later@lists.example"));
	}
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
	test_rights(&t);
	test_nonsense(&t);
	test_deadly(&t);
	test_settings(&t);
	test_borrowed(&t);
	test_borrowed_early(&t);
	test_untold(&t);
	test_members(&t);
	test_roles(&t);
	test_links(&t);
	test_verify(&t);
	test_bans(&t);
	books_end(&t);
	return check_done();
}
