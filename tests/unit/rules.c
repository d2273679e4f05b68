#include "rules_asked.h"

#include "store/lists/ban.h"
#include "store/lists/domain.h"
#include "store/lists/header_rule.h"
#include "store/lists/seen.h"

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

static void test_message(struct books_test *t)
{
	static const struct ask cases[] = {
		{ "our own List-Id",
		  HEAD("anna@uni.example") "List-Id: \"The devs\" "
					   "<dev.lists.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "loop" },
		{ "the same in capitals, folded",
		  HEAD("anna@uni.example") "LIST-ID: x\r\n "
					   "<DEV.Lists.Example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "loop" },
		{ "our own as the second one",
		  HEAD("anna@uni.example") "List-Id: <x.other.example>\r\nList-Id: "
					   "<dev.lists.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "loop" },
		{ "another list's",
		  HEAD("anna@uni.example") "List-Id: <dev.other.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "a list whose name ends in ours",
		  HEAD("anna@uni.example") "List-Id: <webdev.lists.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "a bounce", HEAD("anna@uni.example") "\r\nx\r\n", "", PROOF, 0,
		  VERDICT_DISCARD, "automatic" },
		{ "a vacation note",
		  HEAD("anna@uni.example") "Auto-Submitted: auto-replied "
					   "(vacation)\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "automatic" },
		{ "a build robot's report",
		  HEAD("anna@uni.example") "Auto-Submitted: auto-generated\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "Auto-Submitted: no",
		  HEAD("anna@uni.example") "Auto-Submitted: no\r\n\r\nx\r\n", ANNA, PROOF,
		  0, VERDICT_ACCEPT, "default" },
		{ "the list in Bcc only",
		  "From: anna@uni.example\r\nTo: x@y.example\r\n\r\nx\r\n", ANNA, PROOF,
		  0, VERDICT_HOLD, "destination" },
		{ "the list in Cc",
		  "From: anna@uni.example\r\nTo: x@y.example\r\nCc: Dev "
		  "<DEV@lists.example>\r\nSubject: s\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "sent again to the list",
		  "From: anna@uni.example\r\nTo: x@y.example\r\nResent-To: " DEV
		  "\r\nSubject: s\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "the list's name only in a comment",
		  "From: anna@uni.example\r\nTo: x@y.example (" DEV ")\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_HOLD, "destination" },
	};
	RUN(t, cases);
}

static void test_recipients(struct books_test *t)
{
	char to[2000] = "";
	struct ask x = {
		"21 recipients", NULL, ANNA, PROOF, 0, VERDICT_HOLD, "recipients"
	};
	for (int i = 0; i < 20; i++)
		sprintf(to + strlen(to), ", x%d@y.example", i);
	x.message = arena_z(t->a, arena_printf(t->a,
					       "From: %s\r\nTo: " DEV
					       "%s\r\nSubject: s\r\n\r\nx\r\n",
					       ANNA, to));
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "21");
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "22");
	x.what = "21 where 22 are too many", x.verdict = VERDICT_ACCEPT,
	x.rule = "default";
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "0");
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "20");
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

static void test_size(struct books_test *t)
{
	struct judgement j;
	str big = arena_cat(t->a, STR(HEAD("anna@uni.example") "\r\n"),
			    (str){ memset(arena_alloc(t->a, 2048), 'x', 2048), 2048 });
	struct ask x = {
		"2 KB and some", arena_z(t->a, big), ANNA, PROOF, 0, VERDICT_REJECT,
		"size"
	};
	books_set(t, DEV, "max_message_size", "2");
	run(t, &x, 1);
	CHECK(judge(t, &x, &j) && holds(j.reason, "at most 2 KB"));
	x.message = arena_z(t->a, str_first(big, 2048));
	x.verdict = VERDICT_ACCEPT, x.rule = "default";
	run(t, &x, 1);
	books_set(t, DEV, "max_message_size", "10000");
}

static void test_header_rules(struct books_test *t)
{
	int64_t dev = books_entry(t, DEV)->id;
	static const struct {
		const char *header, *pattern, *action, *field;
		enum verdict verdict;
		const char *rule;
	} cases[] = {
		{ "X-Spam-Flag", "^yes", "discard", "X-Spam-Flag: YES\r\n",
		  VERDICT_DISCARD, "header_match" },
		{ "X-Spam-Flag", "^yes", "hold", "X-Spam-Flag: no\r\n", VERDICT_ACCEPT,
		  "default" },
		{ "x-spam-flag", "yes", "reject",
		  "X-SPAM-FLAG: no\r\nX-Spam-Flag: yes\r\n", VERDICT_REJECT,
		  "header_match" },
		{ "Comments",
		  "gr\xC3\xBC"
		  "n",
		  "hold", "Comments: =?utf-8?q?GR=C3=9CN?=\r\n", VERDICT_HOLD,
		  "header_match" },
		{ "Comments", "^(a+)+$", "discard",
		  "Comments: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\r\n",
		  VERDICT_HOLD, "header_match" },
		{ "Comments", "ok", "accept", "Comments: ok\r\n", VERDICT_ACCEPT,
		  "header_match" },
		{ "Missing", ".*", "discard", "", VERDICT_ACCEPT, "default" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct header_rule_row r = { .list = dev,
					     .header = str_from(cases[i].header),
					     .pattern = str_from(cases[i].pattern),
					     .action = str_from(cases[i].action) };
		struct ask x = { cases[i].field,   NULL,         ANNA, PROOF, 0,
				 cases[i].verdict, cases[i].rule };
		x.message = arena_z(
			t->a, arena_printf(t->a, HEAD("anna@uni.example") "%s\r\nx\r\n",
					   cases[i].field));
		CHECK(ok(header_rule_add(t->books.lists, &r)));
		run(t, &x, 1);
		CHECK(ok(header_rule_remove(t->books.lists, dev, r.header, r.pattern)));
	}
}

#define PARTS                                                                    \
	HEAD("anna@uni.example")                                                 \
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"                      \
	"--b\r\nContent-Type: text/plain\r\nX-In: part\r\n\r\nx\r\n"             \
	"--b\r\nContent-Type: application/zip; name=\"pay.zip\"\r\n\r\nPK\r\n"   \
	"--b\r\nContent-Type: message/rfc822\r\n\r\n"                            \
	"From: eve@evil.example\r\nSubject: forwarded prize\r\n"                 \
	"Content-Type: multipart/mixed; boundary=c\r\n\r\n"                      \
	"--c\r\nContent-Type: text/html\r\nX-Deep: yes\r\n\r\n<p>x\r\n--c--\r\n" \
	"\r\n--b--\r\n"

/* Fields of parts, of messages within, of every list; order; what the trace says. */
static void test_inner_fields(struct books_test *t)
{
	static const struct {
		bool site;
		const char *header, *pattern;
		enum verdict verdict;
		const char *part; /* of the reason */
	} cases[] = {
		{ false, "X-In", "part", VERDICT_HOLD, "x-in: part (why)" },
		{ false, "content-type", "pay[.]zip", VERDICT_HOLD, "pay[.]zip" },
		{ false, "Subject", "prize", VERDICT_HOLD, "prize" },
		{ false, "From", "evil", VERDICT_HOLD, "evil" },
		{ false, "X-Deep", "^yes$", VERDICT_HOLD, "x-deep" },
		{ true, "X-Deep", "^yes$", VERDICT_HOLD,
		  "header rule of every list: x-deep: ^yes$ (why)" },
		{ false, "X-In", "message", VERDICT_ACCEPT, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct header_rule_row r = {
			.list = cases[i].site ? 0 : books_entry(t, DEV)->id,
			.header = str_from(cases[i].header),
			.pattern = str_from(cases[i].pattern),
			.action = STR("hold"),
			.reason = STR("why"),
		};
		struct ask x = { cases[i].header,
				 PARTS,
				 ANNA,
				 PROOF,
				 0,
				 cases[i].verdict,
				 *cases[i].part ? "header_match" : "default" };
		struct judgement j;
		CHECK(ok(header_rule_add(t->books.lists, &r)));
		run(t, &x, 1);
		CHECK(judge(t, &x, &j)
		      && (!*cases[i].part || holds(j.reason, cases[i].part)));
		CHECK(ok(
			header_rule_remove(t->books.lists, r.list, r.header, r.pattern)));
	}
}

/* More fields than anybody would look through are a person's to look at. */
static void test_inner_many(struct books_test *t)
{
	enum { PARTS_N = 11, FIELDS_N = 1999 };
	static char text[PARTS_N * (FIELDS_N + 5) * 5 + 1000];
	char *at = text;
	at += sprintf(at, "From: anna@uni.example\r\nTo: " DEV "\r\nSubject: many\r\n"
			  "Message-ID: <many@uni.example>\r\nMIME-Version: 1.0\r\n"
			  "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < PARTS_N; i++) {
		at += sprintf(at, "--b\r\n");
		for (int k = 0; k < FIELDS_N; k++)
			at += sprintf(at, "a:\r\n");
		at += sprintf(at, "\r\nx\r\n");
	}
	sprintf(at, "--b--\r\n");
	struct header_rule_row r = { .list = books_entry(t, DEV)->id,
				     .header = STR("X-None"),
				     .pattern = STR("never"),
				     .action = STR("discard") };
	struct ask x = { "many", text, ANNA, PROOF, 0, VERDICT_HOLD, "header_match" };
	CHECK(ok(header_rule_add(t->books.lists, &r)));
	run(t, &x, 1);
	CHECK(ok(header_rule_remove(t->books.lists, r.list, r.header, r.pattern)));
}

/* What a message's parts say is read once, however many lists it is for and whatever their
 * rules; a list without rules reads nothing. */
static void test_inner_once(struct books_test *t)
{
	static const char *const lists[] = { "none@lists.example", DEV,
					     "second@lists.example" };
	const struct header *seen[3];
	struct post parsed, p;
	struct address path = books_box(t, ANNA).address;
	struct header_rule_row r = { .header = STR("X-Deep"),
				     .pattern = STR("^yes$"),
				     .action = STR("hold") };
	for (size_t i = 1; i < 3; i++) {
		if (!books_entry(t, lists[i]))
			books_list(t, lists[i]);
		r.list = books_entry(t, lists[i])->id;
		r.id = 0;
		CHECK(ok(header_rule_add(t->books.lists, &r)));
	}
	books_list(t, lists[0]);
	CHECK(ok(post_parse(t->a,
			    &(struct mail_in){ .text = STR(PARTS),
					       .reverse_path = &path,
					       .trust = str_from(PROOF) },
			    &parsed)));
	for (size_t i = 0; i < 3; i++) {
		p = parsed;
		CHECK(ok(post_look_up(t->books.lists, t->a, books_entry(t, lists[i]),
				      &p)));
		CHECK(ok(post_sift(t->a, &p)));
		CHECK(!p.headers_say == !i);
		CHECK(!i || p.headers_say->verdict == VERDICT_HOLD);
		seen[i] = p.inner->headers;
	}
	CHECK(!seen[0] && seen[1] && seen[1] == seen[2]);
	r.list = books_entry(t, DEV)->id;
	CHECK(ok(header_rule_remove(t->books.lists, r.list, r.header, r.pattern)));
}

/* The first that fits decides; those of every list come before. */
static void test_rule_order(struct books_test *t)
{
	struct ask x = { "own",
			 HEAD("anna@uni.example") "\r\nx\r\n",
			 ANNA,
			 PROOF,
			 0,
			 VERDICT_ACCEPT,
			 "header_match" };
	int64_t dev = books_entry(t, DEV)->id;
	struct header_rule_row first = { .list = dev,
					 .header = STR("subject"),
					 .pattern = STR("^hello"),
					 .action = STR("accept") },
			       second = { .list = dev,
					  .header = STR("subject"),
					  .pattern = STR("hello$"),
					  .action = STR("discard") },
			       site = { .header = STR("subject"),
					.pattern = STR("hell"),
					.action = STR("hold") };
	CHECK(ok(header_rule_add(t->books.lists, &first)));
	CHECK(ok(header_rule_add(t->books.lists, &second)));
	run(t, &x, 1);
	CHECK(ok(header_rule_place(t->books.lists, t->a, dev, second.id, 0)));
	x.verdict = VERDICT_DISCARD;
	run(t, &x, 1);
	CHECK(ok(header_rule_add(t->books.lists, &site)));
	x.verdict = VERDICT_HOLD;
	run(t, &x, 1);
	CHECK(ok(header_rule_remove(t->books.lists, 0, site.header, site.pattern)));
	CHECK(ok(header_rule_remove(t->books.lists, dev, first.header, first.pattern)));
	CHECK(ok(header_rule_remove(t->books.lists, dev, second.header, second.pattern)));
}

static enum verdict for_owners(struct books_test *t, const char *from, const char *trust)
{
	struct judgement j = { 0 };
	struct post p;
	str text = arena_cat(t->a, STR("From: "), str_from(from),
			     STR("\r\nTo: dev-owner@lists.example\r\n"
				 "Subject: cheap pills\r\n\r\nx\r\n"));
	struct address path = books_box(t, from).address;
	CHECK(ok(post_read(t->books.lists, t->a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("9/owner"),
					      .text = text,
					      .reverse_path = &path,
					      .trust = str_from(trust) },
			   &p)));
	CHECK(ok(rules_judge_owner(t->books.lists, t->a, &p, &j)));
	return j.verdict;
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

static void test_duplicates(struct books_test *t)
{
	static const char mail[] = HEAD(
		"anna@uni.example") "Message-ID: <one@uni.example>\r\n\r\nx\r\n";
	struct post p;
	struct address path = books_box(t, ANNA).address;
	struct ask x = { "a new one", mail, ANNA, PROOF, 0, VERDICT_ACCEPT, "default" };
	run(t, &x, 1);
	CHECK(ok(post_read(t->books.lists, t->a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("8/" DEV),
					      .text = str_from(mail),
					      .reverse_path = &path,
					      .trust = str_from(PROOF) },
			   &p)));
	struct seen_row s = { .list = p.list->id,
			      .message_id = p.message_id,
			      .author = p.author_key,
			      .body_hash = p.body_hash,
			      .source = p.source,
			      .at = 1 };
	CHECK(ok(seen_add(t->books.lists, &s)));
	x.what = "the very same", x.verdict = VERDICT_DISCARD, x.rule = "duplicate";
	run(t, &x, 1);
	x.message = HEAD(
		"anna@uni.example") "Message-ID: <one@uni.example>\r\n\r\nother\r\n";
	x.what = "another under its Message-ID", x.verdict = VERDICT_HOLD;
	run(t, &x, 1);
	x.message = HEAD("bob@lab.example") "Message-ID: <one@uni.example>\r\n\r\nx\r\n";
	x.what = "the same by somebody else";
	run(t, &x, 1);
	/* The arrival that was first, after a crash: no duplicate of itself. */
	struct judgement j;
	CHECK(ok(rules_judge(t->books.lists, t->a, &p, &j))
	      && j.verdict == VERDICT_ACCEPT);
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
	x.trust = NONE;
	CHECK(judge(t, &x, &j) && j.count == n); /* the others are asked as well */
	str text = judgement_text(t->a, &j);
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
	test_message(&t);
	test_recipients(&t);
	test_settings(&t);
	test_size(&t);
	test_header_rules(&t);
	test_inner_fields(&t);
	test_inner_many(&t);
	test_inner_once(&t);
	test_rule_order(&t);
	test_owners(&t);
	test_alias_domain(&t);
	test_duplicates(&t);
	test_trace(&t);
	books_end(&t);
	return check_done();
}
