/* Settings that borrow of others: of another list its members, who they are or that there is
 * such a list; of this server its name. */
#include "orders_people.h"

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

/* Whose word counts here asks no member of theirs, but that there is such a list may be a
 * secret, too. */
static void test_borrowed_unseen(struct books_test *t)
{
	static const char key[] = "accept_these_lists";
	struct order_row there, none;
	takes(t, key, "other", OWNER, true);
	takes(t, key, "", OWNER, true);
	books_set(t, OTHER, "advertised", "no");
	run(t, "settings", json_pack("{s:s,s:{s:s}}", "list", DEV, "set", key, "other"),
	    people[OWNER].person, &there);
	run(t, "settings", json_pack("{s:s,s:{s:s}}", "list", DEV, "set", key, "later"),
	    people[OWNER].person, &none);
	CHECK(refused(&there, OTHER) && refused(&none, "later@lists.example"));
	CHECK(str_eq(str_find(there.result, STR(": it takes")),
		     str_find(none.result, STR(": it takes"))));
	takes(t, key, "other", ADMIN, true);
	takes(t, key, "", OWNER, true);
	/* whose member it is, who runs it reads */
	books_member(t, books_entry(t, OTHER), DEV);
	takes(t, key, "other", OWNER, true);
	takes(t, key, "", OWNER, true);
	books_set(t, OTHER, "advertised", "yes");
}

/* Letters of this server lead to no other because one list's owner wants it. */
static void test_other_site(struct books_test *t)
{
	static const struct {
		const char *site;
		bool yes;
	} cases[] = {
		{ "https://evil.example", false },
		{ "https://lists.example.evil.example", false },
		{ "https://xlists.example", false },
		{ "https://www.lists.example", false },
		{ "https://lists.example:8443", false },
		{ "https://lists.example.", false },
		{ "https://lists.examp\xd0\xbb"
		  "e",
		  false },
		{ "https://127.0.0.1", false },
		{ "https://LISTS.example", true },
		{ "https://lists.example", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct order_row row;
		run(t, "settings",
		    json_pack("{s:s,s:{s:s}}", "list", DEV, "set", "web_page_url",
			      cases[i].site),
		    people[OWNER].person, &row);
		if (done(&row) != cases[i].yes)
			fprintf(stderr, "%s: %.*s\n", cases[i].site, STR_F(row.result));
		CHECK(cases[i].yes ? done(&row) : refused(&row, "it takes"));
	}
	takes(t, "web_page_url", "https://pages.uni.example", ADMIN, true);
	takes(t, "web_page_url", "https://pages.uni.example/", OWNER, true); /* stays */
	takes(t, "web_page_url", "", OWNER, true);
}

/* Nobody keeps post at work with one setting. */
static void test_borrowed_many(struct books_test *t)
{
	enum { MANY = 101 };
	str lines = STR("other");
	for (int i = 1; i < MANY; i++)
		lines = arena_cat(t->a, lines, STR("\nother"));
	struct order_row row;
	run(t, "settings",
	    json_pack("{s:s,s:{s:s}}", "list", DEV, "set", "accept_these_lists",
		      arena_z(t->a, lines)),
	    people[OWNER].person, &row);
	CHECK(refused(&row, "at most 100 lists"));
	lines = str_first(lines, lines.n - strlen("\nother"));
	takes(t, "accept_these_lists", arena_z(t->a, lines), OWNER, true);
	takes(t, "accept_these_lists", "", OWNER, true);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_borrowed(&t);
	test_borrowed_early(&t);
	test_borrowed_unseen(&t);
	test_other_site(&t);
	test_borrowed_many(&t);
	books_end(&t);
	return check_done();
}
