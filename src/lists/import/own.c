#include "lists/import/own.h"

#include "base/buf.h"
#include "base/csv.h"
#include "lists/export.h"
#include "lists/import/moving.h"
#include "lists/members.h"
#include "lists/topics.h"
#include "store/lists/planned.h"

#include <sys/stat.h>

enum { OTHER_FIELDS = 5 }; /* of any file but members.csv */

static str path_of(const struct moving *x, str name)
{
	return arena_cat(x->a, str_from(x->dir), STR("/"), name);
}

/* Like str_line, but an LF alone ends it: a value may end in a CR. */
static bool take_line(str *text, str *line)
{
	if (!text->n)
		return false;
	if (!str_cut(*text, '\n', line, text)) {
		*line = *text;
		*text = STR_NONE;
	}
	return true;
}

bool own_setting(struct arena *a, str *text, str *key, str *value)
{
	static const str equals = STR(" = ");
	str line;
	BUF(b);
	while (take_line(text, &line)) {
		str at = str_find(line, equals);
		if (!at.n || line.p[0] == '#' || line.p[0] == '\t')
			continue;
		*key = str_first(line, line.n - at.n);
		buf_add(&b, str_skip(at, equals.n));
		while (text->n && text->p[0] == '\t' && take_line(text, &line))
			buf_cat(&b, STR("\n"), str_skip(line, 1));
		*value = arena_copy(a, buf_str(&b));
		return true;
	}
	return false;
}

static err move_settings(struct moving *x)
{
	struct settings now;
	str text, key, value;
	TRY(moving_text(x, path_of(x, STR("settings.txt")), &text));
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	while (own_setting(x->a, &text, &key, &value))
		TRY(moving_setting(x, &now, key, key, &(struct made){ .text = value },
				   STR("")));
	return OK;
}

/* Records of a file of such fields, without its first line. */
struct records {
	str text;
	bool begun;
};

static bool next_record(struct arena *a, struct records *r, str *fields, size_t n)
{
	str raw;
	if (!r->begun)
		(void)csv_record(a, &r->text, fields, n, &raw);
	r->begun = true;
	while (csv_record(a, &r->text, fields, n, &raw))
		if (str_trim(raw).n)
			return true;
	return false;
}

static err open_records(struct moving *x, const char *name, struct records *r)
{
	str bytes;
	err e = moving_map(x, path_of(x, str_from(name)), &bytes);
	*r = (struct records){ .text = e.kind ? STR_NONE : bytes };
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static bool is_yes(str s)
{
	return str_eq(s, STR("yes"));
}

static err move_member(struct moving *x, struct arena *a, const str *f, bool *here)
{
	int64_t joined;
	struct moved_member m = { .address = f[0],
				  .key = STR(""),
				  .name = f[1],
				  .language = f[15].n ? STR("") : f[2],
				  .own_language = STR(""),
				  .joined_at = str_i64(f[10], &joined) ? joined : 0 };
	m.as = (struct member_row){ .delivery = STR("regular"),
				    .off_by = STR(""),
				    .action = STR(""),
				    .own_posts = is_yes(f[6]),
				    .copies = is_yes(f[7]),
				    .acknowledge = is_yes(f[8]),
				    .hidden = is_yes(f[9]),
				    .topics = topics_choice(a, f[12]),
				    .other_topics = is_yes(f[13]),
				    .name = f[1],
				    .own_name = STR(""),
				    .language = STR(""),
				    .follows = is_yes(f[17]) };
	struct arena *whole = x->a;
	*here = false;
	err e = member_option(a, &m.as, STR("delivery"), f[3], f[4]);
	if (!e.kind)
		e = member_option(a, &m.as, STR("action"), f[5], STR(""));
	if (!e.kind)
		e = member_option(a, &m.as, STR("why"), f[11], STR(""));
	if (!e.kind)
		e = member_option(a, &m.as, STR("until"), f[14], STR(""));
	if (!e.kind && f[16].n)
		e = member_option(a, &m.as, STR("form"), f[16], STR(""));
	if (!e.kind)
		e = member_option(a, &m.as, STR("language"), f[15], STR(""));
	if (!e.kind)
		e = member_choose(a, &m.as, f[18]);
	if (e.kind) {
		import_report_note(x->report, "member %.*s is left out: %s", STR_F(f[0]),
				   e.msg);
		return OK;
	}
	x->a = a;
	e = moving_member(x, &m, here);
	x->a = whole;
	return e.kind ? err_in(whole, e.kind, "%s", e.msg) : OK;
}

static err move_members(struct moving *x)
{
	struct moving_count c = { 0 };
	struct records r;
	err e = open_records(x, "members.csv", &r);
	str whole = r.text;
	for (bool more = !e.kind; more;) {
		ARENA(a);
		str f[EXPORT_MEMBER_FIELDS];
		bool here = false;
		more = next_record(a, &r, f, EXPORT_MEMBER_FIELDS);
		if (more)
			e = move_member(x, a, f, &here);
		c.there += more;
		c.here += here;
		more = more && !e.kind;
	}
	moving_unmap(whole);
	import_report_count(x->report, "members", c.there, c.here);
	return e;
}

/* Of one who is in meanwhile nothing is to come. */
static err move_plan(struct moving *x, const str *f, bool *here)
{
	struct address who;
	struct member_row m;
	struct planned_row *all, p = { .list = x->list, .name = f[1] };
	size_t n;
	*here = !address_parse(x->a, f[0], &who).kind && day_read(f[2], &p.first_day)
		&& p.first_day && day_read(f[3], &p.last_day);
	if (!*here) {
		import_report_note(x->report, "%.*s, who is to come, is left out",
				   STR_F(f[0]));
		return OK;
	}
	p.key = address_key(x->a, &who);
	p.address = address_text(x->a, &who);
	err e = member_find(x->books->lists, x->a, x->list, p.key, &m);
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(planned_list(x->books->lists, x->a, x->list, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].key, p.key))
			return OK;
	x->report->written++;
	return planned_put(x->books->lists, &p);
}

static err move_nonmember(struct moving *x, const str *f, bool *here)
{
	return moving_nonmember(x, f[0], f[1], here);
}

static err move_role(struct moving *x, const str *f, bool *here)
{
	*here = false;
	return str_eq(f[0], STR("owner"))       ? moving_role(x, "owner", f[1], here)
	       : str_eq(f[0], STR("moderator")) ? moving_role(x, "moderator", f[1], here)
						: OK;
}

static err move_ban(struct moving *x, const str *f, bool *here)
{
	return moving_ban(x, f[0], f[1], here);
}

static err move_rule(struct moving *x, const str *f, bool *here)
{
	err e = moving_header_row(x, &(struct header_rule_row){ .header = f[0],
								.pattern = f[1],
								.action = f[2],
								.reason = f[3],
								.tag = f[4] });
	if (e.kind && !err_is_passing(e))
		import_report_note(x->report, "header rule %.*s is left out: %s",
				   STR_F(f[0]), e.msg);
	*here = !e.kind;
	return err_is_passing(e) ? e : OK;
}

static err move_records(struct moving *x, const char *file, const char *what,
			err (*one)(struct moving *, const str *, bool *))
{
	struct moving_count c = { 0 };
	struct records r;
	str f[OTHER_FIELDS];
	err e = open_records(x, file, &r);
	str whole = r.text;
	while (!e.kind && next_record(x->a, &r, f, OTHER_FIELDS)) {
		bool here;
		e = one(x, f, &here);
		c.there++;
		c.here += !e.kind && here;
	}
	moving_unmap(whole);
	import_report_count(x->report, what, c.there, c.here);
	return e;
}

/* NAME.txt, NAME.LANGUAGE.txt */
static err move_templates(struct moving *x)
{
	str *names, text, at = path_of(x, STR("templates"));
	size_t n;
	TRY(moving_names(x, at, false, &names, &n));
	for (size_t i = 0; i < n; i++) {
		str name = names[i], language = STR("");
		if (!str_ends(name, STR(".txt")))
			continue;
		name.n -= 4;
		TRY(moving_text(x, arena_cat(x->a, at, STR("/"), names[i]), &text));
		(void)str_cut(name, '.', &name, &language);
		TRY(moving_template(x, names[i], name, language, text, STR("")));
	}
	return OK;
}

static err move_list(struct moving *x)
{
	TRY(move_settings(x));
	TRY(move_members(x));
	TRY(move_records(x, "coming.csv", "memberships to come", move_plan));
	TRY(move_records(x, "nonmembers.csv", "nonmembers with an action",
			 move_nonmember));
	TRY(move_records(x, "roles.csv", "roles", move_role));
	TRY(move_records(x, "bans.csv", "bans", move_ban));
	TRY(move_records(x, "rules.csv", "header rules", move_rule));
	return move_templates(x);
}

static err move_all(struct moving *x)
{
	struct stat s;
	x->address = arena_lower(x->a, x->name);
	if (stat(arena_z(x->a, path_of(x, STR("settings.txt"))), &s))
		return err_in(
			x->a, ERR_NOTFOUND,
			"%s: no settings.txt: DIR is what postern list export wrote",
			x->dir);
	TRY(moving_in_transaction(x, move_list));
	return moving_mbox(x, path_of(x, STR("archive.mbox")), STR(""), STR(""));
}

err own_import(struct books *books, struct arena *a, const char *folder,
	       const char *address, const struct actor *by, struct import_report *r)
{
	(void)a;
	return moving_list(books, r, by,
			   &(struct moving){ .from = "Postern",
					     .word = "postern",
					     .dir = folder,
					     .name = str_from(address) },
			   move_all);
}
