#include "cli/cmd_member_record.h"

#include "base/csv.h"
#include "base/file.h"
#include "lists/members.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/planned.h"

#include <stdio.h>

/* ---- reading */

/* No option: it is dealt with by name, or export writes it and import reads it to no
 * effect: who came when, and by whose hand delivery is off, is no file's to say. */
static bool is_no_option(str column)
{
	static const char *const words[] = { "name", "from", "until", "joined",
					     "off_by" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(column, str_from(words[i])))
			return true;
	return false;
}

static err check_columns(struct record_file *f)
{
	struct member_row none = { 0 };
	for (size_t i = 1; i < f->column_count; i++) {
		ARENA(a);
		if (is_no_option(f->columns[i]))
			continue;
		err e = member_option(a, &none, f->columns[i], STR("no"), STR(""));
		if (e.kind && str_starts(str_from(e.msg), STR("no option")))
			return err_in(f->c->a, ERR_SYNTAX, "a column of members: %s",
				      e.msg);
	}
	return OK;
}

/* The first record, where it names columns. */
static void read_head(struct record_file *f)
{
	str fields[RECORD_COLUMNS_MAX], raw, rest = f->text;
	bool some;
	f->columns[0] = STR("address");
	f->columns[1] = STR("name");
	f->column_count = 2;
	do
		some = csv_record(f->c->a, &rest, fields, RECORD_COLUMNS_MAX, &raw);
	while (some && !cli_is_to_read(&raw));
	if (!some || !str_ieq(fields[0], STR("address")))
		return;
	f->rest = rest;
	size_t n = 0;
	for (; n < RECORD_COLUMNS_MAX && fields[n].n; n++)
		f->columns[n] = arena_lower(f->c->a, fields[n]);
	f->column_count = n;
	for (size_t i = 1; i < n; i++)
		f->has_more = f->has_more || !str_eq(f->columns[i], STR("name"));
}

err record_file_open(struct record_file *f, struct cli *c, enum books_mode mode)
{
	bool file = c->arg_count > 1 && strcmp(c->args[1], "-");
	f->c = c;
	TRY(cli_open_list(c, mode, &f->books, &f->list));
	TRY(file ? file_read(c->a, c->args[1], CLI_INPUT_MAX, &f->text)
		 : cli_stdin(c, CLI_INPUT_MAX, &f->text));
	f->rest = f->text;
	read_head(f);
	return check_columns(f);
}

static str field(const struct record_file *f, const str *fields, str column)
{
	for (size_t i = 1; i < f->column_count; i++)
		if (str_eq(f->columns[i], column))
			return fields[i];
	return STR("");
}

static err read_day(struct record_file *f, const str *fields, str column, int64_t *day)
{
	str text = field(f, fields, column);
	return day_read(text, day)
		       ? OK
		       : err_in(f->c->a, ERR_SYNTAX,
				"%.*s: \"%.*s\" is no day; write 2026-12-31",
				STR_F(fields[0]), STR_F(cli_shown(f->c->a, text)));
}

static err set_options(const struct record_file *f, struct arena *a, const str *fields,
		       struct member_row *m)
{
	for (size_t i = 1; i < f->column_count; i++)
		if (fields[i].n && !is_no_option(f->columns[i]))
			TRY(member_option(a, m, f->columns[i], fields[i],
					  STR("moderator")));
	return OK;
}

/* All that can be wrong with it, before anything is done. */
static err read_columns(struct record_file *f, struct arena *a, const str *fields,
			struct record *r)
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

static err read_line(struct record_file *f, struct arena *a, str raw, struct mailbox *who)
{
	struct mailbox *m;
	size_t n;
	TRY(address_list(a, raw, &m, &n));
	if (n != 1 || !m[0].address.domain.n)
		return err_in(a, ERR_SYNTAX, "\"%.*s\" is not one address",
			      STR_F(cli_shown(f->c->a, raw)));
	*who = m[0];
	return OK;
}

bool record_next(struct record_file *f, struct arena *a, struct record *r, err *e)
{
	str fields[RECORD_COLUMNS_MAX], raw;
	while (csv_record(a, &f->rest, fields, RECORD_COLUMNS_MAX, &raw)) {
		if (!cli_is_to_read(&raw))
			continue;
		f->records++;
		*r = (struct record){ .fields = NULL };
		*e = address_parse(a, fields[0], &r->who.address).kind
			     ? read_line(f, a, raw, &r->who)
			     : read_columns(f, a, fields, r);
		return true;
	}
	return false;
}

/* ---- adding */

/* One that is to begin has its last day, and no options yet. */
static err give_options(struct record_file *f, struct arena *a, const struct record *r)
{
	struct member_row m;
	err e = member_find(f->books->lists, a, f->list->id,
			    address_key(a, &r->who.address), &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(set_options(f, a, r->fields, &m));
	return member_change(f->books->lists, &m);
}

static err admit(struct record_file *f, struct arena *a, const struct record *r)
{
	TRY(member_admit_for(f->books, a, f->list, &r->who, &r->term, false, &cli_actor));
	return give_options(f, a, r);
}

err record_admit(struct record_file *f, struct arena *a, const struct record *r)
{
	if (!r->fields)
		return member_admit(f->books, a, f->list, &r->who, false, &cli_actor);
	TRY(book_part(f->books->lists));
	return book_part_end(f->books->lists, admit(f, a, r));
}

/* ---- writing */

static str yes_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

static str day_or_none(struct arena *a, int64_t day)
{
	return day ? date_day(a, day) : STR("");
}

/* An address needs quotes where its local part has some; a name has them in any case, as
 * it always had. */
static void print_cells(struct arena *a, const str *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str cell = cli_shown(a, cells[i]);
		if (i == 1 || csv_wants_quotes(cell))
			cell = csv_quoted(a, cell);
		printf("%s%.*s", i ? "," : "", STR_F(cell));
	}
	putchar('\n');
}

enum {
	OUT_ADDRESS,
	OUT_NAME,
	OUT_DELIVERY,
	OUT_OFF_BY,
	OUT_WHY,
	OUT_ACTION,
	OUT_OWN_POSTS,
	OUT_COPIES,
	OUT_ACKNOWLEDGE,
	OUT_HIDDEN,
	OUT_TOPICS,
	OUT_OTHER_TOPICS,
	OUT_FROM,
	OUT_UNTIL,
	OUT_COLUMNS
};

void record_head(void)
{
	puts("address,name,delivery,off_by,why,action,own_posts,copies,acknowledge,"
	     "hidden,topics,other_topics,from,until");
}

void record_print(struct arena *a, const struct member_row *m)
{
	const str cells[OUT_COLUMNS] = {
		[OUT_ADDRESS] = m->text,
		[OUT_NAME] = m->name,
		[OUT_DELIVERY] = m->delivery,
		[OUT_OFF_BY] = m->off_by,
		[OUT_WHY] = m->off_why,
		[OUT_ACTION] = m->action,
		[OUT_OWN_POSTS] = yes_no(m->own_posts),
		[OUT_COPIES] = yes_no(m->copies),
		[OUT_ACKNOWLEDGE] = yes_no(m->acknowledge),
		[OUT_HIDDEN] = yes_no(m->hidden),
		[OUT_TOPICS] = topics_shown(a, m->topics),
		[OUT_OTHER_TOPICS] = yes_no(m->other_topics),
		[OUT_UNTIL] = day_or_none(a, m->last_day),
	};
	print_cells(a, cells, OUT_COLUMNS);
}

err record_print_planned(struct books *books, struct arena *a, int64_t list)
{
	struct planned_row *all;
	size_t n;
	TRY(planned_list(books->lists, a, list, &all, &n));
	for (size_t i = 0; i < n; i++) {
		const str cells[OUT_COLUMNS] = {
			[OUT_ADDRESS] = all[i].address,
			[OUT_NAME] = all[i].name,
			[OUT_FROM] = date_day(a, all[i].first_day),
			[OUT_UNTIL] = day_or_none(a, all[i].last_day),
		};
		print_cells(a, cells, OUT_COLUMNS);
	}
	return OK;
}
