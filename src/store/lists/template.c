#include "store/lists/template.h"

#include "store/table.h"

static void read_template(struct rows *r, struct arena *a, void *row)
{
	*(struct template_row *)row = (struct template_row){
		.list = rows_i64(r, 0),
		.name = rows_str(r, a, 1),
		.language = rows_str(r, a, 2),
		.text = rows_str(r, a, 3),
	};
}

static void read_text(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

err template_find(struct book *b, struct arena *a, int64_t list, str name, str language,
		  str *text)
{
	return TABLE_ONE(
		b, a, read_text, text, "the built-in text holds",
		"SELECT text FROM template WHERE list IN (?1, 0) AND name = ?2 "
		"AND language IN (?3, '') ORDER BY list = 0, language = '' LIMIT 1",
		SQL_I(list), SQL_S(name), SQL_S(language));
}

err template_set(struct book *b, const struct template_row *t)
{
	return book_run(b,
			"INSERT INTO template (list, name, language, text) "
			"VALUES (?1, ?2, ?3, ?4) "
			"ON CONFLICT DO UPDATE SET text = excluded.text",
			SQL_I(t->list), SQL_S(t->name), SQL_S(t->language),
			SQL_S(t->text));
}

err template_unset(struct book *b, int64_t list, str name, str language)
{
	return book_run(b,
			"DELETE FROM template WHERE list = ?1 AND name = ?2 "
			"AND language = ?3",
			SQL_I(list), SQL_S(name), SQL_S(language));
}

err template_list(struct book *b, struct arena *a, int64_t list, struct template_row **t,
		  size_t *count)
{
	return TABLE_ALL(
		b, a, read_template, t, count,
		"SELECT list, name, language, text FROM template WHERE list = ?1 "
		"ORDER BY name, language",
		SQL_I(list));
}
