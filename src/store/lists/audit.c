#include "store/lists/audit.h"

#include "store/table.h"

static void read_audit(struct rows *r, struct arena *a, void *row)
{
	*(struct audit_row *)row = (struct audit_row){
		.id = rows_i64(r, 0),
		.at = rows_i64(r, 1),
		.person = rows_i64(r, 2),
		.actor = rows_str(r, a, 3),
		.list = rows_i64(r, 4),
		.what = rows_str(r, a, 5),
		.detail = rows_str(r, a, 6),
	};
}

err audit_add(struct book *b, struct audit_row *x)
{
	return TABLE_INSERT(b, &x->id,
			    "INSERT INTO audit (at, person, actor, list, what, detail) "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			    SQL_I(x->at), SQL_I(x->person), SQL_S(x->actor),
			    SQL_I(x->list), SQL_S(x->what), SQL_S(x->detail));
}

err audit_of_person(struct book *b, struct arena *a, int64_t person, size_t limit,
		    struct audit_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_audit, x, count,
			 "SELECT id, at, person, actor, list, what, detail FROM audit "
			 "WHERE person = ?1 ORDER BY id DESC LIMIT ?2",
			 SQL_I(person), SQL_I(limit));
}

err audit_list(struct book *b, struct arena *a, int64_t list, int64_t before,
	       size_t limit, struct audit_row **x, size_t *count)
{
	int64_t last = before ? before : INT64_MAX;
	if (list < 0)
		return TABLE_ALL(
			b, a, read_audit, x, count,
			"SELECT id, at, person, actor, list, what, detail FROM audit "
			"WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
			SQL_I(last), SQL_I(limit));
	return TABLE_ALL(b, a, read_audit, x, count,
			 "SELECT id, at, person, actor, list, what, detail FROM audit "
			 "WHERE list = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
			 SQL_I(list), SQL_I(last), SQL_I(limit));
}

err audit_forget_held(struct book *b, int64_t list, str subject)
{
	return book_run(
		b,
		"UPDATE audit SET detail = substr(detail, 1, instr(detail, ',') - 1) "
		"WHERE list = ?1 AND detail LIKE 'held %, from %' "
		"AND substr(detail, -length(?2) - 2) = ': ' || ?2",
		SQL_I(list), SQL_S(subject));
}
