#include "commands.h"

#include "base/buf.h"
#include "lists/command.h"

#include <sys/resource.h>

static bool is_member(struct books_test *t, const char *address)
{
	struct member_row m;
	return !member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			    str_from(address), &m)
			.kind;
}

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

static struct member_row row_of(struct books_test *t, const char *address)
{
	struct member_row m = { 0 };
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     str_from(address), &m)));
	return m;
}

/* Mailman 2's words for it, one a line, from a member who is proven. */
static void test_set(struct books_test *t)
{
	static const struct {
		const char *body, *has;
		const char *delivery;
		bool ack, own, copies, hidden;
	} cases[] = {
		{ "set ack on", "ack is on now", "regular", true, true, true, false },
		{ "SET Ack OFF", "ack is off now", "regular", false, true, true, false },
		{ "set myposts off", "myposts is off", "regular", false, false, true,
		  false },
		{ "set myposts on\r\nset duplicates off", "duplicates is off", "regular",
		  false, true, false, false },
		{ "set duplicates on\r\nset hide on", "hide is on", "regular", false,
		  true, true, true },
		{ "set hide off\r\nset digest plain", "digest is plain", "plain", false,
		  true, true, false },
		{ "set delivery on", "delivery is on", "plain", false, true, true,
		  false },
		{ "set digest mime", "digest is mime", "mime", false, true, true, false },
		{ "set digest summary", "digest is summary", "summary", false, true, true,
		  false },
		{ "set delivery off", "delivery is off", "off", false, true, true,
		  false },
		{ "set digest off", "digest is off", "off", false, true, true, false },
		{ "set delivery on", "delivery is on", "regular", false, true, true,
		  false },
		{ "set authenticate secret", "no password", "regular", false, true, true,
		  false },
		{ "set reminders on", "no password", "regular", false, true, true,
		  false },
		{ "set ack maybe", "not one of these", "regular", false, true, true,
		  false },
		{ "set", "set digest mime|plain", "regular", false, true, true, false },
		{ "set help", "set digest mime|plain", "regular", false, true, true,
		  false },
		{ "set show", "set delivery     on", "regular", false, true, true,
		  false },
		{ "password", "no password", "regular", false, true, true, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *from = "sam@uni.example";
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
		str answer = ask(t, "dev-request@lists.example", from, "", cases[i].body);
		struct member_row m = row_of(t, from);
		bool fits = holds(answer, cases[i].has)
			    && str_eq(m.delivery, str_from(cases[i].delivery))
			    && m.acknowledge == cases[i].ack
			    && m.own_posts == cases[i].own && m.copies == cases[i].copies
			    && m.hidden == cases[i].hidden;
		if (!fits)
			fprintf(stderr, "  %s: %.*s %.*s\n", cases[i].body,
				STR_F(m.delivery), STR_F(answer));
		CHECK(fits);
	}
	CHECK(str_eq(row_of(t, "sam@uni.example").off_by, STR("")));
	CHECK(holds(ask(t, "dev-request@lists.example", sender(t), "", "set ack on"),
		    "is not a member"));
}

/* In a member's name without proof: one letter to the member, whatever was wished; a
 * stranger's name: none. */
static void test_set_unproven(struct books_test *t)
{
	int64_t before = books_count(t, "pending", "kind = 'set'");
	CHECK(ok(books_arrives_as(
		t, "x@far.example", "dev-request@lists.example",
		mail(t, "sam@uni.example", "set ack on", "set delivery off\r\nset show"),
		"{\"spf\":\"pass\"}")));
	CHECK(!row_of(t, "sam@uni.example").acknowledge);
	CHECK(holds(letter_to(t, "x@far.example", ""), "not shown")
	      && books_count(t, "pending", "kind = 'set'") == before + 1);
	str letter = letter_to(t, "sam@uni.example", "acknowledge = yes, delivery = off");
	str token = letter_token(letter);
	CHECK(token.n == TOKEN_CHARS);
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	str to = arena_cat(t->a, STR("dev-confirm+"), token, STR("@lists.example"));
	CHECK(holds(ask(t, arena_z(t->a, to), "sam@uni.example", "Re: yes", ""),
		    "Settings of sam@uni.example"));
	struct member_row m = row_of(t, "sam@uni.example");
	CHECK(m.acknowledge && str_eq(m.delivery, STR("off"))
	      && str_eq(m.off_by, STR("user")));
	before = books_count(t, "pending", "1");
	CHECK(ok(books_arrives_as(t, "x@far.example", "dev-request@lists.example",
				  mail(t, "nobody@uni.example", "set ack on", ""),
				  "{}")));
	CHECK(books_count(t, "pending", "1") == before);
	/* three letters a day, whoever asks */
	for (int i = 0; i < 6; i++)
		CHECK(ok(books_arrives_as(t, "x@far.example", "dev-request@lists.example",
					  mail(t, "sam@uni.example", "set ack on", ""),
					  "{}")));
	CHECK(books_count(t, "pending", "kind = 'set'") <= 3);
}

static void test_set_topics(struct books_test *t)
{
	static const struct {
		const char *body, *has, *topics;
		bool others;
	} cases[] = {
		{ "set topics release, hardware", "topics is release, hardware now",
		  "\nrelease\nhardware\n", false },
		{ "set other_topics on", "other_topics is on", "\nrelease\nhardware\n",
		  true },
		{ "set topics gossip", "some of release, hardware",
		  "\nrelease\nhardware\n", true },
		{ "set topics", "not one of these", "\nrelease\nhardware\n", true },
		{ "set topics hardware\r\nset show", "set topics       hardware",
		  "\nhardware\n", true },
		{ "set topics all\r\nset other_topics off", "topics is all now", "",
		  false },
	};
	const char *sam = "sam@uni.example";
	books_set(t, DEV, "topics", "release: x\nhardware: y");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
		str answer = ask(t, "dev-request@lists.example", sam, "", cases[i].body);
		struct member_row m = row_of(t, sam);
		CHECK(holds(answer, cases[i].has)
		      && str_eq(m.topics, str_from(cases[i].topics))
		      && m.other_topics == cases[i].others);
	}
	/* without proof: the list's own words alone reach the member */
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	CHECK(ok(books_arrives_as(
		t, "x@far.example", "dev-request@lists.example",
		mail(t, sam, "set topics hardware", "set topics buy this"),
		"{\"spf\":\"pass\"}")));
	CHECK(holds(letter_to(t, "x@far.example", ""), "no such topic"));
	str letter = letter_to(t, sam, "topics = hardware");
	CHECK(letter.n && !holds(letter, "buy this"));
	books_set(t, DEV, "topics", "");
}

/* What they ask for with the word is so on the first day, and what was not understood is
 * told. */
static void test_join_words(struct books_test *t)
{
	static const struct {
		const char *words, *delivery, *name, *answer;
	} cases[] = {
		{ "join", "regular", "", "Look for a mail" },
		{ "subscribe digest", "mime", "", "Look for a mail" },
		{ "join digest=plain", "plain", "", "Look for a mail" },
		{ "JOIN DIGEST=Summary", "summary", "", "Look for a mail" },
		{ "subscribe nodigest", "regular", "", "Look for a mail" },
		{ "subscribe digest digest=no", "regular", "", "Look for a mail" },
		{ "join digest=mime name=Wim van Dam", "mime", "Wim van Dam",
		  "Look for" },
		{ "subscribe secret digest", "mime", "", "    secret" },
		{ "join digest=weekly", "regular", "", "    digest=weekly" },
		{ "join address=nobody", "regular", "", "    address=nobody" },
	};
	struct member_row m;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *from = sender(t);
		str answer = ask(t, "dev-request@lists.example", from, cases[i].words,
				 "");
		str token = letter_token(letter_to(t, from, "/confirm/"));
		ask(t,
		    arena_z(t->a, arena_cat(t->a, STR("dev-confirm+"), token,
					    STR("@lists.example"))),
		    from, "Re: confirm", "");
		BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
					  str_from(from), &m));
		bool fits = str_eq(m.delivery, str_from(cases[i].delivery))
			    && str_eq(m.name, str_from(cases[i].name))
			    && holds(answer, cases[i].answer);
		if (!fits)
			fprintf(stderr, "  %s: %.*s, %.*s\n%.*s\n", cases[i].words,
				STR_F(m.delivery), STR_F(m.name), STR_F(answer));
		CHECK(fits);
	}
	/* another address is asked, and its own choice kept; what the list has not is told */
	ask(t, "dev-request@lists.example", sender(t),
	    "join digest=mime address=wim@lab.example", "");
	CHECK(!is_member(t, "wim@lab.example")
	      && letter_token(letter_to(t, "wim@lab.example", "/confirm/")).n
			 == TOKEN_CHARS);
	/* as ezmlm's address says it */
	ask(t, "dev-subscribe-zoe=lab.example@lists.example", sender(t), "", "");
	CHECK(letter_token(letter_to(t, "zoe@lab.example", "/confirm/")).n
	      == TOKEN_CHARS);
	books_set(t, DEV, "digests_enabled", "no");
	CHECK(holds(ask(t, "dev-request@lists.example", sender(t), "join digest", ""),
		    "delivery = mime: it takes regular"));
	books_set(t, DEV, "digests_enabled", "yes");
}

static void test_which(struct books_test *t)
{
	str answer = ask(t, "dev-request@lists.example", "bob@lab.example", "which", "");
	CHECK(holds(answer, "dev@lists.example  as bob@lab.example")
	      && holds(answer, "secret@lists.example  as bob@lab.example"));
	CHECK(holds(ask(t, "dev-request@lists.example", sender(t), "which", ""),
		    "on no list"));
	const char *eve = sender(t);
	CHECK(ok(books_arrives_as(t, eve, "dev-request@lists.example",
				  mail(t, "bob@lab.example", "which", ""),
				  "{\"spf\":\"pass\"}")));
	CHECK(!holds(letter_to(t, eve, ""), "secret"));
	/* an address that is named is asked, never obeyed */
	books_set(t, DEV, "unsubscription_policy", "open");
	ask(t, "dev-request@lists.example", sender(t), "leave address=bob@lab.example",
	    "");
	CHECK(is_member(t, "bob@lab.example")
	      && letter_token(letter_to(t, "bob@lab.example", "leave")).n == TOKEN_CHARS);
	books_set(t, DEV, "unsubscription_policy", "confirm");
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
	test_join_words(&t);
	test_join_limit(&t);
	test_automated(&t);
	test_roster(&t);
	test_strange(&t);
	test_set(&t);
	test_set_topics(&t);
	test_set_unproven(&t);
	test_which(&t);
	test_many_verdicts(&t);
	test_book(&t);
	books_end(&t);
	return check_done();
}
