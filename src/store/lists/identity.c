#include "store/lists/identity.h"

#include "store/table.h"

#define IDENTITY \
	"SELECT id, person, issuer, subject, address, made_at, used_at FROM identity "

static void read_identity(struct rows *r, struct arena *a, void *row)
{
	*(struct identity_row *)row = (struct identity_row){
		.id = rows_i64(r, 0),
		.person = rows_i64(r, 1),
		.issuer = rows_str(r, a, 2),
		.subject = rows_str(r, a, 3),
		.address = rows_str(r, a, 4),
		.made_at = rows_i64(r, 5),
		.used_at = rows_i64(r, 6),
	};
}

err identity_add(struct book *b, struct identity_row *x)
{
	int64_t others = 0;
	bool found;
	TRY(book_number(
		b, &others, &found,
		"SELECT count(*) FROM identity WHERE issuer = ?1 AND (subject = ?2 "
		"OR person = ?3)",
		SQL_S(x->issuer), SQL_S(x->subject), SQL_I(x->person)));
	if (others)
		return FAIL(ERR_DENIED, "the account there, or the person, has a tie "
					"already");
	return TABLE_INSERT(b, &x->id,
			    "INSERT INTO identity (person, issuer, subject, address, "
			    "made_at, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			    SQL_I(x->person), SQL_S(x->issuer), SQL_S(x->subject),
			    SQL_S(x->address), SQL_I(x->made_at), SQL_I(x->used_at));
}

err identity_find(struct book *b, struct arena *a, str issuer, str subject,
		  struct identity_row *x)
{
	return TABLE_ONE(b, a, read_identity, x, "nobody signs in by that account",
			 IDENTITY "WHERE issuer = ?1 AND subject = ?2", SQL_S(issuer),
			 SQL_S(subject));
}

err identity_used(struct book *b, int64_t id, int64_t now)
{
	return book_run(b, "UPDATE identity SET used_at = max(used_at, ?2) WHERE id = ?1",
			SQL_I(id), SQL_I(now));
}

err identity_by_person(struct book *b, struct arena *a, int64_t person,
		       struct identity_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_identity, x, count,
			 IDENTITY "WHERE person = ?1 ORDER BY id", SQL_I(person));
}

err identity_remove(struct book *b, int64_t person, int64_t id)
{
	return TABLE_MUST(b, "there is no such tie",
			  "DELETE FROM identity WHERE person = ?1 AND id = ?2",
			  SQL_I(person), SQL_I(id));
}
