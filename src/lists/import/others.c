#include "lists/import/others_inside.h"

#include "base/utf8.h"

#include <errno.h>
#include <sys/stat.h>

static bool is_there(struct arena *a, str folder, str name)
{
	struct stat s;
	return !stat(arena_z(a, arena_cat(a, folder, STR("/"), name)), &s);
}

static err one(struct books *books, struct arena *a, const struct other *o, str folder,
	       const struct actor *by, struct import_report *r)
{
	str name = folder, before;
	while (str_ends(name, STR("/")) && name.n > 1)
		name.n--;
	str dir = name;
	(void)str_cut_last(name, '/', &before, &name);
	return moving_list(books, r, by,
			   &(struct moving){ .from = o->from,
					     .word = o->word,
					     .dir = arena_z(a, dir),
					     .there = o,
					     .name = name },
			   o->all);
}

err others_each(struct books *books, struct arena *a, const char *folder,
		const struct other *o, const struct actor *by, struct import_report *r)
{
	struct moving x = { .a = a };
	str dir = str_from(folder), *names;
	size_t n, lists = 0;
	if (is_there(a, dir, str_from(o->mark)))
		return one(books, a, o, dir, by, r);
	TRY(moving_names(&x, dir, false, &names, &n));
	for (size_t i = 0; i < n; i++) {
		str at = arena_cat(a, dir, STR("/"), names[i]);
		if (!is_there(a, at, str_from(o->mark)))
			continue;
		lists++;
		TRY(one(books, a, o, at, by, r));
	}
	return lists ? OK
		     : err_in(a, ERR_NOTFOUND,
			      "%s: no list of %s: its folder, or one that holds such "
			      "folders, has %s in it",
			      folder, o->from, o->mark);
}

/* What is not carried: by a row that says why, or since there is no row. */
static void tell(struct moving *x, const struct plain *row, str name)
{
	if (row && row->how == PLAIN_MOVED)
		import_report_attribute(x->report, REPORT_KEPT, name,
					str_from(row->words), STR(""));
	else
		import_report_attribute(x->report, REPORT_IMPOSSIBLE, name, STR(""),
					row ? str_from(row->words)
					    : STR("nothing here has such a name"));
}

err moving_plain(struct moving *x, const struct settings *now, enum plain_manager manager,
		 str name, str text)
{
	const struct plain *row = plain_find(manager, name);
	if (!row || row->how == PLAIN_NONE || row->how == PLAIN_MOVED) {
		tell(x, row, name);
		return OK;
	}
	text = utf8_scrub(x->a, text);
	struct made m = plain_value(x->a, row, text);
	if (m.left_out) {
		import_report_attribute(x->report, REPORT_IMPOSSIBLE, name, STR(""),
					arena_cat(x->a,
						  STR("there is nothing here like: "),
						  str_trim(text)));
		return OK;
	}
	m.otherwise = str_from(row->words);
	return moving_setting(x, now, name, str_from(row->key), &m, STR(""));
}

str other_path(struct moving *x, str name)
{
	return arena_cat(x->a, str_from(x->dir), STR("/"), name);
}

err other_member(struct moving *x, struct moving_count *c, str address, str name,
		 const char *delivery)
{
	bool here, off = !strcmp(delivery, "off");
	c->there++;
	TRY(moving_member(
		x,
		&(struct moved_member){ .address = str_trim(address),
					.key = STR(""),
					.name = str_trim(name),
					.language = STR(""),
					.own_language = STR(""),
					.as = { .delivery = str_from(delivery),
						.off_by = off ? STR("user") : STR(""),
						.action = STR(""),
						.own_posts = true,
						.copies = true } },
		&here));
	c->here += here;
	return OK;
}

err other_roles(struct moving *x, const char *role, str addresses, const char *what)
{
	struct moving_count c = { 0 };
	str line;
	while (str_line(&addresses, &line)) {
		bool here;
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		c.there++;
		TRY(moving_role(x, role, line, &here));
		c.here += here;
	}
	import_report_count(x->report, what, c.there, c.here);
	return OK;
}
