/* Members in a file, a record at a time. */
#include "lists/roster.h"

#include "base/clock.h"
#include "base/csv.h"
#include "lists/members.h"
#include "lists/member_choice.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/person.h"

enum { DAY = 86400 };

void roster_cells(struct arena *a, const struct member_row *m, str *cells)
{
	cells[0] = m->language;
	cells[1] = str_eq(m->delivery, STR("off")) ? m->form : STR("");
	cells[2] = m->follows ? STR("yes") : STR("no");
	cells[3] = member_chosen(a, m);
}

/* ---- reading */

/* Trims a record; false: it is empty, or a remark behind #. */
static bool is_to_read(str *raw)
{
	*raw = str_trim(*raw);
	return raw->n && raw->p[0] != '#';
}

/* No option: it is dealt with by name, or export writes it and import reads it to no
 * effect: who came when, and by whose hand delivery is off, is no file's to say. */
static bool is_no_option(str column)
{
	static const char *const words[] = { "name",   "from",    "until", "joined",
					     "off_by", "follows", "chosen" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(column, str_from(words[i])))
			return true;
	return false;
}

static err check_columns(struct roster_file *f)
{
	struct member_row none = { 0 };
	for (size_t i = 1; i < f->column_count; i++) {
		ARENA(a);
		if (is_no_option(f->columns[i]))
			continue;
		err e = member_option(a, &none, f->columns[i], STR("no"), STR(""));
		if (e.kind && str_starts(str_from(e.msg), STR("no option")))
			return err_in(f->a, ERR_SYNTAX, "a column of members: %s", e.msg);
	}
	return OK;
}

/* The first record, where it names columns. */
static void read_head(struct roster_file *f)
{
	str fields[ROSTER_COLUMNS_MAX], raw, rest = f->text;
	bool some;
	f->columns[0] = STR("address");
	f->columns[1] = STR("name");
	f->column_count = 2;
	do
		some = csv_record(f->a, &rest, fields, ROSTER_COLUMNS_MAX, &raw);
	while (some && !is_to_read(&raw));
	if (!some || !str_ieq(fields[0], STR("address")))
		return;
	f->rest = rest;
	f->named = true;
	size_t n = 0;
	for (; n < ROSTER_COLUMNS_MAX && fields[n].n; n++)
		f->columns[n] = arena_lower(f->a, fields[n]);
	f->column_count = n;
	for (size_t i = 1; i < n; i++)
		f->has_more = f->has_more || !str_eq(f->columns[i], STR("name"));
}

err roster_open(struct roster_file *f, struct books *books, struct arena *a,
		const struct list_entry *list, str text)
{
	if (str_starts(text, STR("\xef\xbb\xbf"))) /* as table programs write */
		text = str_skip(text, 3);
	*f = (struct roster_file){
		.books = books, .a = a, .list = list, .text = text, .rest = text
	};
	read_head(f);
	return check_columns(f);
}

static str field(const struct roster_file *f, const str *fields, str column)
{
	for (size_t i = 1; i < f->column_count; i++)
		if (str_eq(f->columns[i], column))
			return fields[i];
	return STR("");
}

static err read_day(struct roster_file *f, const str *fields, str column, int64_t *day)
{
	str text = field(f, fields, column);
	return day_read(text, day) ? OK
				   : err_in(f->a, ERR_SYNTAX,
					    "%.*s: \"%.*s\" is no day; write 2026-12-31",
					    STR_F(str_first(fields[0], 100)),
					    STR_F(str_first(text, 40)));
}

/* Who is off already stays so, by the same hand; and where delivery says how posts come, form
 * has no word beside it. */
static bool is_passed_over(const struct roster_file *f, const str *fields, size_t i,
			   const struct member_row *m)
{
	str delivery = field(f, fields, STR("delivery"));
	bool off = str_eq(delivery, STR("off"));
	return !fields[i].n || is_no_option(f->columns[i])
	       || (str_eq(f->columns[i], STR("delivery")) && off
		   && str_eq(m->delivery, STR("off")))
	       || (str_eq(f->columns[i], STR("form")) && delivery.n && !off);
}

/* Whose membership is the person's is reached where they prefer; so is this one, unless they
 * prefer another address here. */
static err set_follows(const struct roster_file *f, struct arena *a, const str *fields,
		       struct member_row *m)
{
	str word = field(f, fields, STR("follows"));
	struct person_row p;
	if (word.n && !str_eq(word, STR("yes")) && !str_eq(word, STR("no")))
		return err_in(a, ERR_SYNTAX, "follows = %.*s: it takes yes or no",
			      STR_F(str_first(word, 40)));
	if (!word.n || !m->id)
		return OK;
	TRY(person_get(f->books->lists, a, m->person, &p));
	m->follows = str_eq(word, STR("yes"))
		     && (!p.preferred || p.preferred == m->address);
	return OK;
}

static err set_options(const struct roster_file *f, struct arena *a, const str *fields,
		       struct member_row *m)
{
	for (size_t i = 1; i < f->column_count; i++)
		if (!is_passed_over(f, fields, i, m))
			TRY(member_option(a, m, f->columns[i], fields[i],
					  STR("moderator")));
	TRY(set_follows(f, a, fields, m));
	return member_choose(a, m, field(f, fields, STR("chosen")));
}

/* All that can be wrong with it, before anything is done. */
static err read_columns(struct roster_file *f, struct arena *a, const str *fields,
			struct roster_record *r)
{
	struct member_row none = { .list = f->list->id };
	r->who.name = field(f, fields, STR("name"));
	if (!f->has_more)
		return OK;
	TRY(read_day(f, fields, STR("from"), &r->term.first));
	TRY(read_day(f, fields, STR("until"), &r->term.last));
	TRY(set_options(f, a, fields, &none));
	str *kept = arena_alloc(a, f->column_count * sizeof *kept);
	memcpy(kept, fields, f->column_count * sizeof *kept);
	r->fields = kept;
	return none.topics.n ? topics_check_names(f->books->lists, a, f->list->id,
						  none.topics, STR(""))
			     : OK;
}

static err read_line(struct arena *a, str raw, struct mailbox *who)
{
	struct mailbox *m;
	size_t n;
	TRY(address_list(a, raw, &m, &n));
	if (n != 1 || !m[0].address.domain.n)
		return err_in(a, ERR_SYNTAX, "\"%.*s\" is not one address",
			      STR_F(str_first(raw, 100)));
	*who = m[0];
	return OK;
}

err roster_record_of(struct roster_file *f, struct arena *a, const str *fields,
		     struct roster_record *r)
{
	*r = (struct roster_record){ .fields = NULL };
	TRY(address_parse(a, fields[0], &r->who.address));
	return read_columns(f, a, fields, r);
}

bool roster_next(struct roster_file *f, struct arena *a, struct roster_record *r, err *e)
{
	str fields[ROSTER_COLUMNS_MAX], raw;
	while (csv_record(a, &f->rest, fields, ROSTER_COLUMNS_MAX, &raw)) {
		if (!is_to_read(&raw))
			continue;
		f->records++;
		*r = (struct roster_record){ .fields = NULL };
		*e = address_parse(a, fields[0], &r->who.address).kind
			     ? read_line(a, raw, &r->who)
			     : read_columns(f, a, fields, r);
		return true;
	}
	return false;
}

/* ---- one who is a member */

static bool is_same(const struct member_row *x, const struct member_row *y)
{
	return str_eq(x->delivery, y->delivery) && str_eq(x->off_by, y->off_by)
	       && str_eq(x->off_why, y->off_why) && str_eq(x->action, y->action)
	       && x->own_posts == y->own_posts && x->copies == y->copies
	       && x->acknowledge == y->acknowledge && x->hidden == y->hidden
	       && str_eq(x->topics, y->topics) && x->other_topics == y->other_topics
	       && x->last_day == y->last_day && str_eq(x->own_name, y->own_name)
	       && str_eq(x->form, y->form) && str_eq(x->language, y->language)
	       && x->follows == y->follows && x->own == y->own && !(y->pinned & ~x->own);
}

/* Whose hand it was is kept where delivery is off already, and a name where it is the
 * person's own. */
err roster_differs(const struct roster_file *f, struct arena *a,
		   const struct roster_record *r, struct member_row *m, bool *differs)
{
	struct member_row was = *m;
	str name = f->named ? str_trim(r->who.name) : STR("");
	if (r->fields)
		TRY(set_options(f, a, r->fields, m));
	if (member_reads_digests(was.delivery) && str_eq(m->delivery, STR("regular")))
		TRY(member_choice_check(f->books->lists, a, m));
	if (!str_eq(m->delivery, STR("off")))
		m->off_why = STR("");
	if (name.n && !str_eq(name, was.name))
		TRY(member_option(a, m, STR("name"), name, STR("moderator")));
	if (r->term.last)
		m->last_day = r->term.last;
	*differs = !is_same(&was, m);
	return *differs && m->last_day != was.last_day && m->last_day + DAY <= clock_now()
		       ? err_in(a, ERR_SYNTAX, "%.*s: %.*s, the last day, is over",
				STR_F(m->text), STR_F(date_day(a, m->last_day)))
		       : OK;
}
