/* Mails with commands: which are obeyed, whom they are answered, and how often. */
#include "commands.h"

#include "base/buf.h"
#include "lists/command.h"

#include <sys/resource.h>

static void test_words(struct books_test *t)
{
	static const struct {
		const char *subject, *body, *has, *lacks; /* of the answer */
	} cases[] = {
		{ "help", "", "join         ask to become a member", "No command" },
		{ "", "help", "join         ask to become a member", "No command" },
		{ "HELP", "", "> help", "No command" },
		{ "Re: help", "", "> help", "No command" },
		{ "hello", "help", "> help", "No command" },
		{ "", "info", "dev@lists.example: The devs", "No command" },
		{ "", "info\r\nhelp", "> help", "No command" },
		{ "", "lists", "dev@lists.example  The devs", "secret" },
		{ "", "who", "does not show its members", "anna@" },
		{ "", "\r\n\r\n   \r\nhelp", "> help", "No command" },
		{ "", "> help\r\ninfo", "> info", "> help" },
		{ "", "end\r\ninfo", "No command", "> info" },
		{ "", "-- \r\ninfo", "No command", "> info" },
		{ "", "info\r\n-- \r\nhelp", "> info", "> help" },
		{ "", "info\r\nstop\r\nhelp", "> info", "> help" },
		{ "", "Dear list,\r\nhelp", "No command", "> help" },
		{ "helpless", "", "No command", "> help\n" },
		{ "", "", "No command", "> info" },
		{ "", "confirm nonsense", "used up, too old", "No command" },
		{ "", "confirm", "used up, too old", "No command" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str answer = ask(t, "dev-request@lists.example", sender(t),
				 cases[i].subject, cases[i].body);
		bool fits = holds(answer, cases[i].has) && !holds(answer, cases[i].lacks);
		if (!fits)
			fprintf(stderr, "  %s|%s: %.*s\n", cases[i].subject,
				cases[i].body, STR_F(answer));
		CHECK(fits);
		CHECK(holds(answer, "Auto-Submitted: auto-replied")
		      && holds(answer, "In-Reply-To: <c"));
	}
	/* 25 lines are read */
	BUF(many);
	for (int i = 0; i < 25; i++)
		buf_add(&many, STR("info\r\n"));
	buf_add(&many, STR("lists"));
	str answer = ask(t, "dev-request@lists.example", sender(t), "",
			 arena_z(t->a, buf_str(&many)));
	CHECK(holds(answer, "> info") && !holds(answer, "> lists")
	      && holds(answer, "25 lines are read"));
}

/* Whose return path it is nothing says: a victim's mailbox gets no answer. */
static void test_unproven(struct books_test *t)
{
	static const struct {
		const char *to, *trust, *noted, *reason; /* what the ledger says */
	} cases[] = {
		{ "dev-request@lists.example", "{}", "discarded", "not answered" },
		{ "dev-confirm+x@lists.example", "{}", "discarded", "not answered" },
		{ "dev-request@lists.example", "{\"spf\":\"softfail\"}", "discarded",
		  "not answered" },
		/* the attacker's own From is theirs, the return path is not */
		{ "dev-request@lists.example", "{\"aligned\":true}", "discarded",
		  "not answered" },
		{ "dev-request@lists.example", "{\"spf\":\"fail\"}", "rejected",
		  "(SPF)" },
		{ "dev-join@lists.example", "{\"spf\":\"fail\"}", "rejected", "(SPF)" },
		{ "dev-leave@lists.example", "{\"spf\":\"fail\"}", "rejected", "(SPF)" },
		{ "dev-confirm+x@lists.example", "{\"spf\":\"fail\"}", "rejected",
		  "(SPF)" },
		{ "dev-join@lists.example",
		  "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}", "rejected",
		  "(DMARC)" },
		{ "dev-owner@lists.example",
		  "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}", "rejected",
		  "(DMARC)" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t before = books_count(t, "message", "1");
		CHECK(ok(books_arrives_as(t, "victim@far.example", cases[i].to,
					  mail(t, "attacker@evil.example", "help", ""),
					  cases[i].trust)));
		CHECK(books_count(t, "message", "1") == before);
		CHECK(holds(books_noted(t, cases[i].noted), cases[i].reason));
	}
	/* Proven: by SPF; by the author's domain where it is the path's, too. */
	static const char *const proofs[] = { "{\"spf\":\"pass\"}", ALIGNED };
	for (size_t i = 0; i < 2; i++) {
		const char *from = sender(t);
		CHECK(ok(books_arrives_as(t, from, "dev-request@lists.example",
					  mail(t, from, "help", ""), proofs[i])));
		CHECK(holds(letter_to(t, from, ""), "> help"));
	}
	/* Not proven: the mailed token is what -join waits for. */
	const char *from = sender(t);
	CHECK(ok(books_arrives_as(t, from, "dev-join@lists.example",
				  mail(t, from, "", ""), "{}")));
	CHECK(letter_token(letter_to(t, from, "/confirm/")).n == TOKEN_CHARS);
}

static void test_html(struct books_test *t)
{
	const char *from = sender(t);
	str mail_text = arena_printf(
		t->a,
		"From: %s\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: "
		"text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\naW5mbw==\r\n",
		from);
	CHECK(ok(books_arrives(t, from, "dev-request@lists.example", mail_text)));
	CHECK(holds(letter_to(t, from, ""), "> info"));
	from = sender(t);
	/* no text at all, and parts without end */
	mail_text = arena_printf(
		t->a,
		"From: %s\r\nSubject: x\r\nContent-Type: multipart/mixed; "
		"boundary=\"b\"\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n",
		from);
	CHECK(ok(books_arrives(t, from, "dev-request@lists.example", mail_text)));
	CHECK(holds(letter_to(t, from, ""), "No command"));
}

static void test_join(struct books_test *t)
{
	struct member_row m;
	const char *from = sender(t);
	ask(t, "dev-request@lists.example", from, "join", "");
	str token = letter_token(letter_to(t, from, "/confirm/"));
	CHECK(token.n == TOKEN_CHARS && !is_member(t, from));
	/* the answer to the letter, which keeps its subject */
	str to = arena_cat(t->a, STR("dev-confirm+"), token, STR("@lists.example"));
	ask(t, arena_z(t->a, to), from, "Re: confirm", "");
	CHECK(is_member(t, from)
	      && holds(letter_to(t, from, "is now a member"), "is now a member"));
	ask(t, "dev-leave@lists.example", from, "", "");
	CHECK(is_member(t, from));
	token = letter_token(letter_to(t, from, "asked that"));
	ask(t, "dev-request@lists.example", from,
	    arena_z(t->a, arena_cat(t->a, STR("confirm "), token)), "");
	CHECK(!is_member(t, from));
	from = sender(t);
	ask(t, "dev-join@lists.example", from, "hello", "there");
	CHECK(letter_token(letter_to(t, from, "/confirm/")).n == TOKEN_CHARS);
	CHECK(books_count(t, "delivery",
			  arena_z(t->a, arena_printf(t->a, "recipient = '%s'", from)))
	      == 1);
	from = sender(t);
	ask(t, "dev-subscribe@lists.example", from, "", "");
	CHECK(letter_token(letter_to(t, from, "/confirm/")).n == TOKEN_CHARS);
	/* closed: only then the one-purpose address answers */
	books_set(t, DEV, "subscription_policy", "closed");
	from = sender(t);
	CHECK(holds(ask(t, "dev-join@lists.example", from, "", ""), "takes no requests"));
	books_set(t, DEV, "subscription_policy", "confirm");
	/* a stranger leaves: nobody is written to */
	from = sender(t);
	CHECK(!ask(t, "dev-unsubscribe@lists.example", from, "", "").n);
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     STR("anna@uni.example"), &m)));
}

/* Letters with a token. */
static int64_t asked(struct books_test *t, int from, int n, const char *trust)
{
	int64_t before = books_count(t, "pending", "1");
	for (int i = from; i < from + n; i++) {
		const char *who = arena_z(t->a, arena_printf(t->a, "j%d@far.example", i));
		const char *to = i % 2 ? "dev-join@lists.example"
				       : "dev-request@lists.example";
		CHECK(ok(books_arrives_as(t, who, to, mail_to(t, to, who, "join", ""),
					  trust)));
	}
	return books_count(t, "pending", "1") - before;
}

/* However many names a network uses it has us write to sixty an hour; who is proven to
 * have asked is no stranger to the mailbox, and is not counted. */
static void test_join_limit(struct books_test *t)
{
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	CHECK(asked(t, 0, 30, "{}") == 30);
	CHECK(asked(t, 100, 40, "{\"aligned\":true}") == 40);
	CHECK(asked(t, 30, 40, "{}") == 30);
	CHECK(holds(books_noted(t, "discarded"), "not answered"));
	CHECK(asked(t, 200, 4, "{\"aligned\":true}") == 4);
	const char *who =
		"j300@far.example"; /* its return path is its own: it hears why */
	CHECK(ok(books_arrives_as(t, who, "dev-join@lists.example", mail(t, who, "", ""),
				  "{\"spf\":\"pass\"}")));
	CHECK(holds(letter_to(t, who, ""), "too many requests came"));
	BOOKS_MUST(t, book_run(t->books.outbound,
			       "UPDATE budget SET hour = hour - 1")); /* an hour later */
	CHECK(asked(t, 400, 2, "{}") == 2);
}

/* Mail that a program wrote is neither answered nor obeyed, at any of the addresses. */
static void test_automated(struct books_test *t)
{
	static const char *const to[] = {
		"dev-request@lists.example", "dev-join@lists.example",
		"dev-leave@lists.example",
		"dev-confirm+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@lists.example"
	};
	static const char *const fields[] = { "Auto-Submitted: auto-replied\r\n",
					      "Precedence: bulk\r\n",
					      "List-Id: <x.y.example>\r\n" };
	int64_t before = books_count(t, "message", "1"),
		tokens = books_count(t, "pending", "1");
	for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
		for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
			CHECK(ok(books_arrives(t, "robot@uni.example", to[i],
					       arena_cat(t->a, str_from(fields[k]),
							 mail(t, "robot@uni.example",
							      "help", "join")))));
		CHECK(ok(books_arrives_as(t, "", to[i],
					  mail(t, "robot@uni.example", "help", "join"),
					  "{}")));
		CHECK(ok(books_arrives(t, "robot@uni.example", to[i],
				       STR("Subject: join\r\n\r\nno author\r\n"))));
		CHECK(ok(books_arrives(t, "robot@uni.example", to[i], STR("join"))));
	}
	CHECK(books_count(t, "message", "1") == before
	      && books_count(t, "pending", "1") == tokens);
}

static void test_roster(struct books_test *t)
{
	struct member_row m;
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     STR("shy@uni.example"), &m)));
	m.hidden = true;
	CHECK(ok(member_change(t->books.lists, &m)));
	books_set(t, DEV, "member_roster_visibility", "members");
	str answer = ask(t, "dev-request@lists.example", "anna@uni.example", "who", "");
	CHECK(holds(answer, "bob@lab.example") && !holds(answer, "shy@uni.example"));
	CHECK(holds(ask(t, "dev-request@lists.example", sender(t), "who", ""),
		    "does not show"));
	/* a forged member sees nothing: the answer would go to the forger */
	const char *eve = sender(t);
	CHECK(ok(books_arrives_as(t, eve, "dev-request@lists.example",
				  mail(t, "anna@uni.example", "who", ""),
				  "{\"spf\":\"pass\"}")));
	CHECK(holds(letter_to(t, eve, ""), "does not show"));
	books_set(t, DEV, "member_roster_visibility", "public");
	CHECK(holds(ask(t, "dev-request@lists.example", sender(t), "who", ""),
		    "bob@lab.example"));
	books_set(t, DEV, "member_roster_visibility", "moderators");
	CHECK(holds(ask(t, "dev-request@lists.example", "anna@uni.example", "who", ""),
		    "does not show"));
	books_role(t, books_entry(t, DEV), "odo@uni.example", "moderator");
	CHECK(holds(ask(t, "dev-request@lists.example", "odo@uni.example", "who", ""),
		    "bob@lab.example"));
}

/* Twenty held posts, twenty answers by mail: all are obeyed, ten are answered. */
static void test_many_verdicts(struct books_test *t)
{
	books_role(t, books_entry(t, DEV), "olga@uni.example", "moderator");
	for (int i = 0; i < 14; i++) {
		CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
				       mail(t, "eve@evil.example", "spam", "x"))));
		str token = letter_token(
			letter_to(t, "olga@uni.example", "waits for you"));
		str to = arena_cat(t->a, STR("dev-confirm+"), token,
				   STR("@lists.example"));
		ask(t, arena_z(t->a, to), "olga@uni.example", "Re: Held",
		    i % 2 ? "discard" : "> quoted\r\n\r\nReject Please do not.");
	}
	CHECK(books_count(t, "held", "verdict = 'discarded'") == 7);
	CHECK(books_count(t, "held", "verdict = 'rejected'") == 7);
	CHECK(books_count(t, "message",
			  "source LIKE '%/answer' AND id IN (SELECT message FROM "
			  "delivery WHERE recipient = 'olga@uni.example')")
	      == 10);
	CHECK(letter_to(t, "eve@evil.example", "Please do not.").n);
}

/* What is not understood is said, and said in the mail's own words only to who wrote it. */
static void test_strange(struct books_test *t)
{
	const char *from = sender(t);
	str answer = ask(t, "dev-request@lists.example", from, "",
			 "info\r\nPlease hurry!\r\nlists");
	CHECK(holds(answer, "Not understood") && holds(answer, "Please hurry!"));
	CHECK(holds(answer, "> info") && !holds(answer, "> lists"));
	CHECK(holds(
		ask(t, "dev-request@lists.example", sender(t), "", "echo one two\r\nend"),
		"one two"));
	static const char *const own[] = { "info\r\nBuy this now", "echo Buy this now" };
	for (size_t i = 0; i < 2; i++) {
		from = sender(t);
		CHECK(ok(books_arrives_as(t, from, "dev-request@lists.example",
					  mail(t, "eve@evil.example", "x", own[i]),
					  "{\"spf\":\"pass\"}")));
		answer = letter_to(t, from, "");
		CHECK(answer.n && !holds(answer, "Buy this"));
	}
}

/* Anybody may write to a confirmation address, with whatever token and as much as the
 * server takes: it costs what a mail costs. */
static void test_book(struct books_test *t)
{
	struct rusage before, after;
	BUF(body);
	buf_add(&body, STR("reject\r\n"));
	for (int i = 0; i < 30000; i++)
		buf_add(&body, STR("on\r\n"));
	getrusage(RUSAGE_SELF, &before);
	CHECK(holds(ask(t, "dev-confirm+guess@lists.example", sender(t), "x",
			arena_z(t->a, buf_str(&body))),
		    "used up, too old"));
	getrusage(RUSAGE_SELF, &after);
	CHECK(after.ru_maxrss - before.ru_maxrss < 200 * 1024);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_member(&t, dev, "bob@lab.example");
	books_member(&t, dev, "shy@uni.example");
	books_member(&t, dev, "sam@uni.example");
	books_member(&t, books_list(&t, "secret@lists.example"), "bob@lab.example");
	books_set(&t, "secret@lists.example", "advertised", "no");
	books_set(&t, DEV, "description", "The devs");
	test_words(&t);
	test_unproven(&t);
	test_html(&t);
	test_join(&t);
	test_join_limit(&t);
	test_automated(&t);
	test_roster(&t);
	test_strange(&t);
	test_many_verdicts(&t);
	test_book(&t);
	books_end(&t);
	return check_done();
}
