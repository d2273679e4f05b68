#include "lists/import/others_inside.h"

#include <sys/stat.h>

static str control(struct moving *x, const char *name)
{
	str text = STR("");
	str path = other_path(x, arena_cat(x->a, STR("control/"), str_from(name)));
	return moving_text(x, path, &text).kind ? STR("") : text;
}

static err move_settings(struct moving *x)
{
	struct settings now;
	str *names, text;
	size_t n;
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	TRY(moving_names(x, other_path(x, STR("control")), false, &names, &n));
	for (size_t i = 0; i < n; i++) {
		err e = moving_text(
			x, other_path(x, arena_cat(x->a, STR("control/"), names[i])),
			&text);
		if (e.kind) {
			import_report_note(x->report, "control/%.*s is left out: %s",
					   STR_F(names[i]), e.msg);
			continue;
		}
		TRY(moving_plain(x, &now, PLAIN_MLMMJ, names[i], text));
	}
	return OK;
}

/* Each folder holds files by the first letter, an address a line. */
static err move_readers(struct moving *x, struct moving_count *c, const char *folder,
			const char *delivery)
{
	str *names, text, line, at = other_path(x, str_from(folder));
	size_t n;
	TRY(moving_names(x, at, false, &names, &n));
	for (size_t i = 0; i < n; i++) {
		TRY(moving_text(x, arena_cat(x->a, at, STR("/"), names[i]), &text));
		while (str_line(&text, &line))
			if (str_trim(line).n)
				TRY(other_member(x, c, line, STR(""), delivery));
	}
	return OK;
}

static err move_members(struct moving *x)
{
	struct moving_count c = { 0 };
	TRY(move_readers(x, &c, "nomailsubs.d", "off"));
	TRY(move_readers(x, &c, "digesters.d", "mime"));
	TRY(move_readers(x, &c, "subscribers.d", "regular"));
	import_report_count(x->report, "members", c.there, c.here);
	return OK;
}

/* "action [!]regexp": the first rule that matches decides, as here. */
static err move_access(struct moving *x)
{
	static const struct {
		str word;
		const char *action;
	} actions[] = { { STR("send"), "accept" },
			{ STR("deny"), "reject" },
			{ STR("discard"), "discard" },
			{ STR("moderate"), "hold" } };
	struct moving_count c = { 0 };
	str text = control(x, "access"), line, word;
	while (str_line(&text, &line)) {
		const char *action = NULL;
		str whole = str_trim(line), rule = whole;
		if (!whole.n || whole.p[0] == '#')
			continue;
		(void)str_word(&rule, &word);
		rule = str_trim(rule);
		for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
			if (str_eq(word, actions[i].word))
				action = actions[i].action;
		if (action && rule.n && rule.p[0] != '!') {
			TRY(moving_header_lines(x, &c, rule, action, false));
			continue;
		}
		c.there++;
		import_report_note(
			x->report,
			"access rule \"%.*s\" is left out: rules here say what "
			"becomes of posts that match, not of all others",
			STR_F(whole));
	}
	import_report_count(x->report, "header rules", c.there, c.here);
	return OK;
}

/* moderation/TOKEN is the post itself. */
static err move_held(struct moving *x)
{
	str *names, text, at = other_path(x, STR("moderation"));
	size_t n;
	int64_t here = 0;
	TRY(moving_names(x, at, false, &names, &n));
	for (size_t i = 0; i < n; i++) {
		struct stat s = { .st_mtime = x->now };
		str path = arena_cat(x->a, at, STR("/"), names[i]);
		(void)stat(arena_z(x->a, path), &s);
		struct held_row h = { .held_at = s.st_mtime,
				      .reverse_path = STR(""),
				      .reason = STR("held by mlmmj") };
		err e = moving_read(x, x->a, path, MOVING_MESSAGE, &text);
		if (!e.kind)
			e = moving_held(x, names[i], &h, moving_crlf(x->a, text));
		if (err_is_passing(e))
			return e;
		if (e.kind)
			import_report_note(x->report, "held post %.*s is left out: %s",
					   STR_F(names[i]), e.msg);
		here += !e.kind;
	}
	import_report_count(x->report, "held posts", (int64_t)n, here);
	return OK;
}

/* Their tokens are part of an address that no list here has. */
static err tell_pending(struct moving *x)
{
	static const char *const folders[] = { "subconf", "unsubconf" };
	for (size_t i = 0; i < 2; i++) {
		str *names;
		size_t n;
		TRY(moving_names(x, other_path(x, str_from(folders[i])), false, &names,
				 &n));
		if (n)
			import_report_note(
				x->report,
				"%zu confirmations of %s are left out: they are "
				"asked for anew",
				n, folders[i]);
	}
	return OK;
}

static err move_list(struct moving *x)
{
	TRY(move_settings(x));
	TRY(move_members(x));
	TRY(other_roles(x, "owner", control(x, "owner"), "owners"));
	TRY(other_roles(x, "moderator", control(x, "moderators"), "moderators"));
	TRY(move_access(x));
	TRY(move_held(x));
	return tell_pending(x);
}

/* archive/N: the post with that number. */
static err move_archive(struct moving *x)
{
	str *names, at = other_path(x, STR("archive"));
	size_t n;
	TRY(moving_names(x, at, true, &names, &n));
	for (size_t i = 0; i < n; i++)
		names[i] = arena_cat(x->a, at, STR("/"), names[i]);
	return moving_message_files(x, names, n);
}

static err move_all(struct moving *x)
{
	str text = control(x, "listaddress"), line = STR("");
	(void)str_line(&text, &line);
	x->address = arena_lower(x->a, str_trim(line));
	TRY(moving_in_transaction(x, move_list));
	return move_archive(x);
}

err mlmmj_import(struct books *books, struct arena *a, const char *folder,
		 const char *archives, const struct actor *by, struct import_report *r)
{
	const struct other o = { .from = "mlmmj",
				 .word = "mlmmj",
				 .mark = "control",
				 .all = move_all,
				 .archives = archives };
	return others_each(books, a, folder, &o, by, r);
}
