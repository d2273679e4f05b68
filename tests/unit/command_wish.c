/* Words that wish something: the options of a member, what a joiner asks for, on which
 * lists an address is. */
#include "commands.h"

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

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "bob@lab.example");
	books_member(&t, dev, "sam@uni.example");
	books_member(&t, books_list(&t, "secret@lists.example"), "bob@lab.example");
	test_join_words(&t);
	test_set(&t);
	test_set_topics(&t);
	test_set_unproven(&t);
	test_which(&t);
	books_end(&t);
	return check_done();
}
