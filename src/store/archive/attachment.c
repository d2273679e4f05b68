#include "store/archive/attachment.h"

#include "store/table.h"

#define COLUMNS                                                                      \
	"x.post, x.n, x.part, x.filename, x.declared, x.sniffed, x.size, x.sha256, " \
	"x.width, x.height"

static void read_attachment(struct rows *r, struct arena *a, void *row)
{
	*(struct archive_attachment *)row = (struct archive_attachment){
		.post = rows_i64(r, 0),
		.n = rows_i64(r, 1),
		.part = rows_i64(r, 2),
		.filename = rows_str(r, a, 3),
		.declared = rows_str(r, a, 4),
		.sniffed = rows_str(r, a, 5),
		.size = rows_i64(r, 6),
		.sha256 = rows_str(r, a, 7),
		.width = rows_i64(r, 8),
		.height = rows_i64(r, 9),
	};
}

err archive_attachment_add(struct book *b, const struct archive_attachment *x)
{
	return book_run(b,
			"INSERT INTO attachment (post, n, part, filename, declared, "
			"sniffed, size, "
			"sha256, width, height) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
			SQL_I(x->post), SQL_I(x->n), SQL_I(x->part), SQL_S(x->filename),
			SQL_S(x->declared), SQL_S(x->sniffed), SQL_I(x->size),
			SQL_B(x->sha256), SQL_I(x->width), SQL_I(x->height));
}

err archive_attachments_forget(struct book *b, int64_t post)
{
	return book_run(b, "DELETE FROM attachment WHERE post = ?1", SQL_I(post));
}

err archive_attachments_of_post(struct book *b, struct arena *a, int64_t post,
				struct archive_attachments *out)
{
	return TABLE_ALL(b, a, read_attachment, &out->list, &out->count,
			 "SELECT " COLUMNS
			 " FROM attachment x WHERE x.post = ?1 ORDER BY x.n",
			 SQL_I(post));
}

err archive_attachment_measured(struct book *b, const struct archive_attachment *x)
{
	return book_run(b,
			"UPDATE attachment SET width = ?3, height = ?4 "
			"WHERE post = ?1 AND n = ?2",
			SQL_I(x->post), SQL_I(x->n), SQL_I(x->width), SQL_I(x->height));
}
