/* What rules say of a post by who wrote it: members, roles, other addresses, bans. */
#include "rules_asked.h"

#include "lists/members.h"
#include "store/lists/ban.h"
#include "store/lists/nonmember.h"
#include "store/lists/seen.h"

/* Each member's own setting goes before the list's. */
static void test_member_action(struct books_test *t)
{
	static const struct {
		const char *action;
		enum verdict verdict;
	} cases[] = { { "hold", VERDICT_HOLD },
		      { "reject", VERDICT_REJECT },
		      { "discard", VERDICT_DISCARD },
		      { "accept", VERDICT_ACCEPT } };
	struct member_row m;
	struct ask x = { "own setting",
			 HEAD("bob@lab.example") "\r\nx\r\n",
			 "bob@lab.example",
			 PROOF,
			 0,
			 VERDICT_HOLD,
			 "member" };
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     STR("bob@lab.example"), &m)));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		m.action = str_from(cases[i].action);
		CHECK(ok(member_change(t->books.lists, &m)));
		x.verdict = cases[i].verdict;
		run(t, &x, 1);
	}
	books_set(t, DEV, "default_member_action",
		  "reject"); /* "accept" lets this member post even so */
	run(t, &x, 1);
	books_set(t, DEV, "default_member_action", "accept");
	m.action = STR("");
	CHECK(ok(member_change(t->books.lists, &m)));
}

/* Whatever the list does with members' posts: what is said of posts holds. */
static void test_deferred(struct books_test *t)
{
	static const struct ask cases[] = {
		{ "passes where members wait",
		  "From: bob@lab.example\r\nTo: dev@lists.example\r\nSubject: s\r\n"
		  "Message-ID: <d1@x>\r\n\r\nx\r\n",
		  "bob@lab.example", PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "a command is a command",
		  "From: bob@lab.example\r\nTo: dev@lists.example\r\nSubject: "
		  "unsubscribe\r\nMessage-ID: <d2@x>\r\n\r\nunsubscribe\r\n",
		  "bob@lab.example", PROOF, 0, VERDICT_HOLD, "administrivia" },
		{ "so is one of a stranger's",
		  "From: dee@far.example\r\nTo: dev@lists.example\r\nSubject: "
		  "unsubscribe\r\nMessage-ID: <d3@x>\r\n\r\nunsubscribe\r\n",
		  "dee@far.example", PROOF, 0, VERDICT_HOLD, "administrivia" },
		{ "who passes otherwise",
		  "From: dee@far.example\r\nTo: dev@lists.example\r\nSubject: s\r\n"
		  "Message-ID: <d4@x>\r\n\r\nx\r\n",
		  "dee@far.example", PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "but not unproven",
		  "From: dee@far.example\r\nTo: dev@lists.example\r\nSubject: s\r\n"
		  "Message-ID: <d5@x>\r\n\r\nx\r\n",
		  "dee@far.example", "{}", 0, VERDICT_HOLD, "nonmember" },
	};
	struct member_row m;
	int64_t list = books_entry(t, DEV)->id;
	struct nonmember_row dee = { list, STR("dee@far.example"), STR("defer"), 1 };
	CHECK(ok(member_find(t->books.lists, t->a, list, STR("bob@lab.example"), &m)));
	CHECK(ok(member_option(t->a, &m, STR("action"), STR("defer"), STR(""))));
	CHECK(ok(member_change(t->books.lists, &m)));
	CHECK(ok(nonmember_put(t->books.lists, &dee)));
	books_set(t, DEV, "default_member_action", "hold");
	books_set(t, DEV, "default_nonmember_action", "reject");
	run(t, cases, 4);
	books_set(t, DEV, "default_nonmember_action", "hold");
	run(t, cases + 4, 1);
	books_set(t, DEV, "default_member_action", "accept");
	CHECK(ok(nonmember_remove(t->books.lists, list, dee.key)));
	m.action = STR("");
	CHECK(ok(member_change(t->books.lists, &m)));
}

/* Somebody who writes from another address that is shown to be theirs, too. */
static void test_other_address(struct books_test *t)
{
	struct address_row row, mine;
	struct ask x = { "an address of nobody",
			 HEAD("anna@home.example") "\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_HOLD,
			 "nonmember" };
	struct mailbox m = books_box(t, "anna@home.example");
	run(t, &x, 1);
	CHECK(ok(address_find(t->books.lists, t->a, str_from(ANNA), &mine)));
	CHECK(ok(address_ensure(t->books.lists, t->a, address_key(t->a, &m.address),
				STR("anna@home.example"), STR(""), 1, &row)));
	CHECK(ok(address_move(t->books.lists, row.id, mine.person)));
	x.what = "claimed, not shown";
	run(t, &x, 1);
	CHECK(ok(address_verify(t->books.lists, row.id, 1)));
	x.what = "shown to be the member's", x.verdict = VERDICT_ACCEPT,
	x.rule = "default";
	run(t, &x, 1);
	x.trust = NONE, x.what = "but forged", x.verdict = VERDICT_HOLD, x.rule = "proof";
	run(t, &x, 1);
}

/* A role given to an address that nobody has shown to be theirs: the mail's own proof
 * is enough for a post. */
static void test_unverified_role(struct books_test *t)
{
	struct address_row row;
	struct ask x = { "a moderator who never signed in",
			 HEAD("max@uni.example") "\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_ACCEPT,
			 "member" };
	CHECK(ok(address_ensure(t->books.lists, t->a, STR("max@uni.example"),
				STR("max@uni.example"), STR(""), 1, &row)));
	CHECK(ok(role_add(t->books.lists, books_entry(t, DEV)->id, row.id,
			  STR("moderator"))));
	run(t, &x, 1);
	x.trust = NONE, x.what = "the same, forged", x.verdict = VERDICT_HOLD,
	x.rule = "proof";
	run(t, &x, 1);
}

static void test_bans(struct books_test *t)
{
	int64_t dev = books_entry(t, DEV)->id;
	struct ban_row own = { .list = dev,
			       .pattern = STR("@evil.example"),
			       .reason = STR("") };
	struct ban_row site = { .pattern = STR("^anna@"), .reason = STR("") };
	struct ban_row slow = { .list = dev,
				.pattern = STR("^(a+)+x$"),
				.reason = STR("") };
	struct ask x = { "a banned domain",
			 HEAD("eve@lab.evil.example") "\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_REJECT,
			 "banned" };
	CHECK(ok(ban_add(t->books.lists, &own)) && ok(ban_add(t->books.lists, &site)));
	run(t, &x, 1);
	x.message = HEAD("anna@uni.example") "\r\nx\r\n",
	x.what = "banned on the whole site";
	run(t, &x, 1);
	x.message = HEAD("bob@lab.example") "\r\nx\r\n", x.what = "banned nowhere";
	x.verdict = VERDICT_ACCEPT, x.rule = "default";
	run(t, &x, 1);
	CHECK(ok(ban_remove(t->books.lists, 0, site.pattern)));
	CHECK(ok(ban_remove(t->books.lists, dev, own.pattern)));
	/* A pattern that gives up judges nobody: a person looks. */
	CHECK(ok(ban_add(t->books.lists, &slow)));
	x.message = "From: "
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@uni.example\r\nTo: " DEV
		    "\r\n\r\nx\r\n";
	x.what = "a pattern without end", x.verdict = VERDICT_HOLD, x.rule = "banned";
	run(t, &x, 1);
	CHECK(ok(ban_remove(t->books.lists, dev, slow.pattern)));
}

/* A forger tries names: the answer must be the same for a member's and any other. */
static void test_forger(struct books_test *t)
{
	static const char *const from[] = { HEAD("anna@uni.example") "\r\nx\r\n",
					    HEAD("olga@uni.example") "\r\nx\r\n",
					    HEAD("eve@evil.example") "\r\nx\r\n" };
	static const struct {
		const char *key, *value, *usual, *authenticate, *trust;
		enum verdict verdict;
	} cases[] = {
		{ "default_nonmember_action", "reject", "hold", "aligned",
		  "{\"aligned\":false}", VERDICT_REJECT },
		{ "reject_these_nonmembers", "^.", "", "aligned", "{\"aligned\":false}",
		  VERDICT_REJECT },
		{ "dmarc_mitigate_action", "reject", "munge_from", "aligned",
		  "{\"aligned\":false,\"dmarc\":{\"unsigned\":true}}", VERDICT_REJECT },
		/* said in no session: the member's post waits for its author's word */
		{ "default_nonmember_action", "reject", "hold", "challenge",
		  "{\"aligned\":false}", VERDICT_DISCARD },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct judgement j[3] = { 0 };
		books_set(t, DEV, cases[i].key, cases[i].value);
		books_set(t, DEV, "authenticate", cases[i].authenticate);
		for (size_t k = 0; k < 3; k++)
			CHECK(judge(t,
				    &(struct ask){ .what = "a forger",
						   .message = from[k],
						   .reverse_path = "x@evil.example",
						   .trust = cases[i].trust },
				    &j[k]));
		CHECK(j[2].verdict == cases[i].verdict);
		for (size_t k = 0; k < 2; k++)
			CHECK(cases[i].verdict == VERDICT_REJECT
				      ? j[k].verdict == VERDICT_REJECT
						&& str_eq(j[k].reason, j[2].reason)
						&& !strcmp(j[k].rule, j[2].rule)
				      : j[k].verdict == VERDICT_HOLD
						&& !strcmp(j[k].rule, "proof"));
		books_set(t, DEV, cases[i].key, cases[i].usual);
		books_set(t, DEV, "authenticate", "aligned");
	}
}

/* So it must be for an address that the list names, by itself or as another list's
 * member. */
static void test_named_forger(struct books_test *t)
{
	static const char *const from[] = { HEAD("nina@uni.example") "\r\nx\r\n",
					    HEAD("eve@evil.example") "\r\nx\r\n" };
	static const struct {
		const char *accept, *row, *other, *by_default;
		enum verdict proven, named, stranger; /* the last two unproven */
	} cases[] = {
		{ "@staff@lists.example", "", "", "reject", VERDICT_ACCEPT,
		  VERDICT_REJECT, VERDICT_REJECT },
		{ "", "accept", "", "reject", VERDICT_ACCEPT, VERDICT_REJECT,
		  VERDICT_REJECT },
		{ "@staff@lists.example", "", "^.", "hold", VERDICT_ACCEPT,
		  VERDICT_REJECT, VERDICT_REJECT },
		{ "@staff@lists.example", "", "", "accept", VERDICT_ACCEPT,
		  VERDICT_ACCEPT, VERDICT_ACCEPT },
		{ "@staff@lists.example", "", "", "hold", VERDICT_ACCEPT, VERDICT_HOLD,
		  VERDICT_HOLD },
		{ "", "accept", "", "discard", VERDICT_ACCEPT, VERDICT_HOLD,
		  VERDICT_DISCARD },
		{ "", "", "@staff@lists.example", "reject", VERDICT_REJECT,
		  VERDICT_REJECT, VERDICT_REJECT },
	};
	const struct list_entry *staff = books_list(t, "staff@lists.example");
	books_member(t, staff, "nina@uni.example");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct judgement j[3] = { 0 };
		struct nonmember_row row = { .list = books_entry(t, DEV)->id,
					     .key = STR("nina@uni.example"),
					     .action = str_from(cases[i].row) };
		books_set(t, DEV, "accept_these_nonmembers", cases[i].accept);
		books_set(t, DEV, "reject_these_nonmembers", cases[i].other);
		books_set(t, DEV, "default_nonmember_action", cases[i].by_default);
		if (row.action.n)
			CHECK(ok(nonmember_put(t->books.lists, &row)));
		for (size_t k = 0; k < 3; k++)
			CHECK(judge(t,
				    &(struct ask){ .what = "named",
						   .message = from[k == 1],
						   .reverse_path = "x@evil.example",
						   .trust = k == 2 ? PROOF : NONE },
				    &j[k]));
		CHECK(j[0].verdict == cases[i].named);
		CHECK(j[1].verdict == cases[i].stranger);
		CHECK(j[2].verdict == cases[i].proven);
		if (j[0].verdict == VERDICT_REJECT)
			CHECK(str_eq(j[0].reason, j[1].reason)
			      && !strcmp(j[0].rule, j[1].rule)
			      && !holds(j[0].reason, "staff"));
		if (row.action.n)
			CHECK(ok(nonmember_remove(t->books.lists, row.list, row.key)));
	}
	books_set(t, DEV, "accept_these_nonmembers", "");
	books_set(t, DEV, "reject_these_nonmembers", "");
	books_set(t, DEV, "default_nonmember_action", "hold");
}

/* Who is banned hears so, whatever they write and however often. */
static void test_banned_first(struct books_test *t)
{
	int64_t dev = books_entry(t, DEV)->id;
	struct ban_row ban = { .list = dev,
			       .pattern = STR("bob@lab.example"),
			       .reason = STR("") };
	struct seen_row seen = { .list = dev,
				 .message_id = STR("again@x"),
				 .author = STR("bob@lab.example"),
				 .body_hash = STR("other"),
				 .source = STR("1/" DEV),
				 .at = 1 };
	struct ask x = { "banned, and posted before",
			 HEAD("bob@lab.example") "Message-ID: <again@x>\r\n\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_HOLD,
			 "duplicate" };
	CHECK(ok(seen_add(t->books.lists, &seen)));
	run(t, &x, 1);
	CHECK(ok(ban_add(t->books.lists, &ban)));
	x.verdict = VERDICT_REJECT, x.rule = "banned";
	run(t, &x, 1);
	CHECK(ok(ban_remove(t->books.lists, dev, ban.pattern)));
}

int main(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	test_member_action(&t);
	test_deferred(&t);
	test_other_address(&t);
	test_unverified_role(&t);
	test_bans(&t);
	test_forger(&t);
	test_named_forger(&t);
	test_banned_first(&t);
	books_end(&t);
	return check_done();
}
