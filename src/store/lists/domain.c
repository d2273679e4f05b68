#include "store/lists/domain.h"

#include "store/table.h"

#define DOMAIN "SELECT id, name, description, alias FROM domain "

static const char not_ours[] = "that domain is not one of this site's";

static void read_domain(struct rows *r, struct arena *a, void *row)
{
	*(struct domain_row *)row = (struct domain_row){
		.id = rows_i64(r, 0),
		.name = rows_str(r, a, 1),
		.description = rows_str(r, a, 2),
		.alias = rows_str(r, a, 3),
	};
}

/* A name and an alias are never the same: an address means one list. */
static err check_free(struct book *b, str name, int64_t besides)
{
	int64_t id;
	bool taken;
	TRY(book_number(
		b, &id, &taken,
		"SELECT id FROM domain WHERE (name = lower(?1) OR alias = lower(?1)) "
		"AND id <> ?2",
		SQL_S(name), SQL_I(besides)));
	return taken ? FAIL(ERR_DENIED, "that domain, or one of which it is an alias, is "
					"one of this site's already")
		     : OK;
}

static err add(struct book *b, str name, int64_t *id)
{
	err e = domain_find(b, name, id);
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(check_free(b, name, 0));
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
	return found ? OK : FAIL(ERR_NOTFOUND, not_ours);
}

err domain_all(struct book *b, struct arena *a, struct domain_row **d, size_t *count)
{
	return TABLE_ALL(b, a, read_domain, d, count, DOMAIN "ORDER BY name");
}

err domain_get(struct book *b, struct arena *a, str name, struct domain_row *d)
{
	return TABLE_ONE(b, a, read_domain, d, not_ours, DOMAIN "WHERE name = lower(?1)",
			 SQL_S(name));
}

static err set(struct book *b, const struct domain_row *d)
{
	if (d->alias.n)
		TRY(check_free(b, d->alias, d->id));
	if (d->alias.n && str_ieq(d->alias, d->name))
		return FAIL(ERR_DENIED, "a domain is no alias of itself");
	return TABLE_MUST(b, not_ours,
			  "UPDATE domain SET description = ?2, alias = lower(?3) "
			  "WHERE id = ?1",
			  SQL_I(d->id), SQL_S(d->description), SQL_S(d->alias));
}

err domain_set(struct book *b, const struct domain_row *d)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, set(b, d));
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
	TRY(book_run(b, "DELETE FROM template_uri WHERE domain = ?1", SQL_I(id)));
	return book_run(b, "UPDATE revision SET n = n + 1");
}

err domain_remove(struct book *b, int64_t id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, take_away(b, id));
}
