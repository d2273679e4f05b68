#include "commands.h"

#include "base/buf.h"
#include "lists/owner.h"

/* What somebody with a mailbox of their own is told who asks five times about that name, on
 * two days; forged: in its name. */
static str told(struct books_test *t, const char *name, const char *line, bool forged)
{
	BUF(all);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	for (int i = 0; i < 5; i++) {
		const char *eve = sender(t);
		str text = mail(t, forged ? name : eve, "",
				arena_z(t->a, arena_printf(t->a, line, name)));
		CHECK(ok(books_arrives_as(t, eve, "dev-request@lists.example", text,
					  forged ? "{\"spf\":\"pass\"}" : ALIGNED)));
		str answer = str_find(letter_to(t, eve, ""), STR("\n> "));
		CHECK(answer.n);
		buf_add(&all, answer);
		if (i == 3)
			BOOKS_MUST(t, book_run(t->books.lists,
					       "UPDATE answered SET day = day - 1"));
	}
	str out = arena_copy(t->a, buf_str(&all));
	buf_free(&all);
	return out;
}

/* Whoever is not proven to be the address is told the same of members, strangers and the
 * banned, however often they ask. */
static void test_untold(struct books_test *t)
{
	static const struct {
		const char *line, *policy;
		bool forged;
	} cases[] = {
		{ "leave address=%s", "confirm", false },
		{ "leave address=%s", "confirm", true },
		{ "leave", "confirm", true },
		{ "set ack on", "confirm", true },
		{ "join", "confirm", true },
		{ "join", "open", true },
		{ "join", "invite", true },
		{ "join", "closed", true },
	};
	static const char *const whom[] = { "anna@uni.example", "nobody@uni.example",
					    "banned@uni.example" };
	BOOKS_MUST(t, ban_put(&t->books, t->a, books_entry(t, DEV)->id,
			      STR("banned@uni.example"), STR(""), &t->by));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str said[3];
		books_set(t, DEV, "subscription_policy", cases[i].policy);
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
		BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM pending"));
		for (size_t k = 0; k < 3; k++)
			said[k] = told(t, whom[k], cases[i].line, cases[i].forged);
		if (!str_eq(said[0], said[1]) || !str_eq(said[0], said[2]))
			fprintf(stderr, "  %s, %s: %.*s\n%.*s\n%.*s\n", cases[i].line,
				cases[i].policy, STR_F(said[0]), STR_F(said[1]),
				STR_F(said[2]));
		CHECK(str_eq(said[0], said[1]) && str_eq(said[0], said[2]));
		CHECK(holds(said[0], "its owners invite")
		      == (strcmp(cases[i].policy, "invite") == 0));
	}
	books_set(t, DEV, "subscription_policy", "confirm");
	BOOKS_MUST(t, ban_lift(&t->books, t->a, books_entry(t, DEV)->id,
			       STR("banned@uni.example"), &t->by));
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM pending"));
}

/* However often others ask, a member's own wish is obeyed; and who asks about many is told
 * to stop, whether these are members or not. */
static void test_own_count(struct books_test *t)
{
	const char *open = "kind = 'leave' AND address = 'anna@uni.example'";
	BUF(many);
	told(t, "anna@uni.example", "leave address=%s", false);
	told(t, "anna@uni.example", "leave address=%s", false);
	CHECK(books_count(t, "pending", open) == 3);
	CHECK(holds(ask(t, "dev-request@lists.example", "anna@uni.example", "leave", ""),
		    "look for a mail"));
	CHECK(books_count(t, "pending", open) == 4);
	ask(t, "dev-request@lists.example", "anna@uni.example", "",
	    "leave address=Anna@uni.example");
	CHECK(books_count(t, "pending", open) == 5);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	for (int i = 0; i < 21; i++)
		buf_addf(&many, "leave address=x%d@uni.example\r\n", i);
	str lines = arena_copy(t->a, buf_str(&many));
	buf_free(&many);
	str answer = ask(t, "dev-request@lists.example", sender(t), "",
			 arena_z(t->a, str_first(lines, lines.n - 32)));
	CHECK(!holds(answer, "this account had"));
	answer = ask(t, "dev-request@lists.example", sender(t), "", arena_z(t->a, lines));
	CHECK(holds(answer, "this account had"));
	for (int i = 0; i < 2; i++) /* and the network, whoever asks */
		answer = ask(t, "dev-request@lists.example", sender(t), "",
			     arena_z(t->a, lines));
	CHECK(holds(answer, "too many requests came"));
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM pending"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_member(&t, books_list(&t, DEV), "anna@uni.example");
	test_untold(&t);
	test_own_count(&t);
	books_end(&t);
	return check_done();
}
