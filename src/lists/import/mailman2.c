#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "lists/import/mailman2_inside.h"
#include "mail/address.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

str moving_path(struct moving *x, const char *folder, str name)
{
	return arena_cat(x->a, str_from(x->dir), STR("/"), str_from(folder), STR("/"),
			 name);
}

err moving_pickle(struct moving *x, str path, const struct pickle **p)
{
	str bytes;
	TRY(file_read(x->a, arena_z(x->a, path), MAILMAN2_FILE, &bytes));
	return pickle_read(x->a, &bytes, p);
}

/* The newest config that can be read; Mailman itself does so. */
static err read_config(struct moving *x)
{
	static const char *const files[] = { "config.pck", "config.pck.last" };
	str folder = arena_cat(x->a, STR("lists/"), x->name);
	err e = FAIL(ERR_NOTFOUND, "it has no config.pck");
	for (size_t i = 0; i < 2 && e.kind; i++) {
		err first = e;
		e = moving_pickle(
			x, moving_path(x, arena_z(x->a, folder), str_from(files[i])),
			&x->config.dict);
		if (!e.kind && x->config.dict->type != PICKLE_DICT)
			e = FAIL(ERR_SYNTAX, "what it holds is no list");
		if (!e.kind && i)
			import_report_note(x->report,
					   "config.pck: %s; config.pck.last was read",
					   first.msg);
		if (e.kind)
			e = i && first.kind != ERR_NOTFOUND
				    ? first
				    : err_in(x->a, ERR_SYNTAX, "%s: %s", files[i], e.msg);
	}
	return e;
}

/* Where its mail goes: the folder's name, and the domain in the config. */
static err read_address(struct moving *x)
{
	str host = arena_lower(
		x->a, str_trim(mailman2_text(&x->config,
					     mailman2_get(&x->config, "host_name"))));
	str name = arena_lower(x->a, x->name);
	struct address check;
	x->address = arena_cat(x->a, name, STR("@"), host);
	TRY(list_name_check(x->a, name));
	if (address_parse(x->a, x->address, &check).kind || !domain_valid(host))
		return err_in(x->a, ERR_SYNTAX, "%.*s: its domain cannot receive mail",
			      STR_F(x->address));
	return OK;
}

static err find_or_make(struct moving *x)
{
	struct book *b = x->books->lists;
	struct list_row l;
	str name, domain;
	int64_t id, created;
	err e = list_by_address(b, x->a, x->address, &l);
	if (e.kind != ERR_NOTFOUND) {
		x->list = l.id;
		return e;
	}
	str_cut_last(x->address, '@', &name, &domain);
	TRY(domain_add(b, domain, &id));
	created = mailman2_number(&x->config, "created_at");
	x->report->written++;
	x->report->is_new = true;
	return list_create(b, x->address, created > 0 ? created : x->now, &x->list);
}

/* All of it that stands in the lists book. */
static err move_list(struct moving *x)
{
	TRY(find_or_make(x));
	TRY(move_settings(x));
	TRY(move_members(x));
	TRY(move_roles(x));
	TRY(move_bans(x));
	TRY(move_header_rules(x));
	TRY(move_requests(x));
	TRY(move_pending(x));
	return x->report->written ? books_audit(
		       x->books, x->by, x->list, STR("list moved from Mailman 2"),
		       arena_printf(x->a, "%zu changes", x->report->written))
				  : OK;
}

static err move_in_transaction(struct moving *x)
{
	struct book *b = x->books->lists;
	TRY(book_begin(b));
	err e = move_list(x);
	if (!x->dry)
		return book_end(b, e);
	book_rollback(b);
	return e;
}

static err read_list(struct moving *x)
{
	TRY(read_config(x));
	str language = mailman2_text(&x->config,
				     mailman2_get(&x->config, "preferred_language"));
	x->config.charset = mailman2_charset(language);
	return read_address(x);
}

/* A list that cannot be taken keeps no other one back. */
static err one_list(struct books *books, struct import_report *r, const char *dir,
		    str name, const struct actor *by)
{
	ARENA(a);
	struct moving x = { .books = books,
			    .a = a,
			    .config = { .a = a },
			    .dir = dir,
			    .name = name,
			    .dry = r->dry,
			    .report = import_report_list(r, name),
			    .by = by,
			    .now = clock_now() };
	err e = read_list(&x);
	if (!e.kind) {
		x.report->address = arena_copy(r->a, x.address);
		e = move_in_transaction(&x);
	}
	if (!e.kind)
		e = move_archive(&x);
	if (err_is_passing(e))
		return err_in(r->a, e.kind, "%.*s: %s", STR_F(name), e.msg);
	if (e.kind) {
		x.report->failed = arena_copy(r->a, str_from(e.msg));
		return OK;
	}
	move_leftovers(&x);
	if (!x.dry)
		log_info("list-moved", KS("list", x.address), KZ("from", "mailman2"),
			 KN("changes", x.report->written));
	return OK;
}

static int is_list(const struct dirent *f)
{
	return f->d_name[0] != '.';
}

err mailman2_import(struct books *books, struct arena *a, const char *dir,
		    const struct actor *by, struct import_report *r)
{
	struct dirent **found;
	str lists = arena_cat(a, str_from(dir), STR("/lists"));
	int n = scandir(arena_z(a, lists), &found, is_list, alphasort);
	if (n < 0)
		return err_in(a, ERR_NOTFOUND,
			      "%.*s: %s; DIR is the folder of a Mailman 2 that holds "
			      "lists/, data/ and archives/, such as /var/lib/mailman",
			      STR_F(lists), strerror(errno));
	err e = OK;
	for (int i = 0; i < n; i++) {
		str name = arena_copy(a, str_from(found[i]->d_name));
		free(found[i]);
		/* Mailman's own list, which it needs for its letters, is nobody's. */
		if (!e.kind && !str_eq(name, STR("mailman")))
			e = one_list(books, r, dir, name, by);
	}
	free(found);
	return e;
}
