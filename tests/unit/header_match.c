/* Rules about header fields: of the message, of its parts, of messages within. */
#include "rules_asked.h"

#include "store/lists/header_rule.h"

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

int main(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	test_header_rules(&t);
	test_inner_fields(&t);
	test_inner_many(&t);
	test_inner_once(&t);
	test_rule_order(&t);
	books_end(&t);
	return check_done();
}
