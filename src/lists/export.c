#include "lists/export.h"

#include "archive/export.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/file.h"
#include "lists/roster.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/ban.h"
#include "store/lists/header_rule.h"
#include "store/lists/held.h"
#include "store/lists/member.h"
#include "store/lists/nonmember.h"
#include "store/lists/person.h"
#include "store/lists/planned.h"
#include "store/lists/role.h"
#include "store/lists/template.h"

#include <errno.h>
#include <fcntl.h>

enum { BATCH = 1000, FILE_MODE = 0640, FOLDER_MODE = 0750 };

struct job {
	struct books *books;
	struct arena *a;
	const struct list_entry *list;
	const char *folder;
};

static const char *path_of(const struct job *x, str name)
{
	return arena_z(x->a, arena_cat(x->a, str_from(x->folder), STR("/"), name));
}

static err write_file(const struct job *x, const char *name, const struct buf *b)
{
	return file_write(x->a, path_of(x, str_from(name)), FILE_MODE, buf_str(b));
}

static void add_value(struct buf *b, str value)
{
	for (size_t i = 0; i < value.n; i++) {
		buf_add_char(b, value.p[i]);
		if (value.p[i] == '\n')
			buf_add_char(b, '\t');
	}
}

static err write_settings(const struct job *x)
{
	struct settings s;
	size_t n;
	const struct setting_def *def = setting_defs(&n);
	BUF(b);
	TRY(settings_load(x->books->lists, x->a, x->list->id, &s));
	buf_cat(&b, STR("# "), x->list->address, STR("\n"));
	for (size_t i = 0; i < n; i++) {
		str value = setting_text(x->a, &s, &def[i]);
		bool usual = str_eq(value, str_from(def[i].standard));
		buf_cat(&b, usual ? STR("# ") : STR(""), str_from(def[i].key),
			STR(" = "));
		add_value(&b, value);
		buf_add_char(&b, '\n');
	}
	return write_file(x, "settings.txt", &b);
}

static void add_record(struct buf *b, const str *fields, size_t n)
{
	ARENA(a);
	for (size_t i = 0; i < n; i++)
		buf_cat(b, i ? STR(",") : STR(""),
			csv_wants_quotes(fields[i]) ? csv_quoted(a, fields[i])
						    : fields[i]);
	buf_add_char(b, '\n');
}

static str yes_or_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

static str day_or_none(struct arena *a, int64_t day)
{
	return day ? date_day(a, day) : STR("");
}

static err add_member(const struct job *x, struct arena *a, struct buf *b,
		      const struct member_row *m)
{
	struct person_row p;
	TRY(person_get(x->books->lists, a, m->person, &p));
	str fields[EXPORT_MEMBER_FIELDS] = {
		m->text,
		m->name,
		m->language.n ? m->language : p.language,
		m->delivery,
		m->off_by,
		m->action,
		yes_or_no(m->own_posts),
		yes_or_no(m->copies),
		yes_or_no(m->acknowledge),
		yes_or_no(m->hidden),
		arena_printf(a, "%lld", (long long)m->joined_at),
		m->off_why,
		topics_shown(a, m->topics),
		yes_or_no(m->other_topics),
		day_or_none(a, m->last_day),
	};
	roster_cells(a, m, fields + EXPORT_MEMBER_FIELDS - ROSTER_LEVEL_CELLS);
	add_record(b, fields, EXPORT_MEMBER_FIELDS);
	return OK;
}

static err write_members(const struct job *x, int64_t *count)
{
	BUF(b);
	int64_t after = 0;
	size_t n = BATCH;
	*count = 0;
	buf_add(&b, STR(EXPORT_MEMBERS "\n"));
	while (n == BATCH) {
		ARENA(a);
		struct member_row *m;
		TRY(member_list(x->books->lists, a, x->list->id, after, BATCH, &m, &n));
		for (size_t i = 0; i < n; i++)
			TRY(add_member(x, a, &b, &m[i]));
		after = n ? m[n - 1].id : after;
		*count += (int64_t)n;
	}
	return write_file(x, "members.csv", &b);
}

/* Who is no member: yet, or not at all. */
static err write_others(const struct job *x)
{
	struct planned_row *plan;
	struct nonmember_row *other;
	size_t n;
	BUF(b);
	buf_add(&b, STR("address,name,from,until\n"));
	TRY(planned_list(x->books->lists, x->a, x->list->id, &plan, &n));
	for (size_t i = 0; i < n; i++)
		add_record(&b,
			   (str[]){ plan[i].address, plan[i].name,
				    day_or_none(x->a, plan[i].first_day),
				    day_or_none(x->a, plan[i].last_day) },
			   4);
	TRY(write_file(x, "coming.csv", &b));
	buf_clear(&b);
	buf_add(&b, STR("address,action\n"));
	TRY(nonmember_list(x->books->lists, x->a, x->list->id, &other, &n));
	for (size_t i = 0; i < n; i++)
		add_record(&b, (str[]){ other[i].key, other[i].action }, 2);
	return write_file(x, "nonmembers.csv", &b);
}

static err write_people(const struct job *x)
{
	struct role_row *role;
	struct ban_row *ban;
	struct header_rule_row *rule;
	size_t n;
	BUF(b);
	buf_add(&b, STR("role,address,name\n"));
	TRY(role_list(x->books->lists, x->a, x->list->id, &role, &n));
	for (size_t i = 0; i < n; i++)
		add_record(&b, (str[]){ role[i].role, role[i].text, role[i].name }, 3);
	TRY(write_file(x, "roles.csv", &b));
	buf_clear(&b);
	buf_add(&b, STR("pattern,reason\n"));
	TRY(ban_list(x->books->lists, x->a, x->list->id, &ban, &n));
	for (size_t i = 0; i < n; i++)
		add_record(&b, (str[]){ ban[i].pattern, ban[i].reason }, 2);
	TRY(write_file(x, "bans.csv", &b));
	buf_clear(&b);
	buf_add(&b, STR("header,pattern,action,reason,tag\n"));
	TRY(header_rule_list(x->books->lists, x->a, x->list->id, &rule, &n));
	for (size_t i = 0; i < n; i++)
		add_record(&b,
			   (str[]){ rule[i].header, rule[i].pattern, rule[i].action,
				    rule[i].reason, rule[i].tag },
			   5);
	return write_file(x, "rules.csv", &b);
}

static err write_templates(const struct job *x)
{
	struct template_row *t;
	size_t n;
	TRY(file_mkdir(x->a, path_of(x, STR("templates")), FOLDER_MODE));
	struct template_scope of = { .list = x->list->id };
	TRY(template_list(x->books->lists, x->a, &of, &t, &n));
	for (size_t i = 0; i < n; i++) {
		str name = arena_cat(x->a, STR("templates/"), t[i].name,
				     t[i].language.n ? STR(".") : STR(""), t[i].language,
				     STR(".txt"));
		TRY(file_write(x->a, path_of(x, name), FILE_MODE, t[i].text));
	}
	return OK;
}

/* Of any size, a piece at a time. */
static err write_archive(const struct job *x)
{
	struct export_job job;
	bool done = false;
	const char *path = path_of(x, STR("archive.mbox"));
	FD_AUTO fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return err_in(x->a, ERR_IO, "%s: %s", path, strerror(errno));
	export_list(&job, x->list->id);
	while (!done) {
		ARENA(a);
		str piece;
		TRY(export_next(&job, x->books->archive, a, &piece, &done));
		TRY(file_write_all(x->a, fd, piece));
	}
	return OK;
}

err list_export(struct books *books, struct arena *a, const struct list_entry *list,
		const char *folder, struct export_counts *counts)
{
	const struct job x = { books, a, list, folder };
	struct export_counts c;
	TRY(file_mkdir(a, folder, FOLDER_MODE));
	TRY(write_settings(&x));
	TRY(write_members(&x, &c.members));
	TRY(write_others(&x));
	TRY(write_people(&x));
	TRY(write_templates(&x));
	TRY(write_archive(&x));
	TRY(held_count(books->lists, list->id, &c.waiting));
	*counts = c;
	return OK;
}
