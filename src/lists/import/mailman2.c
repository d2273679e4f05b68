#include "lists/import/mailman2_inside.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

str moving_path(struct moving *x, const char *folder, str name)
{
	return arena_cat(x->a, str_from(x->dir), STR("/"), str_from(folder), STR("/"),
			 name);
}

err moving_pickle(struct moving *x, str path, const struct pickle **p)
{
	str bytes;
	TRY(moving_read(x, x->a, path, MOVING_FILE, &bytes));
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
static void read_address(struct moving *x)
{
	str host = arena_lower(
		x->a, str_trim(mailman2_text(&x->config,
					     mailman2_get(&x->config, "host_name"))));
	x->address = arena_cat(x->a, arena_lower(x->a, x->name), STR("@"), host);
	x->created_at = mailman2_number(&x->config, "created_at");
}

/* All of it that stands in the lists book. */
static err move_list(struct moving *x)
{
	TRY(move_settings(x));
	TRY(move_texts(x));
	TRY(move_members(x));
	TRY(move_roles(x));
	TRY(move_bans(x));
	TRY(move_header_rules(x));
	TRY(moving_digest_number(x, mailman2_number(&x->config, "digest_last_sent_at")));
	TRY(move_requests(x));
	TRY(move_pending(x));
	return move_state(x);
}

static err move_all(struct moving *x)
{
	TRY(read_config(x));
	str language = mailman2_text(&x->config,
				     mailman2_get(&x->config, "preferred_language"));
	x->config.charset = mailman2_charset(language);
	read_address(x);
	TRY(moving_in_transaction(x, move_list));
	TRY(move_archive(x));
	return move_leftovers(x);
}

static err one_list(struct books *books, struct import_report *r, const char *dir,
		    str name, const struct actor *by)
{
	return moving_list(books, r, by,
			   &(struct moving){ .from = "Mailman 2",
					     .word = "mailman2",
					     .dir = dir,
					     .name = name },
			   move_all);
}

static err move_site(struct moving *x)
{
	return moving_for_all(x, move_site_texts);
}

/* Where the site has texts of its own. */
static err site(struct books *books, struct arena *a, struct import_report *r,
		const char *dir, const struct actor *by)
{
	str folder = arena_cat(a, str_from(dir), STR("/templates/site"));
	if (access(arena_z(a, folder), F_OK))
		return OK;
	return moving_list(books, r, by,
			   &(struct moving){ .from = "Mailman 2",
					     .word = "mailman2",
					     .dir = dir,
					     .name = STR("all lists") },
			   move_site);
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
	return e.kind ? e : site(books, a, r, dir, by);
}
