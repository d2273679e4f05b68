#include "lists/style.h"

#include "base/clock.h"
#include "archive/purge.h"
#include "base/log.h"
#include "lists/domains.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/purge.h"

enum { PURGED_AT_ONCE = 50 }; /* posts between two batches of mail */

static const struct list_style styles[] = {
#define STYLE(name, text) { name, text },
#define SET(key, value)
#include "lists/styles.def"
#undef STYLE
#undef SET
};

/* The rows of all styles in one; a name begins the next. */
static const struct {
	const char *style, *key, *value;
} rows[] = {
#define STYLE(name, text) { name, NULL, NULL },
#define SET(key, value)   { NULL, #key, value },
#include "lists/styles.def"
#undef STYLE
#undef SET
};

const struct list_style *list_styles(size_t *count)
{
	*count = sizeof styles / sizeof *styles;
	return styles;
}

static err apply(struct books *books, struct arena *a, int64_t list, str style,
		 const struct actor *by)
{
	struct assignment set[sizeof rows / sizeof *rows];
	size_t n = 0;
	bool here = false, known = !style.n;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].style) {
			here = str_eq(style, str_from(rows[i].style));
			known = known || here;
		} else if (here) {
			set[n++] = (struct assignment){ str_from(rows[i].key),
							str_from(rows[i].value) };
		}
	}
	if (!known)
		return err_in(a, ERR_SYNTAX, "no style \"%.*s\"", STR_F(style));
	return n ? list_configure(books, a, list, set, n, by) : OK;
}

static err make(struct books *books, struct arena *a, str address,
		const struct new_list *how, const struct actor *by, int64_t *id)
{
	TRY(list_create(books->lists, address, clock_now(), id));
	TRY(apply(books, a, *id, how->style, by));
	if (how->count)
		TRY(list_configure(books, a, *id, how->set, how->count, by));
	if (how->owner.n)
		TRY(role_give(books, a, *id, STR("owner"), how->owner, how->proven, by));
	return books_audit(books, by, *id, STR("list created"), address);
}

err list_make(struct books *books, struct arena *a, str address,
	      const struct new_list *how, const struct actor *by, int64_t *id)
{
	struct address x;
	bool mine;
	TRY(address_parse(a, arena_lower(a, str_trim(address)), &x));
	TRY(list_name_check(a, x.local));
	address = arena_cat(a, x.local, STR("@"), domain_ascii(a, x.domain));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, make(books, a, address, how, by, id));
}

static err unmake(struct books *books, const struct list_entry *list, bool purge,
		  const struct actor *by)
{
	struct purge_row gone = { list->id, list->address, clock_now() };
	TRY(list_remove(books->lists, list->id));
	if (purge)
		TRY(purge_add(books->lists, &gone));
	return books_audit(books, by, 0,
			   purge ? STR("list removed with its archive")
				 : STR("list removed"),
			   list->address);
}

err list_unmake(struct books *books, const struct list_entry *list, bool purge,
		const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, unmake(books, list, purge, by));
}

err list_purge_continue(struct books *books, struct arena *a, bool *more)
{
	struct purge_row gone;
	bool others = false;
	TRY(purge_next(books->lists, a, &gone, more));
	if (!*more)
		return OK;
	err e = archive_purge(books->archive, a, gone.list, PURGED_AT_ONCE, &others);
	if (e.kind) { /* holds up no other list's */
		TRY(purge_defer(books->lists, gone.list, clock_now()));
		return e;
	}
	if (others)
		return OK;
	log_info("archive-purged", KS("list", gone.address), KN("id", gone.list));
	return purge_end(books->lists, gone.list);
}

static err add_domain(struct books *books, str name, const struct actor *by)
{
	int64_t id;
	err e = domain_find(books->lists, name, &id);
	if (!e.kind)
		return FAIL(ERR_DENIED, "this domain is one of the site's already");
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(domain_add(books->lists, name, &id));
	return books_audit(books, by, 0, STR("domain added"), name);
}

err domain_make(struct books *books, struct arena *a, str name, const struct actor *by)
{
	bool mine;
	TRY(domain_name_clean(a, name, &name));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, add_domain(books, name, by));
}

static err remove_domain(struct books *books, str name, const struct actor *by)
{
	int64_t id;
	TRY(domain_find(books->lists, name, &id));
	TRY(domain_remove(books->lists, id));
	return books_audit(books, by, 0, STR("domain removed"), name);
}

err domain_unmake(struct books *books, struct arena *a, str name, const struct actor *by)
{
	bool mine;
	TRY(domain_name_clean(a, name, &name));
	if (str_eq(name, domain_ascii(a, books->conf->site_domain)))
		return FAIL(ERR_DENIED, "this is the site's own domain ([site] domain)");
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, remove_domain(books, name, by));
}
