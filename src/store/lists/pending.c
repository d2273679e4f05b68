#include "store/lists/pending.h"

#include "store/lists/secret.h"
#include "store/table.h"

#define PENDING "id, kind, list, address, data, created_at, expires_at"

static const char none[] =
	"this link or code was used before, has expired or is not ours: "
	"ask for a new one";

static void read_pending(struct rows *r, struct arena *a, void *row)
{
	*(struct pending_row *)row = (struct pending_row){
		.id = rows_i64(r, 0),
		.kind = rows_str(r, a, 1),
		.list = rows_i64(r, 2),
		.address = rows_str(r, a, 3),
		.data = rows_str(r, a, 4),
		.created_at = rows_i64(r, 5),
		.expires_at = rows_i64(r, 6),
	};
}

static struct secret hash_of(str token)
{
	ARENA(a);
	return secret_of(arena_lower(a, token));
}

err pending_add(struct book *b, str token, struct pending_row *p)
{
	struct secret hash = hash_of(token);
	return TABLE_INSERT(b, &p->id,
			    "INSERT INTO pending (token, kind, list, address, data, "
			    "created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			    SQL_B(secret_str(&hash)), SQL_S(p->kind), SQL_I(p->list),
			    SQL_S(p->address), SQL_S(p->data), SQL_I(p->created_at),
			    SQL_I(p->expires_at));
}

err pending_look(struct book *b, struct arena *a, str token, int64_t now,
		 struct pending_row *p)
{
	struct secret hash = hash_of(token);
	return TABLE_ONE(b, a, read_pending, p, none,
			 "SELECT " PENDING " FROM pending WHERE token = ?1 "
			 "AND expires_at > ?2",
			 SQL_B(secret_str(&hash)), SQL_I(now));
}

/* One statement would do (RETURNING), but its row is read before the deletion is
 * durable: whoever acts on it must know that nobody else will. */
static err take(struct book *b, struct arena *a, str token, int64_t now,
		struct pending_row *p)
{
	TRY(pending_look(b, a, token, now, p));
	return pending_drop_id(b, p->id);
}

err pending_take(struct book *b, struct arena *a, str token, int64_t now,
		 struct pending_row *p)
{
	bool mine;
	struct pending_row found;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, take(b, a, token, now, &found)));
	*p = found;
	return OK;
}

err pending_of(struct book *b, struct arena *a, str kind, int64_t list, str address,
	       struct pending_row **p, size_t *count)
{
	return TABLE_ALL(b, a, read_pending, p, count,
			 "SELECT " PENDING " FROM pending WHERE kind = ?1 AND list = ?2 "
			 "AND address = ?3 ORDER BY id DESC",
			 SQL_S(kind), SQL_I(list), SQL_S(address));
}

err pending_list(struct book *b, struct arena *a, str kind, int64_t list, int64_t now,
		 struct pending_row **p, size_t *count)
{
	return TABLE_ALL(b, a, read_pending, p, count,
			 "SELECT " PENDING " FROM pending WHERE kind = ?1 AND list = ?2 "
			 "AND expires_at > ?3 ORDER BY id",
			 SQL_S(kind), SQL_I(list), SQL_I(now));
}

err pending_by_address(struct book *b, struct arena *a, str address,
		       struct pending_row **p, size_t *count)
{
	return TABLE_ALL(b, a, read_pending, p, count,
			 "SELECT " PENDING " FROM pending WHERE address = ?1 ORDER BY id",
			 SQL_S(address));
}

err pending_readdress(struct book *b, int64_t list, str from, str to)
{
	return book_run(b,
			"UPDATE pending SET address = ?3 WHERE list = ?1 "
			"AND address = ?2 AND kind IN ('leave', 'set')",
			SQL_I(list), SQL_S(from), SQL_S(to));
}

err pending_note(struct book *b, int64_t id, str data)
{
	return book_run(b, "UPDATE pending SET data = ?2 WHERE id = ?1", SQL_I(id),
			SQL_S(data));
}

err pending_drop(struct book *b, str kind, int64_t list, str address)
{
	return book_run(
		b, "DELETE FROM pending WHERE kind = ?1 AND list = ?2 AND address = ?3",
		SQL_S(kind), SQL_I(list), SQL_S(address));
}

err pending_drop_id(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM pending WHERE id = ?1", SQL_I(id));
}

err pending_ended(struct book *b, struct arena *a, str kind, int64_t now, size_t limit,
		  struct pending_row **p, size_t *count)
{
	return TABLE_ALL(b, a, read_pending, p, count,
			 "SELECT " PENDING " FROM pending WHERE kind = ?1 "
			 "AND expires_at <= ?2 ORDER BY id LIMIT ?3",
			 SQL_S(kind), SQL_I(now), SQL_I(limit));
}

err pending_expire(struct book *b, int64_t now, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM pending WHERE expires_at <= ?1 "
			    "AND kind <> 'challenge' OR kind = 'wish' AND NOT EXISTS "
			    "(SELECT 1 FROM request r WHERE r.list = pending.list "
			    "AND r.address = pending.address AND r.kind = 'join')",
			    SQL_I(now));
}
