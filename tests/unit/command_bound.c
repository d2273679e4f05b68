/* Commands hold for the list that they were written to, and for what is their author's. */
#include "commands.h"

#include "store/lists/person.h"

#define ANNA "anna@uni.example"

/* Signed by its author's domain, and sent again by somebody to another address. */
static void test_elsewhere(struct books_test *t)
{
	static const struct {
		const char *to, *came;
		bool obeyed;
	} cases[] = {
		{ "dev@lists.example", "dev-request@lists.example", false },
		{ "dev@lists.example", "dev-leave@lists.example", false },
		{ "ops-request@lists.example", "dev-request@lists.example", false },
		{ "dev-join@lists.example", "dev-leave@lists.example", false },
		{ "bob@lab.example", "dev-leave@lists.example", false },
		{ "", "dev-leave@lists.example", false },
		{ "Dev <Dev-Request@lists.example>", "dev-request@lists.example", true },
		{ "dev-unsubscribe@lists.example", "dev-leave@lists.example", true },
		{ "bob@lab.example\r\nCc: x@y.example, dev-leave@lists.example",
		  "dev-leave@lists.example", true },
	};
	books_set(t, DEV, "unsubscription_policy", "moderate");
	books_member(t, books_entry(t, DEV), ANNA);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM pending"));
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM request"));
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
		CHECK(ok(books_arrives(
			t, ANNA, cases[i].came,
			mail_to(t, cases[i].to, ANNA, "Leave on Friday", ""))));
		bool asked = books_count(t, "pending", "kind = 'leave'") == 1,
		     obeyed = books_count(t, "request", "1") == 1;
		if (obeyed != cases[i].obeyed || asked == obeyed)
			fprintf(stderr, "  %s at %s\n", cases[i].to, cases[i].came);
		CHECK(obeyed == cases[i].obeyed && asked != obeyed);
	}
	books_set(t, DEV, "unsubscription_policy", "confirm");
}

/* What a list that is not advertised is about its page shows to members and to who runs it. */
static void test_info(struct books_test *t)
{
	static const struct {
		const char *who, *trust;
		bool told;
	} cases[] = {
		{ "eve@far.example", ALIGNED, false },
		{ "bob@lab.example", "{\"spf\":\"pass\"}", false },
		{ "bob@lab.example", ALIGNED, true },
		{ "odo@uni.example", ALIGNED, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *to = "secret-request@lists.example", *from = sender(t);
		if (!strcmp(cases[i].trust, ALIGNED))
			from = cases[i].who;
		CHECK(ok(books_arrives_as(t, from, to,
					  mail_to(t, to, cases[i].who, "info", ""),
					  cases[i].trust)));
		str answer = letter_to(t, from, "> info");
		CHECK(answer.n && holds(answer, "The cabal") == cases[i].told
		      && holds(answer, "does not tell") != cases[i].told);
	}
}

static bool speaks(struct books_test *t, const char *language)
{
	struct person_row p;
	BOOKS_MUST(t, person_by_key(t->books.lists, t->a, STR(ANNA), &p));
	return str_eq(p.language, str_from(language));
}

/* A list's owner says whose an address at another domain is, but for that list alone. */
static void test_language(struct books_test *t)
{
	books_set(t, DEV, "equivalent_domains", "uni.example, evil.example");
	str answer = ask(t, "dev-request@lists.example", "anna@evil.example", "",
			 "set language fr\r\nset show\r\nset ack on");
	CHECK(speaks(t, "") && !holds(answer, "set language ")
	      && holds(answer, "ack is on now"));
	CHECK(holds(letter_to(t, ANNA, "/confirm/"), "language = fr"));
	answer = ask(t, "dev-request@lists.example", ANNA, "",
		     "set language de\r\nset show");
	CHECK(speaks(t, "de") && holds(answer, "set language     de"));
	books_set(t, DEV, "equivalent_domains", "");
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_list(&t, "ops@lists.example");
	books_member(&t, books_list(&t, "secret@lists.example"), "bob@lab.example");
	books_role(&t, books_entry(&t, "secret@lists.example"), "odo@uni.example",
		   "moderator");
	books_set(&t, "secret@lists.example", "advertised", "no");
	books_set(&t, "secret@lists.example", "description", "The cabal");
	test_elsewhere(&t);
	test_info(&t);
	test_language(&t);
	books_end(&t);
	return check_done();
}
