#include "store/lists/domain.h"

#include "store/table.h"

static void read_domain(struct rows *r, struct arena *a, void *row)
{
	*(struct domain_row *)row = (struct domain_row){
		.id = rows_i64(r, 0),
		.name = rows_str(r, a, 1),
	};
}

static err add(struct book *b, str name, int64_t *id)
{
	TRY(book_run(
		b, "INSERT INTO domain (name) VALUES (lower(?1)) ON CONFLICT DO NOTHING",
		SQL_S(name)));
	return domain_find(b, name, id);
}

err domain_add(struct book *b, str name, int64_t *id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, name, id));
}

err domain_find(struct book *b, str name, int64_t *id)
{
	bool found;
	TRY(book_number(b, id, &found, "SELECT id FROM domain WHERE name = lower(?1)",
			SQL_S(name)));
	return found ? OK : FAIL(ERR_NOTFOUND, "that domain is not one of this site's");
}

err domain_all(struct book *b, struct arena *a, struct domain_row **d, size_t *count)
{
	return TABLE_ALL(b, a, read_domain, d, count,
			 "SELECT id, name FROM domain ORDER BY name");
}

static err had_lists(struct book *b, int64_t id, bool *yes)
{
	int64_t one;
	return book_number(b, &one, yes,
			   "SELECT 1 FROM domain d JOIN former f ON "
			   "substr(f.address, -length(d.name) - 1) = '@' || d.name "
			   "WHERE d.id = ?1 LIMIT 1",
			   SQL_I(id));
}

/* No trigger of the schema counts this. */
static err take_away(struct book *b, int64_t id)
{
	bool had;
	TRY(had_lists(b, id, &had));
	if (had)
		return FAIL(ERR_DENIED, "lists that were renamed have their former "
					"addresses in this domain");
	err e = TABLE_MUST(b, "there is no such domain",
			   "DELETE FROM domain WHERE id = ?1", SQL_I(id));
	if (e.kind == ERR_DENIED)
		return FAIL(ERR_DENIED, "the domain has lists: remove those first");
	TRY(e);
	TRY(book_run(b, "DELETE FROM template WHERE domain = ?1", SQL_I(id)));
	return book_run(b, "UPDATE revision SET n = n + 1");
}

err domain_remove(struct book *b, int64_t id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, take_away(b, id));
}
