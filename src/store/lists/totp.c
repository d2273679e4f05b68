#include "store/lists/totp.h"

#include "store/lists/secret.h"
#include "store/table.h"

static void read_totp(struct rows *r, struct arena *a, void *row)
{
	*(struct totp_row *)row = (struct totp_row){
		.person = rows_i64(r, 0),
		.secret = rows_str(r, a, 1),
		.made_at = rows_i64(r, 2),
		.confirmed_at = rows_i64(r, 3),
		.last_step = rows_i64(r, 4),
		.links = rows_i64(r, 5),
	};
}

err totp_get(struct book *b, struct arena *a, int64_t person, struct totp_row *t)
{
	return TABLE_ONE(b, a, read_totp, t, "no app makes codes for this account",
			 "SELECT person, secret, made_at, confirmed_at, last_step, links "
			 "FROM totp WHERE person = ?1",
			 SQL_I(person));
}

err totp_put(struct book *b, const struct totp_row *t)
{
	int64_t changed;
	TRY(TABLE_CHANGE(b, &changed,
			 "INSERT INTO totp (person, secret, made_at) VALUES (?1, ?2, ?3) "
			 "ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, "
			 "made_at = excluded.made_at, last_step = 0, links = 0 "
			 "WHERE confirmed_at = 0",
			 SQL_I(t->person), SQL_B(t->secret), SQL_I(t->made_at)));
	return changed ? OK
		       : FAIL(ERR_DENIED, "an app makes codes for this account already");
}

err totp_confirm(struct book *b, int64_t person, int64_t now)
{
	return TABLE_MUST(b, "no app waits for its first code: begin again",
			  "UPDATE totp SET confirmed_at = ?2 WHERE person = ?1 AND "
			  "confirmed_at = 0",
			  SQL_I(person), SQL_I(now));
}

err totp_use(struct book *b, int64_t person, int64_t step)
{
	int64_t changed;
	TRY(TABLE_CHANGE(
		b, &changed,
		"UPDATE totp SET last_step = ?2 WHERE person = ?1 AND last_step < "
		"?2",
		SQL_I(person), SQL_I(step)));
	return changed ? OK
		       : FAIL(ERR_DENIED, "this code was used; wait for the next one");
}

err totp_set_links(struct book *b, int64_t person, bool yes)
{
	return TABLE_MUST(
		b, "no app makes codes for this account",
		"UPDATE totp SET links = ?2 WHERE person = ?1 AND confirmed_at > "
		"0",
		SQL_I(person), SQL_I(yes));
}

err totp_remove(struct book *b, int64_t person)
{
	bool mine;
	TRY(book_join(b, &mine));
	err e = recovery_clear(b, person);
	if (!e.kind)
		e = TABLE_MUST(b, "no app makes codes for this account",
			       "DELETE FROM totp WHERE person = ?1", SQL_I(person));
	return book_leave(b, mine, e);
}

err recovery_add(struct book *b, int64_t person, str code)
{
	struct secret hash = secret_of(code);
	return book_run(b, "INSERT INTO recovery (hash, person) VALUES (?1, ?2)",
			SQL_B(secret_str(&hash)), SQL_I(person));
}

err recovery_clear(struct book *b, int64_t person)
{
	return book_run(b, "DELETE FROM recovery WHERE person = ?1", SQL_I(person));
}

err recovery_count(struct book *b, int64_t person, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM recovery WHERE person = ?1",
			   SQL_I(person));
}

err recovery_use(struct book *b, int64_t person, str code)
{
	int64_t changed;
	struct secret hash = secret_of(code);
	TRY(TABLE_CHANGE(b, &changed,
			 "DELETE FROM recovery WHERE hash = ?1 AND person = ?2",
			 SQL_B(secret_str(&hash)), SQL_I(person)));
	return changed ? OK : FAIL(ERR_DENIED, "this is no code that is good");
}
