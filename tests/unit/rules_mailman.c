/* Rules that Mailman has: whom the list names, other names of the list, commands that went
 * to everybody, too much at a time. */
#include "rules_asked.h"

#include "store/lists/seen.h"

static void test_named(struct books_test *t)
{
	static const struct {
		const char *key, *value;
		struct ask ask;
	} cases[] = {
		{ "accept_these_nonmembers",
		  "eve@evil.example",
		  { "a stranger whom the list knows",
		    HEAD("Eve@EVIL.example") "\r\nx\r\n", ANNA, PROOF, 0, VERDICT_ACCEPT,
		    "nonmember" } },
		{ "accept_these_nonmembers",
		  "eve@evil.example",
		  { "and who may be another", HEAD("eve@evil.example") "\r\nx\r\n", ANNA,
		    NONE, 0, VERDICT_HOLD, "nonmember" } },
		{ "accept_these_nonmembers",
		  "x@y.example\n\n @evil.example ",
		  { "a whole domain", HEAD("eve@lab.evil.example") "\r\nx\r\n", ANNA,
		    PROOF, 0, VERDICT_ACCEPT, "nonmember" } },
		{ "accept_these_nonmembers",
		  "@ops",
		  { "members of another list", HEAD("otto@evil.example") "\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_ACCEPT, "nonmember" } },
		{ "reject_these_nonmembers",
		  "@ops@lists.example",
		  { "by its address", HEAD("otto@evil.example") "\r\nx\r\n", ANNA, PROOF,
		    0, VERDICT_REJECT, "nonmember" } },
		{ "accept_these_nonmembers",
		  "@nowhere",
		  { "of a list that is not there", HEAD("otto@evil.example") "\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_HOLD, "nonmember" } },
		{ "discard_these_nonmembers",
		  "^eve@",
		  { "by an expression", HEAD("eve@evil.example") "\r\nx\r\n", ANNA, NONE,
		    0, VERDICT_DISCARD, "nonmember" } },
		{ "discard_these_nonmembers",
		  "^(a+)+x$",
		  { "by one that does not end",
		    HEAD("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@evil.example") "\r\nx\r\n",
		    ANNA, NONE, 0, VERDICT_HOLD, "nonmember" } },
		{ "discard_these_nonmembers",
		  "anna@uni.example",
		  { "a member is none", HEAD("anna@uni.example") "\r\nx\r\n", ANNA, PROOF,
		    0, VERDICT_ACCEPT, "default" } },
		{ "hold_these_nonmembers",
		  "eve@evil.example",
		  { "held by name", HEAD("eve@evil.example") "\r\nx\r\n", ANNA, PROOF, 0,
		    VERDICT_HOLD, "nonmember" } },
		{ "acceptable_aliases",
		  "old@uni.example\n^devs?@",
		  { "the list by another name",
		    "From: anna@uni.example\r\nTo: devs@y.example\r\nSubject: "
		    "s\r\n\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_ACCEPT, "default" } },
		{ "acceptable_aliases",
		  "old@uni.example",
		  { "by one that is not its",
		    "From: anna@uni.example\r\nTo: devs@y.example\r\nSubject: "
		    "s\r\n\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_HOLD, "destination" } },
		{ "administrivia",
		  "no",
		  { "commands may pass",
		    "From: anna@uni.example\r\nTo: " DEV
		    "\r\nSubject: unsubscribe\r\n\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_ACCEPT, "default" } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *standard = setting_find(str_from(cases[i].key))->standard;
		books_set(t, DEV, cases[i].key, cases[i].value);
		run(t, &cases[i].ask, 1);
		books_set(t, DEV, cases[i].key, standard);
	}
}

/* What Mailman takes for a command, without what it takes for one by mistake. */
static void test_commands(struct books_test *t)
{
	static const struct {
		const char *subject, *body;
		const char *rule;
	} cases[] = {
		{ "unsubscribe", "x", "administrivia" },
		{ " Unsubscribe ", "x", "administrivia" },
		{ "unsubscribe anna@uni.example", "x", "administrivia" },
		{ "unsubscribe is broken", "x", "default" },
		{ "confirm", "x", "default" },
		{ "confirm abcdefghijklmnopqrst", "x", "administrivia" },
		{ "confirm please", "x", "default" },
		{ "Set up the meeting", "x", "default" },
		{ "set digest plain", "x", "administrivia" },
		{ "who knows", "x", "default" },
		{ "", "x", "no_subject" },
		{ " =?utf-8?q?_?= ", "x", "no_subject" },
		{ "s", "1\r\n\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n\r\nhelp",
		  "administrivia" },
		{ "s", "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10\r\nhelp",
		  "default" },
		{ "s", "> unsubscribe", "default" },
		{ "s", "=75nsubscribe", "administrivia" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool waits = strcmp(cases[i].rule, "default") != 0;
		struct ask x = { cases[i].subject,
				 NULL,
				 ANNA,
				 PROOF,
				 0,
				 waits ? VERDICT_HOLD : VERDICT_ACCEPT,
				 cases[i].rule };
		x.message = arena_z(
			t->a,
			arena_printf(t->a,
				     "From: anna@uni.example\r\nTo: " DEV
				     "\r\nContent-Transfer-Encoding: "
				     "quoted-printable\r\nSubject: %s\r\n\r\n%s\r\n",
				     cases[i].subject, cases[i].body));
		run(t, &x, 1);
	}
}

static void post_of(struct books_test *t, const char *author, const char *id, int64_t at)
{
	struct seen_row s = { .list = books_entry(t, DEV)->id,
			      .message_id = str_from(id),
			      .author = str_from(author),
			      .body_hash = STR("x"),
			      .source = STR("7/" DEV),
			      .at = at };
	CHECK(ok(seen_add(t->books.lists, &s)));
}

static void test_flood(struct books_test *t)
{
	struct ask x = { "the third within five minutes",
			 HEAD("anna@uni.example") "\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_ACCEPT,
			 "default" };
	post_of(t, ANNA, "f1", clock_now() - 10);
	post_of(t, ANNA, "f2", clock_now() - 200);
	post_of(t, ANNA, "f3", clock_now() - 400);
	post_of(t, "bob@lab.example", "f4", clock_now() - 5);
	run(t, &x, 1); /* nobody asks for it */
	books_set(t, DEV, "member_verbosity_threshold", "3");
	run(t, &x, 1);
	books_set(t, DEV, "member_verbosity_threshold", "2");
	x.verdict = VERDICT_HOLD, x.rule = "flood";
	run(t, &x, 1);
	books_set(t, DEV, "member_verbosity_interval", "100");
	x.what = "others are too long ago", x.verdict = VERDICT_ACCEPT,
	x.rule = "default";
	run(t, &x, 1);
	books_set(t, DEV, "member_verbosity_interval", "300");
	x.message = HEAD("olga@uni.example") "\r\nx\r\n", x.rule = "member";
	x.what = "owners may";
	run(t, &x, 1);
	books_set(t, DEV, "member_verbosity_threshold", "0");
}

int main(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	books_member(&t, books_list(&t, "ops@lists.example"), "otto@evil.example");
	BOOKS_MUST(&t, books_refresh(&t.books));
	test_named(&t);
	test_commands(&t);
	test_flood(&t);
	books_end(&t);
	return check_done();
}
