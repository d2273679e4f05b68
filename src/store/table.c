#include "store/table.h"

#include <string.h>

err table_all(struct book *b, struct arena *a, table_read *read, void *out, size_t size,
	      size_t *count, const char *sql, const struct sql_value *v, size_t n)
{
	struct rows r;
	TRY(book_rows_values(b, &r, sql, v, n));
	size_t room = 0, used = 0;
	char *rows = NULL;
	while (rows_next(&r)) {
		if (used == room) {
			room = room ? room * 2 : 8;
			char *more = arena_zero(a, room * size);
			if (used)
				memcpy(more, rows, used * size);
			rows = more;
		}
		read(&r, a, rows + used++ * size);
	}
	TRY(rows_end(&r));
	memcpy(out, &rows, sizeof rows);
	*count = used;
	return OK;
}

err table_one(struct book *b, struct arena *a, table_read *read, void *row,
	      const char *missing, const char *sql, const struct sql_value *v, size_t n)
{
	struct rows r;
	TRY(book_rows_values(b, &r, sql, v, n));
	bool found = rows_next(&r);
	if (found)
		read(&r, a, row);
	TRY(rows_end(&r));
	return found ? OK : FAIL(ERR_NOTFOUND, missing);
}

err table_change(struct book *b, int64_t *changed, const char *sql,
		 const struct sql_value *v, size_t n)
{
	TRY(book_run_values(b, sql, v, n));
	*changed = book_changes(b);
	return OK;
}

err table_must(struct book *b, const char *missing, const char *sql,
	       const struct sql_value *v, size_t n)
{
	TRY(book_run_values(b, sql, v, n));
	return book_changes(b) ? OK : FAIL(ERR_NOTFOUND, missing);
}

err table_insert(struct book *b, int64_t *id, const char *sql, const struct sql_value *v,
		 size_t n)
{
	TRY(book_run_values(b, sql, v, n));
	*id = book_last_id(b);
	return OK;
}

str table_like(struct arena *a, str text)
{
	char *to = arena_alloc(a, 2 * text.n + 2);
	size_t n = 0;
	to[n++] = '%';
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\')
			to[n++] = '\\';
		to[n++] = text.p[i];
	}
	to[n++] = '%';
	return (str){ to, n };
}
