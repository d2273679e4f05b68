#include "store/lists/request.h"

#include "store/table.h"

#define REQUEST "SELECT id, list, address, name, asked_at, kind = 'leave' FROM request "

static const char none[] = "there is no such request: somebody may have answered it";

static void read_request(struct rows *r, struct arena *a, void *row)
{
	*(struct request_row *)row = (struct request_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.address = rows_str(r, a, 2),
		.name = rows_str(r, a, 3),
		.asked_at = rows_i64(r, 4),
		.leaves = rows_i64(r, 5),
	};
}

static err add(struct book *b, struct request_row *r)
{
	bool found;
	str kind = r->leaves ? STR("leave") : STR("join");
	/* Under a number of its own: a link that was mailed for the one grants not the
	 * other. */
	TRY(book_run(
		b, "DELETE FROM request WHERE list = ?1 AND address = ?2 AND kind <> ?3",
		SQL_I(r->list), SQL_S(r->address), SQL_S(kind)));
	TRY(book_run(b,
		     "INSERT INTO request (list, address, name, asked_at, kind) "
		     "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (list, address) "
		     "DO NOTHING",
		     SQL_I(r->list), SQL_S(r->address), SQL_S(r->name),
		     SQL_I(r->asked_at), SQL_S(kind)));
	return book_number(b, &r->id, &found,
			   "SELECT id FROM request WHERE list = ?1 AND address = ?2",
			   SQL_I(r->list), SQL_S(r->address));
}

err request_add(struct book *b, struct request_row *r)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, r));
}

err request_get(struct book *b, struct arena *a, int64_t id, struct request_row *r)
{
	return TABLE_ONE(b, a, read_request, r, none, REQUEST "WHERE id = ?1", SQL_I(id));
}

err request_list(struct book *b, struct arena *a, int64_t list, struct request_row **r,
		 size_t *count)
{
	return TABLE_ALL(b, a, read_request, r, count,
			 REQUEST "WHERE list = ?1 ORDER BY id", SQL_I(list));
}

err request_readdress(struct book *b, int64_t list, str from, str to)
{
	TRY(book_run(b,
		     "DELETE FROM request WHERE list = ?1 AND address = ?2 "
		     "AND kind = 'join'",
		     SQL_I(list), SQL_S(to)));
	return book_run(b,
			"UPDATE OR IGNORE request SET address = ?3 WHERE list = ?1 "
			"AND address = ?2 AND kind = 'leave'",
			SQL_I(list), SQL_S(from), SQL_S(to));
}

err request_by_address(struct book *b, struct arena *a, str address,
		       struct request_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_request, r, count,
			 REQUEST "WHERE address = ?1 ORDER BY id", SQL_S(address));
}

static err end(struct book *b, int64_t id, const struct request_end *how)
{
	TRY(TABLE_MUST(
		b, none,
		"INSERT INTO request_handled (id, list, address, name, kind, "
		"asked_at, verdict, note, handled_by, handled_via, handled_at) "
		"SELECT id, list, address, name, kind, asked_at, ?2, ?3, ?4, ?5, ?6 "
		"FROM request WHERE id = ?1",
		SQL_I(id), SQL_S(how->verdict), SQL_S(how->note), SQL_S(how->by),
		SQL_S(how->via), SQL_I(how->at)));
	return book_run(b, "DELETE FROM request WHERE id = ?1", SQL_I(id));
}

err request_end(struct book *b, int64_t id, const struct request_end *how)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, end(b, id, how));
}

static void read_handled(struct rows *r, struct arena *a, void *row)
{
	struct request_handled *h = row;
	read_request(r, a, &h->was);
	h->end = (struct request_end){
		.verdict = rows_str(r, a, 6),
		.note = rows_str(r, a, 7),
		.by = rows_str(r, a, 8),
		.via = rows_str(r, a, 9),
		.at = rows_i64(r, 10),
	};
}

#define HANDLED                                                               \
	"SELECT id, list, address, name, asked_at, kind = 'leave', verdict, " \
	"note, handled_by, handled_via, handled_at FROM request_handled "

err request_handled(struct book *b, struct arena *a, int64_t list, size_t limit,
		    struct request_handled **r, size_t *count)
{
	return TABLE_ALL(b, a, read_handled, r, count,
			 HANDLED "WHERE list = ?1 ORDER BY handled_at DESC, id DESC "
				 "LIMIT ?2",
			 SQL_I(list), SQL_I(limit));
}

err request_handled_by_address(struct book *b, struct arena *a, str address,
			       struct request_handled **r, size_t *count)
{
	return TABLE_ALL(b, a, read_handled, r, count,
			 HANDLED "WHERE address = ?1 COLLATE NOCASE ORDER BY id",
			 SQL_S(address));
}

err request_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM request_handled WHERE handled_at < ?1",
			    SQL_I(before));
}
