#include "store/lists/list.h"

#include "store/lists/domain.h"
#include "store/table.h"

#define LIST                                                                            \
	"SELECT l.id, l.domain, l.name, d.name, l.name || '@' || d.name, l.created_at " \
	"FROM list l JOIN domain d ON d.id = l.domain "

static const char none[] = "there is no such list";

static void read_list(struct rows *r, struct arena *a, void *row)
{
	*(struct list_row *)row = (struct list_row){
		.id = rows_i64(r, 0),
		.domain = rows_i64(r, 1),
		.name = rows_str(r, a, 2),
		.domain_name = rows_str(r, a, 3),
		.address = rows_str(r, a, 4),
		.created_at = rows_i64(r, 5),
	};
}

static err taken(err e)
{
	return e.kind == ERR_DENIED ? FAIL(ERR_DENIED, "there is a list of that name")
				    : e;
}

err list_create(struct book *b, str address, int64_t now, int64_t *id)
{
	str name, domain_name;
	int64_t domain;
	if (!str_cut_last(address, '@', &name, &domain_name) || !name.n)
		return FAIL(ERR_SYNTAX, "a list needs a whole address: name@domain");
	TRY(domain_find(b, domain_name, &domain));
	return taken(TABLE_INSERT(b, id,
				  "INSERT INTO list (domain, name, created_at) "
				  "VALUES (?1, lower(?2), ?3)",
				  SQL_I(domain), SQL_S(name), SQL_I(now)));
}

err list_by_address(struct book *b, struct arena *a, str address, struct list_row *l)
{
	str name, domain;
	if (!str_cut_last(address, '@', &name, &domain))
		return FAIL(ERR_NOTFOUND, none);
	return TABLE_ONE(b, a, read_list, l, none,
			 LIST "WHERE d.name = lower(?2) AND l.name = lower(?1)",
			 SQL_S(name), SQL_S(domain));
}

err list_get(struct book *b, struct arena *a, int64_t id, struct list_row *l)
{
	return TABLE_ONE(b, a, read_list, l, none, LIST "WHERE l.id = ?1", SQL_I(id));
}

err list_all(struct book *b, struct arena *a, int64_t domain, struct list_row **l,
	     size_t *count)
{
	return TABLE_ALL(b, a, read_list, l, count,
			 LIST "WHERE ?1 = 0 OR l.domain = ?1 ORDER BY d.name, l.name",
			 SQL_I(domain));
}

err list_rename(struct book *b, int64_t id, str name)
{
	return taken(TABLE_MUST(b, none, "UPDATE list SET name = lower(?2) WHERE id = ?1",
				SQL_I(id), SQL_S(name)));
}

/* What has no reference to the list (its list may be 0) goes by hand; the rest follows
 * by ON DELETE CASCADE. */
static err remove_all(struct book *b, int64_t id)
{
	static const char *const texts[] = {
		"DELETE FROM pending WHERE list = ?1",
		"DELETE FROM seen WHERE list = ?1",
		"DELETE FROM ban WHERE list = ?1",
		"DELETE FROM template WHERE list = ?1",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		TRY(book_run(b, texts[i], SQL_I(id)));
	return TABLE_MUST(b, none, "DELETE FROM list WHERE id = ?1", SQL_I(id));
}

err list_remove(struct book *b, int64_t id)
{
	bool mine;
	if (id <= 0)
		return FAIL(ERR_NOTFOUND, none);
	TRY(book_join(b, &mine));
	return book_leave(b, mine, remove_all(b, id));
}
