#include "rules_asked.h"

#include "store/lists/ban.h"
#include "store/lists/domain.h"
#include "store/lists/header_rule.h"

/* Membership is what From says and the proof bears out: neither Reply-To nor Sender
 * nor the envelope makes a stranger a member. */
static void test_authors(struct books_test *t)
{
	static const struct ask cases[] = {
		{ "a member, proven", HEAD("anna@uni.example") "\r\nx\r\n", ANNA, PROOF,
		  0, VERDICT_ACCEPT, "default" },
		{ "the address in another spelling",
		  HEAD("\"A. Nna\" <Anna@UNI.example>") "\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_ACCEPT, "default" },
		{ "a member, not proven", HEAD("anna@uni.example") "\r\nx\r\n", ANNA,
		  NONE, 0, VERDICT_HOLD, "proof" },
		{ "no results at all", HEAD("anna@uni.example") "\r\nx\r\n", ANNA, "", 0,
		  VERDICT_HOLD, "proof" },
		{ "results that are no JSON", HEAD("anna@uni.example") "\r\nx\r\n", ANNA,
		  "aligned", 0, VERDICT_HOLD, "proof" },
		{ "proof as text", HEAD("anna@uni.example") "\r\nx\r\n", ANNA,
		  "{\"aligned\":\"true\"}", 0, VERDICT_HOLD, "proof" },
		{ "signed in", HEAD("anna@uni.example") "\r\nx\r\n", ANNA,
		  "{\"account\":true}", 5, VERDICT_ACCEPT, "default" },
		{ "says signed in without an account",
		  HEAD("anna@uni.example") "\r\nx\r\n", ANNA, "{\"account\":true}", 0,
		  VERDICT_HOLD, "proof" },
		{ "the administrator's hand", HEAD("x@y.example") "\r\nx\r\n", ANNA,
		  "{\"local\":true}", 0, VERDICT_ACCEPT, "member" },
		{ "an owner, proven", HEAD("olga@uni.example") "\r\nx\r\n",
		  "olga@uni.example", PROOF, 0, VERDICT_ACCEPT, "member" },
		{ "an owner, forged", HEAD("olga@uni.example") "\r\nx\r\n",
		  "olga@uni.example", NONE, 0, VERDICT_HOLD, "proof" },
		{ "a stranger", HEAD("eve@evil.example") "\r\nx\r\n", "eve@evil.example",
		  PROOF, 0, VERDICT_HOLD, "nonmember" },
		{ "a stranger with a member's Reply-To",
		  HEAD("eve@evil.example") "Reply-To: anna@uni.example\r\n\r\nx\r\n",
		  "eve@evil.example", PROOF, 0, VERDICT_HOLD, "nonmember" },
		{ "a stranger with a member's Sender",
		  HEAD("eve@evil.example") "Sender: anna@uni.example\r\n\r\nx\r\n",
		  "eve@evil.example", PROOF, 0, VERDICT_HOLD, "nonmember" },
		{ "a stranger in a member's envelope",
		  HEAD("eve@evil.example") "\r\nx\r\n", ANNA, PROOF, 0, VERDICT_HOLD,
		  "nonmember" },
		{ "a member's name, a stranger's address",
		  HEAD("\"anna@uni.example\" <eve@evil.example>") "\r\nx\r\n", ANNA,
		  PROOF, 0, VERDICT_HOLD, "nonmember" },
		{ "a comment that looks like a member",
		  HEAD("eve@evil.example (anna@uni.example)") "\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_HOLD, "nonmember" },
		{ "two From fields",
		  "From: anna@uni.example\r\n" HEAD("eve@evil.example") "\r\nx\r\n", ANNA,
		  PROOF, 0, VERDICT_REJECT, "no_author" },
		{ "two authors in one From",
		  HEAD("anna@uni.example, eve@evil.example") "\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_REJECT, "no_author" },
		{ "an empty From, a member's Sender",
		  HEAD("") "Sender: anna@uni.example\r\n\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_REJECT, "no_author" },
		{ "no From", "To: " DEV "\r\n\r\nx\r\n", ANNA, PROOF, 0, VERDICT_REJECT,
		  "no_author" },
		{ "From without an address", HEAD("Anna") "\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_REJECT, "no_author" },
		{ "a group as From", HEAD("undisclosed: ;") "\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_REJECT, "no_author" },
		{ "no header", "hello\r\n", ANNA, PROOF, 0, VERDICT_REJECT, "no_author" },
		{ "nothing", "", ANNA, PROOF, 0, VERDICT_REJECT, "no_author" },
	};
	RUN(t, cases);
}

/* What an owner can choose, one setting after the other. */
static void test_settings(struct books_test *t)
{
	static const struct {
		const char *key, *value;
		struct ask ask;
	} cases[] = {
		{ "authenticate",
		  "any",
		  { "a forged From is believed", HEAD("anna@uni.example") "\r\nx\r\n",
		    ANNA, NONE, 0, VERDICT_ACCEPT, "default" } },
		{ "authenticate",
		  "challenge",
		  { "who is to be asked waits", HEAD("anna@uni.example") "\r\nx\r\n",
		    ANNA, NONE, 0, VERDICT_HOLD, "proof" } },
		{ "authenticate",
		  "challenge",
		  { "who is proven is not", HEAD("anna@uni.example") "\r\nx\r\n", ANNA,
		    PROOF, 0, VERDICT_ACCEPT, "default" } },
		{ "authenticate",
		  "challenge",
		  { "a stranger is judged as one", HEAD("eve@evil.example") "\r\nx\r\n",
		    ANNA, NONE, 0, VERDICT_HOLD, "nonmember" } },
		{ "default_member_action",
		  "hold",
		  { "members are held", HEAD("anna@uni.example") "\r\nx\r\n", ANNA, PROOF,
		    0, VERDICT_HOLD, "member" } },
		{ "default_member_action",
		  "hold",
		  { "but not owners", HEAD("olga@uni.example") "\r\nx\r\n", ANNA, PROOF,
		    0, VERDICT_ACCEPT, "member" } },
		{ "default_member_action",
		  "reject",
		  { "members are refused", HEAD("anna@uni.example") "\r\nx\r\n", ANNA,
		    PROOF, 0, VERDICT_REJECT, "member" } },
		{ "default_nonmember_action",
		  "accept",
		  { "an open list", HEAD("eve@evil.example") "\r\nx\r\n", ANNA, NONE, 0,
		    VERDICT_ACCEPT, "default" } },
		{ "default_nonmember_action",
		  "reject",
		  { "members only", HEAD("eve@evil.example") "\r\nx\r\n", ANNA, NONE, 0,
		    VERDICT_REJECT, "nonmember" } },
		{ "default_nonmember_action",
		  "discard",
		  { "in silence", HEAD("eve@evil.example") "\r\nx\r\n", ANNA, NONE, 0,
		    VERDICT_DISCARD, "nonmember" } },
		{ "emergency",
		  "yes",
		  { "an uproar", HEAD("olga@uni.example") "\r\nx\r\n", ANNA, PROOF, 0,
		    VERDICT_HOLD, "emergency" } },
		{ "posting_chain",
		  "accept",
		  { "nobody is asked who they are",
		    "From: eve@evil.example\r\nSubject: s\r\n\r\nx\r\n",
		    "eve@evil.example", NONE, 0, VERDICT_ACCEPT, "posting_chain" } },
		{ "posting_chain",
		  "accept",
		  { "but no bounce passes", HEAD("eve@evil.example") "\r\nx\r\n", "",
		    NONE, 0, VERDICT_DISCARD, "automatic" } },
		{ "posting_chain",
		  "accept",
		  { "and no loop",
		    HEAD("anna@uni.example") "List-Id: <dev.lists.example>\r\n\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_DISCARD, "loop" } },
		{ "posting_chain",
		  "hold",
		  { "owners wait as well", HEAD("olga@uni.example") "\r\nx\r\n", ANNA,
		    PROOF, 0, VERDICT_HOLD, "posting_chain" } },
		{ "posting_chain",
		  "reject",
		  { "owners are refused as well", HEAD("olga@uni.example") "\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_REJECT, "posting_chain" } },
		{ "posting_chain",
		  "discard",
		  { "of everybody", HEAD("anna@uni.example") "\r\nx\r\n", ANNA, PROOF, 0,
		    VERDICT_DISCARD, "posting_chain" } },
		{ "require_explicit_destination",
		  "no",
		  { "named nowhere", "From: anna@uni.example\r\nSubject: s\r\n\r\nx\r\n",
		    ANNA, PROOF, 0, VERDICT_ACCEPT, "default" } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		books_set(t, DEV, cases[i].key, cases[i].value);
		run(t, &cases[i].ask, 1);
		books_set(t, DEV, cases[i].key,
			  setting_find(str_from(cases[i].key))->standard);
	}
}

/* Beside the verdict which rule said it, and whether it goes to the members. */
static enum verdict owners_get(struct books_test *t, const char *from, const char *trust,
			       const char *fields, const char **rule)
{
	struct judgement j = { 0 };
	struct post p;
	str text = arena_cat(t->a, STR("From: "), str_from(from),
			     STR("\r\nTo: dev-owner@lists.example\r\n"
				 "Subject: cheap pills\r\n"),
			     str_from(fields), STR("\r\nx\r\n"));
	struct address path = books_box(t, from).address;
	CHECK(ok(post_read(t->books.lists, t->a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("9/owner"),
					      .text = text,
					      .reverse_path = &path,
					      .trust = str_from(trust) },
			   &p)));
	CHECK(ok(rules_judge_owner(t->books.lists, t->a, &p, &j)));
	*rule = owner_mail_is_post(t->a, &p) && j.verdict == VERDICT_ACCEPT ? "members"
									    : j.rule;
	return j.verdict;
}

static enum verdict for_owners(struct books_test *t, const char *from, const char *trust)
{
	const char *rule;
	return owners_get(t, from, trust, "", &rule);
}

/* The list's own word about mail to its owners, with eve banned. */
static void test_owners_chain(struct books_test *t)
{
	static const char EVE[] = "eve@evil.example",
			  LOOP[] = "List-Id: <dev.lists.example>\r\n",
			  REPORT[] = "Content-Type: multipart/report; boundary=b\r\n";
	static const struct {
		const char *chain, *pipeline, *from, *fields;
		enum verdict verdict;
		const char *rule;
	} cases[] = {
		{ "default-owner-chain", "", EVE, "", VERDICT_REJECT, "banned" },
		{ "accept", "", EVE, "", VERDICT_ACCEPT, "owner_chain" },
		{ "reject", "", ANNA, "", VERDICT_REJECT, "owner_chain" },
		{ "discard", "", ANNA, "", VERDICT_DISCARD, "owner_chain" },
		/* a complaint, a bounce */
		{ "reject", "", ANNA, REPORT, VERDICT_ACCEPT, "default" },
		{ "accept", "default-posting-pipeline", ANNA, LOOP, VERDICT_DISCARD,
		  "loop" },
		{ "accept", "default-owner-pipeline", ANNA, LOOP, VERDICT_ACCEPT,
		  "owner_chain" },
		{ "default-owner-chain", "default-posting-pipeline", ANNA, "",
		  VERDICT_ACCEPT, "members" },
		{ "default-owner-chain", "default-posting-pipeline", EVE, "",
		  VERDICT_REJECT, "banned" },
		{ "default-owner-chain", "default-posting-pipeline", ANNA, REPORT,
		  VERDICT_ACCEPT, "default" },
		{ "default-owner-chain", "default-posting-pipeline", ANNA,
		  "Auto-Submitted: auto-replied\r\n", VERDICT_ACCEPT, "default" },
	};
	struct ban_row ban = { .list = 0, .pattern = str_from(EVE), .reason = STR("") };
	CHECK(ok(ban_add(t->books.lists, &ban)));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *pipeline = cases[i].pipeline, *rule = "";
		books_set(t, DEV, "owner_chain", cases[i].chain);
		books_set(t, DEV, "owner_pipeline",
			  *pipeline ? pipeline : "default-owner-pipeline");
		enum verdict v = owners_get(t, cases[i].from, PROOF, cases[i].fields,
					    &rule);
		if (v != cases[i].verdict || strcmp(rule, cases[i].rule) != 0)
			fprintf(stderr, "  chain %zu: %s by %s\n", i, verdict_word(v),
				rule);
		CHECK(v == cases[i].verdict && !strcmp(rule, cases[i].rule));
	}
	/* what holds every post holds these as well, and no mail to the owners */
	const char *rule;
	books_set(t, DEV, "emergency", "yes");
	books_set(t, DEV, "owner_pipeline", "default-posting-pipeline");
	CHECK(owners_get(t, ANNA, PROOF, "", &rule) == VERDICT_HOLD
	      && !strcmp(rule, "emergency"));
	books_set(t, DEV, "owner_pipeline", "default-owner-pipeline");
	CHECK(owners_get(t, ANNA, PROOF, "", &rule) == VERDICT_ACCEPT);
	books_set(t, DEV, "emergency", "no");
	books_set(t, DEV, "owner_chain", "default-owner-chain");
	CHECK(ok(ban_remove(t->books.lists, 0, ban.pattern)));
}

/* Bans and header rules keep spam from owners, and never a member who is proven. */
static void test_owners(struct books_test *t)
{
	static const struct {
		const char *from, *trust, *action;
		bool banned;
		enum verdict verdict;
	} cases[] = {
		{ "eve@evil.example", "{\"aligned\":true}", "", false, VERDICT_ACCEPT },
		{ "eve@evil.example", "{\"aligned\":true}", "", true, VERDICT_REJECT },
		{ "eve@evil.example", "{\"aligned\":true}", "discard", false,
		  VERDICT_DISCARD },
		{ "eve@evil.example", "{\"aligned\":true}", "reject", false,
		  VERDICT_REJECT },
		/* who would decide is who reads it */
		{ "eve@evil.example", "{\"aligned\":true}", "hold", false,
		  VERDICT_ACCEPT },
		{ "eve@evil.example", "{\"aligned\":true}", "hold", true,
		  VERDICT_REJECT },
		{ "anna@uni.example", "{\"aligned\":true}", "discard", true,
		  VERDICT_ACCEPT },
		{ "olga@uni.example", "{\"aligned\":true}", "discard", true,
		  VERDICT_ACCEPT },
		{ "anna@uni.example", "{\"aligned\":false}", "discard", false,
		  VERDICT_DISCARD },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ban_row ban = { .list = 0,
				       .pattern = str_from(cases[i].from),
				       .reason = STR("") };
		struct header_rule_row rule = { .list = books_entry(t, DEV)->id,
						.header = STR("subject"),
						.pattern = STR("pills"),
						.action = str_from(cases[i].action) };
		if (cases[i].banned)
			CHECK(ok(ban_add(t->books.lists, &ban)));
		if (rule.action.n)
			CHECK(ok(header_rule_add(t->books.lists, &rule)));
		enum verdict v = for_owners(t, cases[i].from, cases[i].trust);
		if (v != cases[i].verdict)
			fprintf(stderr, "  %zu: %s\n", i, verdict_word(v));
		CHECK(v == cases[i].verdict);
		if (cases[i].banned)
			CHECK(ok(ban_remove(t->books.lists, 0, ban.pattern)));
		if (rule.action.n)
			CHECK(ok(header_rule_remove(t->books.lists, rule.list,
						    rule.header, rule.pattern)));
	}
}

static void test_alias_domain(struct books_test *t)
{
	struct domain_row d;
	struct ask x = { "at the alias",
			 "From: anna@uni.example\r\nTo: dev@old.example\r\n"
			 "Subject: hello\r\n\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_HOLD,
			 "destination" };
	run(t, &x, 1);
	BOOKS_MUST(t, domain_get(t->books.lists, t->a, STR("lists.example"), &d));
	d.alias = STR("old.example");
	BOOKS_MUST(t, domain_set(t->books.lists, &d));
	BOOKS_MUST(t, books_refresh(&t->books));
	x.verdict = VERDICT_ACCEPT;
	x.rule = "default";
	run(t, &x, 1);
	d.alias = STR("");
	BOOKS_MUST(t, domain_set(t->books.lists, &d));
	BOOKS_MUST(t, books_refresh(&t->books));
}

static void test_trace(struct books_test *t)
{
	size_t n;
	const struct rule_doc *d = rule_docs(&n);
	struct judgement j;
	struct ask x = { "",       HEAD("anna@uni.example") "\r\nx\r\n",
			 ANNA,     PROOF,
			 0,        VERDICT_ACCEPT,
			 "default" };
	CHECK(judge(t, &x, &j) && j.count == n);
	for (size_t i = 0; i < n; i++)
		CHECK(!strcmp(j.trace[i].rule, d[i].name) && *d[i].text);
	CHECK(str_starts(judgement_text(t->a, &j), STR("no_author: miss; loop: miss; ")));
	CHECK(str_starts(judgement_asked(t->a, &j), STR("no_author=miss loop=miss ")));
	x.trust = NONE;
	CHECK(judge(t, &x, &j) && j.count == n); /* the others are asked as well */
	str text = judgement_text(t->a, &j);
	CHECK(holds(judgement_asked(t->a, &j), " proof=hold unsigned=miss "));
	CHECK(holds(text, "; proof: hold (neither DKIM, SPF nor a sign-in"));
	CHECK(str_starts(j.reason, STR("neither DKIM")) && !str_has(j.reason, '\n'));
	x.message = HEAD("eve@evil.example") "\r\nx\r\n";
	books_set(t, DEV, "default_nonmember_action", "reject");
	CHECK(judge(t, &x, &j) && j.count < n); /* decided: nobody else is asked */
	CHECK(str_eq(j.reason, j.trace[j.count - 1].reason));
	books_set(t, DEV, "default_nonmember_action", "hold");
}

int main(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	test_authors(&t);
	test_settings(&t);
	test_owners(&t);
	test_owners_chain(&t);
	test_alias_domain(&t);
	test_trace(&t);
	books_end(&t);
	return check_done();
}
