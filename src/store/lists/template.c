#include "store/lists/template.h"

#include "store/table.h"

#define COLUMNS "t.list, t.domain, t.name, t.language, t.text"

static void read_template(struct rows *r, struct arena *a, void *row)
{
	*(struct template_row *)row = (struct template_row){
		.of = { .list = rows_i64(r, 0), .domain = rows_i64(r, 1) },
		.name = rows_str(r, a, 2),
		.language = rows_str(r, a, 3),
		.text = rows_str(r, a, 4),
	};
}

err template_find(struct book *b, struct arena *a, const struct template_scope *of,
		  str name, str language, struct template_row *t)
{
	return TABLE_ONE(b, a, read_template, t, "the built-in text holds",
			 "SELECT " COLUMNS " FROM template t WHERE t.name = ?1 "
			 "AND t.list IN (?2, 0) AND (t.domain IN (?3, 0) "
			 "OR t.domain = (SELECT domain FROM list WHERE id = ?2)) "
			 "AND t.language IN (?4, '') "
			 "ORDER BY t.list = 0, t.domain = 0, t.language = '' LIMIT 1",
			 SQL_S(name), SQL_I(of->list), SQL_I(of->domain),
			 SQL_S(language));
}

err template_get(struct book *b, struct arena *a, const struct template_scope *of,
		 str name, str language, struct template_row *t)
{
	return TABLE_ONE(b, a, read_template, t, "there is no such text",
			 "SELECT " COLUMNS " FROM template t WHERE t.name = ?1 "
			 "AND t.list = ?2 AND t.domain = ?3 AND t.language = ?4",
			 SQL_S(name), SQL_I(of->list), SQL_I(of->domain),
			 SQL_S(language));
}

err template_set(struct book *b, const struct template_row *t)
{
	return book_run(b,
			"INSERT INTO template (list, domain, name, language, text) "
			"VALUES (?1, ?2, ?3, ?4, ?5) "
			"ON CONFLICT DO UPDATE SET text = excluded.text",
			SQL_I(t->of.list), SQL_I(t->of.domain), SQL_S(t->name),
			SQL_S(t->language), SQL_S(t->text));
}

err template_unset(struct book *b, const struct template_scope *of, str name,
		   str language)
{
	return book_run(b,
			"DELETE FROM template WHERE list = ?1 AND domain = ?2 "
			"AND name = ?3 AND language = ?4",
			SQL_I(of->list), SQL_I(of->domain), SQL_S(name), SQL_S(language));
}

err template_list(struct book *b, struct arena *a, const struct template_scope *of,
		  struct template_row **t, size_t *count)
{
	return TABLE_ALL(b, a, read_template, t, count,
			 "SELECT " COLUMNS " FROM template t WHERE t.list = ?1 "
			 "AND t.domain = ?2 ORDER BY t.name, t.language",
			 SQL_I(of->list), SQL_I(of->domain));
}
