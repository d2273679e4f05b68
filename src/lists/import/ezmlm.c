#include "lists/import/others_inside.h"

#include <sys/stat.h>

static str file_of(struct moving *x, str name)
{
	str text = STR("");
	return moving_text(x, other_path(x, name), &text).kind ? STR("") : text;
}

static str line_of(struct moving *x, const char *name)
{
	str text = file_of(x, str_from(name)), line = STR("");
	(void)str_line(&text, &line);
	return str_trim(line);
}

/* Its files are settings where the table knows them, and folders and messages else. */
static err move_settings(struct moving *x)
{
	struct settings now;
	struct stat s;
	size_t n;
	const struct plain *rows = plain_rows(&n);
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	for (size_t i = 0; i < n; i++) {
		str path = other_path(x, rows[i].name);
		if (rows[i].manager == PLAIN_EZMLM && !stat(arena_z(x->a, path), &s)
		    && S_ISREG(s.st_mode))
			TRY(moving_plain(x, &now, PLAIN_EZMLM, rows[i].name,
					 file_of(x, rows[i].name)));
	}
	return OK;
}

/* FOLDER/subscribers/X: 53 files, by a hash of the address. */
static err addresses(struct moving *x, const char *folder, str **out, size_t *count)
{
	str *names,
		*all = NULL,
		at = other_path(x, arena_cat(x->a, str_from(folder), STR("subscribers")));
	size_t n, room = 0, used = 0;
	TRY(moving_names(x, at, false, &names, &n));
	for (size_t i = 0; i < n; i++) {
		str text, one;
		TRY(moving_text(x, arena_cat(x->a, at, STR("/"), names[i]), &text));
		while (ezmlm_address(&text, &one)) {
			if (used == room) {
				room = room ? 2 * room : 256;
				str *wider = arena_alloc(x->a, room * sizeof *wider);
				if (used)
					memcpy(wider, all, used * sizeof *wider);
				all = wider;
			}
			all[used++] = one;
		}
	}
	*out = all;
	*count = used;
	return OK;
}

static err move_readers(struct moving *x, struct moving_count *c, const char *folder,
			const char *delivery)
{
	str *all;
	size_t n;
	TRY(addresses(x, folder, &all, &n));
	for (size_t i = 0; i < n; i++)
		TRY(other_member(x, c, all[i], STR(""), delivery));
	return OK;
}

static err move_members(struct moving *x)
{
	struct moving_count c = { 0 };
	TRY(move_readers(x, &c, "digest/", "mime"));
	TRY(move_readers(x, &c, "", "regular"));
	import_report_count(x->report, "members", c.there, c.here);
	return OK;
}

/* mod/: who decides; deny/: who may not write. */
static err move_others(struct moving *x)
{
	struct moving_count c = { 0 };
	str *all, owner = line_of(x, "owner");
	size_t n;
	bool here;
	TRY(other_roles(x, "owner", str_has(owner, '@') ? owner : STR(""), "owners"));
	TRY(addresses(x, "mod/", &all, &n));
	for (size_t i = 0; i < n; i++, c.here += here)
		TRY(moving_role(x, "moderator", all[i], &here));
	import_report_count(x->report, "moderators", (int64_t)n, c.here);
	c.here = 0;
	TRY(addresses(x, "deny/", &all, &n));
	for (size_t i = 0; i < n; i++, c.here += here)
		TRY(moving_ban(x, all[i], moving_ban_reason(x), &here));
	import_report_count(x->report, "bans", (int64_t)n, c.here);
	return OK;
}

/* allow/: strangers whose posts pass, as do members'. */
static err move_allowed(struct moving *x)
{
	struct settings now;
	str *all;
	size_t n;
	BUF(lines);
	TRY(addresses(x, "allow/", &all, &n));
	if (!n)
		return OK;
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	for (size_t i = 0; i < n; i++)
		buf_cat(&lines, i ? STR("\n") : STR(""), all[i]);
	return moving_setting(x, &now, STR("allow"), STR("accept_these_nonmembers"),
			      &(struct made){ .text = buf_str(&lines) }, STR(""));
}

static err move_list(struct moving *x)
{
	TRY(move_settings(x));
	TRY(move_members(x));
	TRY(move_others(x));
	return move_allowed(x);
}

/* archive/N/NN: post number N * 100 + NN. */
static err move_archive(struct moving *x)
{
	str *folders, *files, *paths = NULL, at = other_path(x, STR("archive"));
	size_t n, m, room = 0, used = 0;
	TRY(moving_names(x, at, true, &folders, &n));
	for (size_t i = 0; i < n; i++) {
		str in = arena_cat(x->a, at, STR("/"), folders[i]);
		TRY(moving_names(x, in, true, &files, &m));
		if (used + m > room) {
			room = 2 * (used + m);
			str *wider = arena_alloc(x->a, room * sizeof *wider);
			if (used)
				memcpy(wider, paths, used * sizeof *wider);
			paths = wider;
		}
		for (size_t k = 0; k < m; k++)
			paths[used++] = arena_cat(x->a, in, STR("/"), files[k]);
	}
	return moving_message_files(x, paths, used);
}

static err tell_waiting(struct moving *x)
{
	str *names;
	size_t n;
	TRY(moving_names(x, other_path(x, STR("mod/pending")), false, &names, &n));
	if (n)
		import_report_note(x->report,
				   "%zu posts wait there for a moderator; their answers "
				   "go to ezmlm: let them pass before the move",
				   n);
	return OK;
}

static err move_all(struct moving *x)
{
	x->address = arena_lower(x->a, arena_cat(x->a, line_of(x, "outlocal"), STR("@"),
						 line_of(x, "outhost")));
	TRY(moving_in_transaction(x, move_list));
	TRY(tell_waiting(x));
	return move_archive(x);
}

err ezmlm_import(struct books *books, struct arena *a, const char *folder,
		 const char *archives, const struct actor *by, struct import_report *r)
{
	const struct other o = { .from = "ezmlm",
				 .word = "ezmlm",
				 .mark = "outlocal",
				 .all = move_all,
				 .archives = archives };
	return others_each(books, a, folder, &o, by, r);
}
