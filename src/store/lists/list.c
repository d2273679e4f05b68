#include "store/lists/list.h"

#include "store/lists/domain.h"
#include "store/lists/former.h"
#include "store/table.h"

#define LIST                                                                             \
	"SELECT l.id, l.domain, l.name, d.name, l.name || '@' || d.name, l.created_at, " \
	"CASE l.origin WHEN '' THEN l.name || '@' || d.name ELSE l.origin END, "         \
	"CASE l.list_id WHEN '' THEN l.name || '.' || d.name ELSE l.list_id END "        \
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
		.origin = rows_str(r, a, 6),
		.list_id = rows_str(r, a, 7),
	};
}

static err taken(err e)
{
	return e.kind == ERR_DENIED ? FAIL(ERR_DENIED, "there is a list of that name")
				    : e;
}

static err split(struct book *b, str address, str *name, int64_t *domain)
{
	str domain_name;
	if (!str_cut_last(address, '@', name, &domain_name) || !name->n)
		return FAIL(ERR_SYNTAX, "a list needs a whole address: name@domain");
	return domain_find(b, domain_name, domain);
}

/* What goes on meaning a list cannot come to mean another one. */
static err check_former(struct book *b, str address, int64_t list)
{
	int64_t whose;
	bool found;
	TRY(former_find(b, address, &whose, &found));
	return found && whose != list
		       ? FAIL(ERR_DENIED, "another list had that address, and its mail "
					  "goes there: postern list forget ADDRESS lets "
					  "it go")
		       : OK;
}

/* A list is found before an alias: what is sent there would come to the list unseen. */
static err check_alias(struct book *b, str address)
{
	int64_t id;
	bool found;
	TRY(book_number(b, &id, &found, "SELECT id FROM alias WHERE address = lower(?1)",
			SQL_S(address)));
	return found ? FAIL(ERR_DENIED, "that address is an alias: postern alias rm "
					"ADDRESS takes it away")
		     : OK;
}

/* Two lists' arrivals never bear one name, though the one had the other's (sort.c). */
static err create(struct book *b, str address, int64_t now, int64_t *id)
{
	str name;
	int64_t domain;
	TRY(split(b, address, &name, &domain));
	TRY(check_former(b, address, 0));
	TRY(check_alias(b, address));
	TRY(taken(TABLE_INSERT(b, id,
			       "INSERT INTO list (domain, name, created_at) "
			       "VALUES (?1, lower(?2), ?3)",
			       SQL_I(domain), SQL_S(name), SQL_I(now))));
	return book_run(b,
			"UPDATE list SET origin = lower(?2) || '#' || id WHERE id = ?1 "
			"AND EXISTS (SELECT 1 FROM list WHERE origin = lower(?2))",
			SQL_I(*id), SQL_S(address));
}

err list_create(struct book *b, str address, int64_t now, int64_t *id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, create(b, address, now, id));
}

err list_by_address(struct book *b, struct arena *a, str address, struct list_row *l)
{
	str name, domain;
	int64_t id;
	bool found;
	if (!str_cut_last(address, '@', &name, &domain))
		return FAIL(ERR_NOTFOUND, none);
	err e = TABLE_ONE(b, a, read_list, l, none,
			  LIST "WHERE d.name = lower(?2) AND l.name = lower(?1)",
			  SQL_S(name), SQL_S(domain));
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(former_find(b, address, &id, &found));
	return found ? list_get(b, a, id, l) : FAIL(ERR_NOTFOUND, none);
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

static err rename_to(struct book *b, struct arena *a, int64_t id, str address,
		     bool new_id, int64_t now)
{
	struct list_row was;
	int64_t domain;
	str name;
	TRY(list_get(b, a, id, &was));
	TRY(split(b, address, &name, &domain));
	if (str_ieq(address, was.address))
		return FAIL(ERR_DENIED, "that is the list's address already");
	TRY(check_former(b, address, id));
	TRY(check_alias(b, address));
	TRY(book_run(b, "DELETE FROM former WHERE address = lower(?1)", SQL_S(address)));
	TRY(taken(book_run(b,
			   "UPDATE list SET domain = ?2, name = lower(?3), origin = ?4, "
			   "list_id = CASE ?5 WHEN 1 THEN '' ELSE ?6 END WHERE id = ?1",
			   SQL_I(id), SQL_I(domain), SQL_S(name), SQL_S(was.origin),
			   SQL_I(new_id), SQL_S(was.list_id))));
	return former_add(b, was.address, id, now);
}

err list_rename(struct book *b, struct arena *a, int64_t id, str address, bool new_id,
		int64_t now)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, rename_to(b, a, id, address, new_id, now));
}

static err forget(struct book *b, struct arena *a, str address)
{
	str local, domain;
	TRY(former_remove(b, address));
	if (!str_cut_last(address, '@', &local, &domain))
		return OK;
	return book_run(b, "UPDATE list SET list_id = '' WHERE list_id = lower(?1)",
			SQL_S(arena_cat(a, local, STR("."), domain)));
}

err list_forget(struct book *b, struct arena *a, str address)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, forget(b, a, address));
}

/* What has no reference to the list (its list may be 0) goes by hand; the rest follows
 * by ON DELETE CASCADE. */
static err remove_all(struct book *b, int64_t id)
{
	static const char *const texts[] = {
		"DELETE FROM pending WHERE list = ?1",
		"DELETE FROM seen WHERE list = ?1",
		"DELETE FROM ban WHERE list = ?1",
		"DELETE FROM header_rule WHERE list = ?1",
		"DELETE FROM template WHERE list = ?1",
		"DELETE FROM template_uri WHERE list = ?1",
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
