/* roles/smtpd_uses.h: a token that signs in is written down about once an hour, and what the
 * book did not take comes again. */
#include "roles/smtpd_uses.h"

#include "store/inbound/token_use.h"
#include "store_folder.h"
#include "tests/check.h"

enum { HOUR = 3600 };

/* What is written since the last call, as "TOKEN:AT ". */
static str written(struct arena *a, struct token_uses *u, struct book *b)
{
	struct token_use *x;
	size_t n = 0;
	str out = STR("");
	CHECK(ok(token_uses_write(u, b)) && ok(token_use_all(b, a, &x, &n)));
	for (size_t i = 0; i < n; i++) {
		out = arena_cat(a, out,
				arena_printf(a, "%d:%d ", (int)x[i].token, (int)x[i].at));
		CHECK(ok(token_use_done(b, &x[i])));
	}
	return out;
}

static void rename_table(struct book *b, const char *sql)
{
	CHECK(ok(book_run_values(b, sql, NULL, 0)));
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_INBOUND);
	struct token_uses *u = token_uses_new();
	CHECK(str_eq(written(a, u, b), STR("")));
	token_uses_note(u, 7, 2 * HOUR);
	token_uses_note(u, 7, 2 * HOUR + 60);
	token_uses_note(u, 9, 2 * HOUR + 90);
	CHECK(str_eq(written(a, u, b), STR("7:7200 9:7290 ")));
	token_uses_note(u, 7, 3 * HOUR - 1); /* within the hour */
	CHECK(str_eq(written(a, u, b), STR("")));
	token_uses_note(u, 7, 3 * HOUR);

	rename_table(b, "ALTER TABLE token_use RENAME TO away");
	CHECK(token_uses_write(u, b).kind != ERR_NONE);
	token_uses_note(u, 9, 4 * HOUR);
	rename_table(b, "ALTER TABLE away RENAME TO token_use");
	CHECK(str_eq(written(a, u, b), STR("7:10800 9:14400 ")));

	for (int i = 100; i < 150; i++)
		token_uses_note(u, i, 5 * HOUR);
	CHECK(str_ends(written(a, u, b), STR(" 148:18000 149:18000 ")));
	token_uses_free(u);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
