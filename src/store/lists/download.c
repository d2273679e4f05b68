#include "store/lists/download.h"

#include "store/table.h"

err download_add(struct book *b, const struct download *d)
{
	TRY(book_run(b,
		     "INSERT OR IGNORE INTO site_file (path, tag, size, changed_at) "
		     "VALUES (?1, ?2, ?3, ?4)",
		     SQL_S(d->path), SQL_S(d->tag), SQL_I(d->size),
		     SQL_I(d->changed_at)));
	return book_run(
		b,
		"INSERT INTO download (at, file, person, network, how, octets, first, "
		"complete, consent) VALUES (?1, (SELECT id FROM site_file WHERE path = "
		"?2 AND "
		"tag = ?3), (SELECT id FROM person WHERE id = ?4), ?5, ?6, ?7, ?8, ?9, "
		"(SELECT id FROM consent WHERE id = ?10))",
		SQL_I(d->at), SQL_S(d->path), SQL_S(d->tag), SQL_I(d->person),
		SQL_S(d->network), SQL_S(d->how), SQL_I(d->octets), SQL_I(d->first),
		SQL_I(d->complete), SQL_I(d->consent));
}

#define ADDRESS                                                                   \
	"coalesce((SELECT text FROM address WHERE id = p.preferred AND person = " \
	"p.id), (SELECT text FROM address WHERE person = p.id ORDER BY id LIMIT 1))"
#define ROW                                                                           \
	"SELECT d.id, d.at, f.path, f.tag, f.size, f.changed_at, d.person, "          \
	"d.network, d.how, d.octets, d.first, d.complete, f.sha256, p.name, " ADDRESS \
	", c.id, c.licence, c.at, c.name, c.address, c.institution "                  \
	"FROM download d JOIN site_file f ON f.id = d.file "                          \
	"LEFT JOIN person p ON p.id = d.person "                                      \
	"LEFT JOIN consent c ON c.id = d.consent "

/* ?1 below; ?2 and ?3 parts of texts, as patterns; ?4 and ?5 times */
#define FITS                                                                    \
	"(?1 = '' OR f.path = ?1 OR (substr(?1, -1) = '/' AND "                 \
	"substr(f.path, 1, length(?1)) = ?1)) AND f.path LIKE ?2 ESCAPE '\\' "  \
	"AND (?3 = '%%' OR d.network LIKE ?3 ESCAPE '\\' OR p.name LIKE ?3 "    \
	"ESCAPE '\\' OR c.name LIKE ?3 ESCAPE '\\' OR c.address LIKE ?3 "       \
	"ESCAPE '\\' OR EXISTS (SELECT 1 FROM address WHERE person = d.person " \
	"AND text LIKE ?3 ESCAPE '\\')) AND d.at >= ?4 AND d.at < ?5 "
#define WANTED(a, w)                                                \
	SQL_S((w)->below), SQL_S(table_like((a), (w)->text)),       \
		SQL_S(table_like((a), (w)->who)), SQL_I((w)->from), \
		SQL_I((w)->until ? (w)->until : INT64_MAX)

static void read_row(struct rows *r, struct arena *a, void *row)
{
	struct download_row *x = row;
	*x = (struct download_row){
		.id = rows_i64(r, 0),
		.d = { .at = rows_i64(r, 1),
		       .path = rows_str(r, a, 2),
		       .tag = rows_str(r, a, 3),
		       .size = rows_i64(r, 4),
		       .changed_at = rows_i64(r, 5),
		       .person = rows_i64(r, 6),
		       .network = rows_str(r, a, 7),
		       .how = rows_str(r, a, 8),
		       .octets = rows_i64(r, 9),
		       .first = rows_i64(r, 10),
		       .complete = rows_i64(r, 11),
		       .consent = rows_i64(r, 15) },
		.sha256 = rows_str(r, a, 12),
		.name = rows_str(r, a, 13),
		.address = rows_str(r, a, 14),
		.licence = rows_str(r, a, 16),
		.accepted_at = rows_i64(r, 17),
		.accepted_by = rows_str(r, a, 18),
		.accepted_as = rows_str(r, a, 19),
		.institution = rows_str(r, a, 20),
	};
	if (str_eq(x->sha256, STR("-")))
		x->sha256 = STR("");
}

err download_list(struct book *b, struct arena *a, const struct download_want *want,
		  size_t limit, struct download_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_row, rows, count,
			 ROW "WHERE " FITS "AND d.id < ?6 ORDER BY d.id DESC LIMIT ?7",
			 WANTED(a, want), SQL_I(want->before ? want->before : INT64_MAX),
			 SQL_I(limit));
}

static void read_count(struct rows *r, struct arena *a, void *row)
{
	*(struct download_count *)row = (struct download_count){
		.month = rows_str(r, a, 0),
		.path = rows_str(r, a, 1),
		.complete = rows_i64(r, 2),
		.begun = rows_i64(r, 3),
		.people = rows_i64(r, 4),
		.octets = rows_i64(r, 5),
	};
}

err download_counts(struct book *b, struct arena *a, const struct download_want *want,
		    size_t limit, struct download_count **rows, size_t *count)
{
	return TABLE_ALL(
		b, a, read_count, rows, count,
		"SELECT strftime('%Y-%m', d.at, 'unixepoch'), f.path, sum(d.complete), "
		"count(*), count(DISTINCT coalesce(d.person, d.network)), sum(d.octets) "
		"FROM download d JOIN site_file f ON f.id = d.file "
		"LEFT JOIN person p ON p.id = d.person "
		"LEFT JOIN consent c ON c.id = d.consent WHERE " FITS
		"GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC, 4 DESC, 2 LIMIT ?6",
		WANTED(a, want), SQL_I(limit));
}

err download_by_person(struct book *b, struct arena *a, int64_t person, size_t limit,
		       struct download_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_row, rows, count,
			 ROW "WHERE d.person = ?1 ORDER BY d.id DESC LIMIT ?2",
			 SQL_I(person), SQL_I(limit));
}

/* ---- versions */

static void read_version(struct rows *r, struct arena *a, void *row)
{
	*(struct site_version *)row = (struct site_version){
		.id = rows_i64(r, 0),
		.path = rows_str(r, a, 1),
		.tag = rows_str(r, a, 2),
		.size = rows_i64(r, 3),
	};
}

err site_version_next(struct book *b, struct arena *a, struct site_version *v)
{
	return TABLE_ONE(b, a, read_version, v, "all are known",
			 "SELECT id, path, tag, size FROM site_file WHERE sha256 = '' "
			 "AND id > ?1 ORDER BY id LIMIT 1",
			 SQL_I(0));
}

err site_version_sum(struct book *b, int64_t id, str sha256)
{
	return book_run(b, "UPDATE site_file SET sha256 = ?2 WHERE id = ?1", SQL_I(id),
			SQL_S(sha256));
}

static err expire(struct book *b, int64_t before, int64_t *gone)
{
	TRY(TABLE_CHANGE(b, gone,
			 "DELETE FROM download WHERE id IN (SELECT id FROM download "
			 "WHERE at < ?1 LIMIT 2000)",
			 SQL_I(before)));
	return *gone ? book_run(b,
				"DELETE FROM site_file WHERE ?1 > 0 AND NOT EXISTS "
				"(SELECT 1 FROM download WHERE file = site_file.id)",
				SQL_I(before))
		     : OK;
}

err download_expire(struct book *b, int64_t before, int64_t *gone)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, expire(b, before, gone));
}
