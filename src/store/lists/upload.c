#include "store/lists/upload.h"

#include "store/table.h"

#define UPLOAD                                                                      \
	"SELECT u.id, u.path, u.folder, u.person, u.at, u.size, u.sha256, "         \
	"u.verdict, p.name, coalesce((SELECT text FROM address WHERE id = "         \
	"p.preferred AND person = p.id), (SELECT text FROM address WHERE person = " \
	"p.id ORDER BY id LIMIT 1)) FROM upload u LEFT JOIN person p ON p.id = "    \
	"u.person "

static void read_upload(struct rows *r, struct arena *a, void *row)
{
	*(struct upload_row *)row = (struct upload_row){
		.id = rows_i64(r, 0),
		.path = rows_str(r, a, 1),
		.folder = rows_str(r, a, 2),
		.person = rows_i64(r, 3),
		.at = rows_i64(r, 4),
		.size = rows_i64(r, 5),
		.sha256 = rows_str(r, a, 6),
		.verdict = rows_str(r, a, 7),
		.name = rows_str(r, a, 8),
		.address = rows_str(r, a, 9),
	};
}

err upload_add(struct book *b, struct upload_row *x)
{
	return TABLE_INSERT(b, &x->id,
			    "INSERT INTO upload (path, folder, person, at, size, sha256, "
			    "verdict) VALUES (?1, ?2, (SELECT id FROM person WHERE id = "
			    "?3), ?4, ?5, ?6, ?7)",
			    SQL_S(x->path), SQL_S(x->folder), SQL_I(x->person),
			    SQL_I(x->at), SQL_I(x->size), SQL_S(x->sha256),
			    SQL_S(x->verdict));
}

err upload_change(struct book *b, const struct upload_row *x)
{
	return book_run(b,
			"UPDATE upload SET person = (SELECT id FROM person WHERE id = "
			"?2), at = ?3, size = ?4, sha256 = ?5, verdict = ?6 WHERE id = "
			"?1",
			SQL_I(x->id), SQL_I(x->person), SQL_I(x->at), SQL_I(x->size),
			SQL_S(x->sha256), SQL_S(x->verdict));
}

err upload_drop(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM upload WHERE id = ?1", SQL_I(id));
}

err upload_get(struct book *b, struct arena *a, str path, struct upload_row *x)
{
	return TABLE_ONE(b, a, read_upload, x, "nobody sent this file",
			 UPLOAD "WHERE u.path = ?1", SQL_S(path));
}

err upload_list(struct book *b, struct arena *a, str folder, size_t limit,
		struct upload_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_upload, x, count,
			 UPLOAD "WHERE u.folder = ?1 ORDER BY u.at DESC, u.id DESC "
				"LIMIT ?2",
			 SQL_S(folder), SQL_I(limit));
}

err upload_by_person(struct book *b, struct arena *a, int64_t person,
		     struct upload_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_upload, x, count,
			 UPLOAD "WHERE u.person = ?1 ORDER BY u.id", SQL_I(person));
}

err upload_room(struct book *b, str folder, int64_t person, int64_t *all, int64_t *own)
{
	bool found;
	TRY(book_number(b, all, &found,
			"SELECT coalesce(sum(size), 0) FROM upload WHERE folder = ?1",
			SQL_S(folder)));
	return book_number(b, own, &found,
			   "SELECT coalesce(sum(size), 0) FROM upload WHERE folder = ?1 "
			   "AND person = ?2",
			   SQL_S(folder), SQL_I(person));
}
