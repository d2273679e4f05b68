/* Dictionaries that are used no more, since they hold what is to be gone, and what they pack. */
#include "store/archive/blob.h"

#include "store/table.h"

static void read_dictionary(struct rows *r, struct arena *a, void *row)
{
	*(struct archive_dictionary *)row = (struct archive_dictionary){
		rows_i64(r, 0), rows_i64(r, 1), rows_str(r, a, 2)
	};
}

err archive_dictionaries(struct book *b, struct arena *a, int64_t list,
			 struct archive_dictionary **d, size_t *count)
{
	return TABLE_ALL(b, a, read_dictionary, d, count,
			 "SELECT id, list, bytes FROM dictionary WHERE list = ?1 "
			 "AND retired = 0 ORDER BY id",
			 SQL_I(list));
}

err archive_dictionary_retire(struct book *b, int64_t id)
{
	return book_run(b, "UPDATE dictionary SET retired = 1 WHERE id = ?1", SQL_I(id));
}

err archive_dictionary_retired(struct book *b, struct arena *a,
			       struct archive_dictionary *d, bool *found)
{
	err e = TABLE_ONE(b, a, read_dictionary, d, "no dictionary is to go",
			  "SELECT id, list, bytes FROM dictionary WHERE retired = ?1 "
			  "ORDER BY id LIMIT 1",
			  SQL_I(1));
	*found = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err archive_blobs_of_dictionary(struct book *b, int64_t dictionary, int64_t after,
				size_t limit, int64_t *ids, size_t *count)
{
	struct rows r;
	*count = 0;
	TRY(book_rows(b, &r,
		      "SELECT id FROM blob WHERE dictionary = ?1 AND id > ?2 "
		      "ORDER BY id LIMIT ?3",
		      SQL_I(dictionary), SQL_I(after), SQL_I(limit)));
	while (rows_next(&r))
		ids[(*count)++] = rows_i64(&r, 0);
	return rows_end(&r);
}

static void read_id(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(int64_t *)row = rows_i64(r, 0);
}

err archive_hidden_of_dictionary(struct book *b, struct arena *a, int64_t dictionary,
				 int64_t **ids, size_t *count)
{
	return TABLE_ALL(b, a, read_id, ids, count,
			 "SELECT id FROM hidden WHERE dictionary = ?1",
			 SQL_I(dictionary));
}

err archive_dictionary_drop(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM dictionary WHERE id = ?1", SQL_I(id));
}
