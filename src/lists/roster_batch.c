#include "lists/roster_batch.h"

#include "account/account.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"
#include "lists/roster_those.h"

#include <jansson.h>

static const char *const verbs[] = {
	[ROSTER_ADD] = "add", [ROSTER_CHANGE] = "change", [ROSTER_REMOVE] = "remove"
};

/* ---- making one */

struct writing {
	const struct roster_file *file;
	const struct roster_act *next;
	struct batch_row row;
	json_t *shown;
	size_t part_size;
};

static void add_cell(struct buf *b, struct arena *a, str cell)
{
	buf_cat(b, STR(","), csv_wants_quotes(cell) ? csv_quoted(a, cell) : cell);
}

static void add_act(const struct writing *x, struct buf *b, struct arena *a,
		    const struct roster_act *act)
{
	const struct roster_record *r = act->record;
	buf_add(b, str_from(verbs[act->verb]));
	add_cell(b, a, act->address);
	if (r && !r->fields)
		add_cell(b, a, r->who.name);
	for (size_t i = 1; r && r->fields && i < x->file->column_count; i++)
		add_cell(b, a, r->fields[i]);
	buf_add(b, STR("\n"));
}

static void name_act(const struct writing *x, const struct roster_act *act)
{
	json_t *names = json_object_get(x->shown, verbs[act->verb]);
	if (json_array_size(names) < BATCH_SHOWN)
		json_array_append_new(names,
				      json_stringn(act->address.p, act->address.n));
}

static err write_part(struct writing *x)
{
	ARENA(a);
	BUF(text);
	for (size_t i = 0; x->next && i < x->part_size; i++, x->next = x->next->next) {
		add_act(x, &text, a, x->next);
		name_act(x, x->next);
	}
	return batch_part_add(x->file->books->lists, x->row.id, ++x->row.parts,
			      buf_str(&text));
}

static str columns_of(const struct roster_file *f)
{
	BUF(b);
	for (size_t i = 0; i < f->column_count; i++)
		buf_cat(&b, i ? STR(",") : STR(""), f->columns[i]);
	return arena_copy(f->a, buf_str(&b));
}

static err write_all(struct writing *x)
{
	struct book *lists = x->file->books->lists;
	TRY(batch_replace(lists, &x->row));
	while (x->next)
		TRY(write_part(x));
	char *text = json_dumps(x->shown, JSON_COMPACT);
	x->row.shown = str_from(text ? text : "{}");
	x->row.state = STR("shown");
	err e = batch_put(lists, &x->row);
	free(text);
	return e;
}

err batch_make(const struct roster_file *f, enum roster_kind kind,
	       const struct roster_plan *plan, bool notice, const struct actor *by,
	       int64_t *id)
{
	struct writing x = {
		.file = f,
		.next = plan->first,
		.part_size = notice ? BATCH_PART_MAILING : BATCH_PART,
		.shown = json_object(),
		.row = { .list = f->list->id,
			 .kind = roster_kind_word(kind),
			 .notice = notice,
			 .columns = columns_of(f),
			 .person = by->person,
			 .actor = by->name,
			 .made_at = clock_now(),
			 .to_add = (int64_t)plan->to_add,
			 .to_change = (int64_t)plan->to_change,
			 .to_remove = (int64_t)plan->to_remove,
			 .kept = (int64_t)plan->kept },
	};
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		json_object_set_new(x.shown, verbs[i], json_array());
	err e = write_all(&x);
	json_decref(x.shown);
	if (!e.kind)
		*id = x.row.id;
	return e;
}

/* ---- beginning, or not */

static err find(struct books *books, struct arena *a, const struct list_entry *list,
		int64_t id, struct batch_row *row)
{
	TRY(batch_get(books->lists, a, list->id, id, row));
	return str_eq(row->state, STR("shown"))
		       ? OK
		       : FAIL(ERR_DENIED, "that was begun before");
}

static err begin(struct books *books, struct arena *a, struct batch_row *row,
		 const struct list_entry *list, const struct actor *by)
{
	row->state = STR("running");
	row->person = by->person;
	row->actor = by->name;
	TRY(batch_put(books->lists, row));
	bool those = batch_is_those(row);
	str what = those ? batch_those_words(a, row) : row->kind;
	return books_audit(
		books, by, list->id,
		those ? STR("many members at once") : STR("members from a file"),
		arena_printf(a, "%.*s%s%lld to add, %lld to change, %lld to remove",
			     STR_F(what), what.n ? ": " : "", (long long)row->to_add,
			     (long long)row->to_change, (long long)row->to_remove));
}

err batch_begin(struct books *books, struct arena *a, const struct list_entry *list,
		int64_t id, const struct actor *by)
{
	struct batch_row row;
	bool mine;
	TRY(find(books, a, list, id, &row));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, begin(books, a, &row, list, by));
}

err batch_drop(struct books *books, struct arena *a, const struct list_entry *list,
	       int64_t id)
{
	struct batch_row row;
	TRY(find(books, a, list, id, &row));
	return batch_remove(books->lists, id);
}

static err stop(struct books *books, struct batch_row *row, const struct actor *by)
{
	row->state = STR("done"); /* with parts that are left */
	TRY(batch_put(books->lists, row));
	log_info("members-stopped", KN("list", row->list), KN("batch", row->id),
		 KS("by", by->name));
	return books_audit(books, by, row->list,
			   batch_is_those(row) ? STR("many members at once, stopped")
					       : STR("file of members stopped"),
			   row->kind);
}

err batch_stop(struct books *books, struct arena *a, const struct list_entry *list,
	       int64_t id, const struct actor *by)
{
	struct batch_row row;
	bool mine;
	TRY(batch_get(books->lists, a, list->id, id, &row));
	if (!str_eq(row.state, STR("running")))
		return FAIL(ERR_DENIED, "that does not run");
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, stop(books, &row, by));
}

/* ---- going on */

struct running {
	struct books *books;
	struct arena *a;
	struct batch_row row;
	struct roster_file file;
	const struct list_entry *list;
	struct assignment set[THOSE_SET]; /* of members that fit */
	size_t set_count;
	json_t *refused;
};

static void refuse(struct running *x, str address, err e)
{
	x->row.refused++;
	if (json_array_size(x->refused) < BATCH_REFUSED)
		json_array_append_new(
			x->refused,
			json_string(arena_z(x->a, arena_printf(x->a, "%.*s: %s",
							       STR_F(address), e.msg))));
}

static err count(struct running *x, enum roster_verb did, str address, err e)
{
	if (err_is_passing(e))
		return e;
	if (e.kind == ERR_NOTFOUND && (did == ROSTER_REMOVE || x->set_count))
		return OK; /* left meanwhile */
	if (e.kind)
		refuse(x, address, e);
	else if (did == ROSTER_ADD)
		x->row.added++;
	else if (did == ROSTER_CHANGE)
		x->row.changed++;
	else
		x->row.removed++;
	return OK;
}

static err do_record(struct running *x, const str *fields)
{
	ARENA(a);
	struct roster_record r;
	struct roster_act act = { ROSTER_REMOVE, fields[1], NULL, NULL };
	enum roster_verb did = ROSTER_REMOVE;
	struct actor by = { x->row.person, x->row.actor, STR("page") };
	if (x->set_count)
		return count(x, ROSTER_CHANGE, fields[1],
			     member_configure(x->books, a, x->list, fields[1], x->set,
					      x->set_count, &by));
	if (!str_eq(fields[0], STR("remove"))) {
		err e = roster_record_of(&x->file, a, fields + 1, &r);
		act.record = &r;
		if (e.kind) /* as a topic that is gone since */
			return count(x, did, fields[1], e);
	}
	err e = roster_do(&x->file, a, &act, x->row.notice, &by, &did);
	return count(x, did, fields[1], e);
}

static err do_part(struct running *x, str text)
{
	str fields[ROSTER_COLUMNS_MAX + 1], raw;
	TRY(roster_begin(&x->file, x->a));
	while (csv_record(x->a, &text, fields, ROSTER_COLUMNS_MAX + 1, &raw))
		TRY(do_record(x, fields));
	return OK;
}

static err finish_part(struct running *x, int64_t part, bool found)
{
	json_t *shown = json_loadb(x->row.shown.p, x->row.shown.n, 0, NULL);
	json_object_set(shown, "refused", x->refused);
	char *text = json_dumps(shown, JSON_COMPACT);
	x->row.shown = arena_copy(x->a, str_from(text ? text : "{}"));
	free(text);
	json_decref(shown);
	if (!found)
		x->row.state = STR("done");
	else
		TRY(batch_part_remove(x->books->lists, x->row.id, part));
	return batch_put(x->books->lists, &x->row);
}

/* As an order is asked when it is filed: a file may run for hours. */
static err still_may(struct running *x, const struct list_entry *list, bool *may)
{
	struct viewer v = { 0 };
	struct settings s;
	*may = true;
	if (!x->row.person)
		return OK;
	TRY(settings_load(x->books->lists, x->a, list->id, &s));
	struct right_list of = settings_rights(&s);
	err e = account_viewer(x->a, x->books->lists, x->row.person, list->id, &v);
	*may = !e.kind && right_may(&v, RIGHT_members_set, &of);
	return err_is_passing(e) ? e : OK;
}

/* The columns again, as a file that has no more than its first line; members that fit have
 * none. */
static err next_part(struct running *x)
{
	int64_t part;
	str text;
	bool found, may;
	const struct list_entry *list = addressbook_list_by_id(x->books->addresses,
							       x->row.list);
	if (!list)
		return batch_remove(x->books->lists, x->row.id);
	TRY(still_may(x, list, &may));
	if (!may)
		return stop(x->books, &x->row, &(struct actor){ .name = x->row.actor });
	x->list = list;
	if (batch_is_those(&x->row))
		batch_those_set(x->a, &x->row, x->set, &x->set_count);
	TRY(roster_open(&x->file, x->books, x->a, list,
			batch_is_those(&x->row) ? STR("") : x->row.columns));
	TRY(batch_part_first(x->books->lists, x->a, x->row.id, &part, &text, &found));
	if (found)
		TRY(do_part(x, text));
	return finish_part(x, part, found);
}

static err run_part(struct running *x)
{
	bool mine;
	json_t *shown = json_loadb(x->row.shown.p, x->row.shown.n, 0, NULL);
	x->refused = json_incref(json_object_get(shown, "refused"));
	if (!x->refused)
		x->refused = json_array();
	json_decref(shown);
	TRY(book_join(x->books->lists, &mine));
	err e = book_leave(x->books->lists, mine, next_part(x));
	json_decref(x->refused);
	if (!e.kind && str_eq(x->row.state, STR("done")))
		log_info("members-filed", KN("list", x->row.list), KN("batch", x->row.id),
			 KN("added", x->row.added), KN("changed", x->row.changed),
			 KN("removed", x->row.removed), KN("refused", x->row.refused));
	return e;
}

err batch_continue(struct books *books, struct arena *a, int64_t *turn, bool *more)
{
	struct running x = { .books = books, .a = a };
	TRY(batch_running(books->lists, a, *turn, &x.row, more));
	if (!*more)
		return OK;
	*turn = x.row.id;
	TRY(books_refresh(books));
	return run_part(&x);
}
