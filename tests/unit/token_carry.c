/* lists/token_carry.h: when a token was used goes from smtpd to the token, wherever it was
 * interrupted. */
#include "lists/token_carry.h"

#include "account/token.h"
#include "books.h"
#include "store/inbound/token_use.h"
#include "store/lists/token.h"
#include "tests/check.h"

static int64_t used_at(struct books_test *t, int64_t person)
{
	struct token_row *rows;
	size_t n;
	BOOKS_MUST(t, token_by_person(t->books.lists, t->a, person, &rows, &n));
	CHECK(n == 1);
	return rows[0].used_at;
}

static void write_use(struct books_test *t, int64_t token, int64_t at)
{
	struct token_use x = { token, at };
	BOOKS_MUST(t, token_use_add(t->books.inbound, &x));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	int64_t eva = books_person(&t, "eva@uni.example"), whose, token[2];
	int64_t fred = books_person(&t, "fred@uni.example");
	str shown;
	for (int i = 0; i < 2; i++) {
		BOOKS_MUST(&t, account_token_new(a, t.books.lists, i ? fred : eva,
						 STR("x"), &shown));
		BOOKS_MUST(&t, account_token_check(a, t.books.lists, STR_NONE, shown,
						   &whose, &token[i]));
	}
	CHECK(token[0] && token[1] && token[0] != token[1]);
	BOOKS_MUST(&t, token_carry(&t.books, a)); /* nothing is there */
	CHECK(used_at(&t, eva) == 0);

	write_use(&t, token[0], 1000); /* two writings before post comes */
	write_use(&t, token[1], 1100);
	write_use(&t, token[0], 1200);
	write_use(&t, 4711, 1300); /* removed meanwhile */
	BOOKS_MUST(&t, token_carry(&t.books, a));
	CHECK(used_at(&t, eva) == 1200 && used_at(&t, fred) == 1100);

	write_use(&t, token[0], 2000);
	BOOKS_MUST(&t, token_used(t.books.lists, token[0], 2000)); /* and a crash */
	write_use(&t, token[1], 2100);
	BOOKS_MUST(&t, token_carry(&t.books, a));
	CHECK(used_at(&t, eva) == 2000 && used_at(&t, fred) == 2100);

	write_use(&t, token[0], 1500); /* of two times the later stands */
	BOOKS_MUST(&t, token_carry(&t.books, a));
	CHECK(used_at(&t, eva) == 2000);
	struct token_use *x;
	size_t n;
	BOOKS_MUST(&t, token_use_all(t.books.inbound, a, &x, &n));
	CHECK(n == 0);
	books_end(&t);
	return check_done();
}
