#include "store/lists/template_uri.h"

#include "store/table.h"

static void read_row(struct rows *r, struct arena *a, void *row)
{
	*(struct template_uri_row *)row = (struct template_uri_row){
		.of = { .list = rows_i64(r, 0), .domain = rows_i64(r, 1) },
		.name = rows_str(r, a, 2),
		.uri = rows_str(r, a, 3),
		.username = rows_str(r, a, 4),
		.text_hash = rows_str(r, a, 5),
	};
}

err template_uri_set(struct book *b, const struct template_uri_row *row)
{
	return book_run(b,
			"INSERT INTO template_uri "
			"(list, domain, name, uri, username, text_hash) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE "
			"SET uri = excluded.uri, username = excluded.username, "
			"text_hash = excluded.text_hash",
			SQL_I(row->of.list), SQL_I(row->of.domain), SQL_S(row->name),
			SQL_S(row->uri), SQL_S(row->username), SQL_B(row->text_hash));
}

err template_uri_unset(struct book *b, const struct template_scope *of, str name)
{
	return book_run(b,
			"DELETE FROM template_uri WHERE list = ?1 AND domain = ?2 "
			"AND name = ?3",
			SQL_I(of->list), SQL_I(of->domain), SQL_S(name));
}

err template_uri_list(struct book *b, struct arena *a, const struct template_scope *of,
		      struct template_uri_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_row, rows, count,
			 "SELECT list, domain, name, uri, username, text_hash "
			 "FROM template_uri WHERE list = ?1 AND domain = ?2 "
			 "ORDER BY name",
			 SQL_I(of->list), SQL_I(of->domain));
}
