#include "lists/roster.h"

#include "base/clock.h"
#include "lists/members.h"
#include "store/lists/planned.h"

enum { BATCH = 5000 };

static const struct {
	const char *word;
	bool enters, removes_others;
} kinds[] = {
	[ROSTER_IMPORT] = { "import", true, false },
	[ROSTER_SYNC] = { "sync", true, true },
	[ROSTER_END] = { "remove", false, false },
};

bool roster_kind_read(str word, enum roster_kind *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(word, str_from(kinds[i].word))) {
			*kind = (enum roster_kind)i;
			return true;
		}
	return false;
}

str roster_kind_word(enum roster_kind kind)
{
	return str_from(kinds[kind].word);
}

struct listed { /* a value of the map: what the file says of somebody */
	struct roster_record record;
	bool is_member; /* or is to be one */
	struct listed *next;
};

struct comparison {
	struct roster_file *file;
	enum roster_kind kind;
	struct roster_plan *plan;
	struct listed *first, **end; /* as they stand in the file */
};

static void add_act(struct comparison *x, enum roster_verb verb, str address,
		    const struct roster_record *record)
{
	struct roster_plan *p = x->plan;
	struct roster_act *act = arena_zero(x->file->a, sizeof *act);
	*act = (struct roster_act){ verb, address, record, NULL };
	*p->end = act;
	p->end = &act->next;
	p->to_add += verb == ROSTER_ADD;
	p->to_change += verb == ROSTER_CHANGE;
	p->to_remove += verb == ROSTER_REMOVE;
}

/* ---- what the file says */

static void add_listed(struct comparison *x, const struct roster_record *r)
{
	struct arena *a = x->file->a;
	str key = address_key(a, &r->who.address);
	if (map_get(&x->plan->by_key, key))
		return;
	struct listed *one = arena_zero(a, sizeof *one);
	one->record = *r;
	*x->end = one;
	x->end = &one->next;
	map_set(&x->plan->by_key, key, one);
}

static void add_fault(struct comparison *x, err e)
{
	if (x->plan->wrong++ < ROSTER_FAULTS)
		x->plan->faults[x->plan->wrong - 1] = arena_printf(
			x->file->a, "record %zu: %s", x->file->records, e.msg);
}

static err read_listed(struct comparison *x)
{
	struct roster_record r;
	err e;
	while (roster_next(x->file, x->file->a, &r, &e)) {
		if (err_is_passing(e))
			return e;
		if (x->file->records > ROSTER_RECORDS_MAX)
			return err_in(x->file->a, ERR_SYNTAX,
				      "the file has more than %d records; divide it",
				      ROSTER_RECORDS_MAX);
		if (e.kind)
			add_fault(x, e);
		else
			add_listed(x, &r);
	}
	if (!x->first && !x->plan->wrong)
		return FAIL(ERR_SYNTAX, "the file names nobody; nothing was changed");
	return OK;
}

/* ---- who is a member */

static err compare_one(struct comparison *x, struct arena *a, struct member_row *m)
{
	struct listed *one = map_get(&x->plan->by_key, m->key);
	bool differs = false;
	if (one)
		one->is_member = true;
	if (one && kinds[x->kind].enters) {
		err e = roster_differs(x->file, a, &one->record, m, &differs);
		if (e.kind)
			add_fault(x, e);
	}
	if (one ? !kinds[x->kind].enters : kinds[x->kind].removes_others)
		add_act(x, ROSTER_REMOVE, arena_copy(x->file->a, m->text), NULL);
	else if (differs)
		add_act(x, ROSTER_CHANGE, arena_copy(x->file->a, m->text), &one->record);
	else if (one)
		x->plan->kept++;
	return OK;
}

static err compare_members(struct comparison *x)
{
	int64_t after = 0;
	size_t n = BATCH;
	while (n == BATCH) {
		ARENA(a);
		struct member_row *m;
		TRY(member_list(x->file->books->lists, a, x->file->list->id, after, BATCH,
				&m, &n));
		for (size_t i = 0; i < n; i++)
			TRY(compare_one(x, a, &m[i]));
		after = n ? m[n - 1].id : after;
	}
	return OK;
}

/* Who is to be a member on a day stays so, where the file says that of them, too. */
static err compare_plans(struct comparison *x)
{
	struct planned_row *all;
	size_t n;
	TRY(planned_list(x->file->books->lists, x->file->a, x->file->list->id, &all, &n));
	for (size_t i = 0; i < n; i++) {
		struct listed *one = map_get(&x->plan->by_key, all[i].key);
		bool stays = one && kinds[x->kind].enters
			     && one->record.term.first > clock_now();
		if (one ? !kinds[x->kind].enters : kinds[x->kind].removes_others)
			add_act(x, ROSTER_REMOVE, all[i].address, NULL);
		if (stays)
			x->plan->kept++;
		if (stays || (one && !kinds[x->kind].enters))
			one->is_member = true;
	}
	return OK;
}

/* Who is to go and is not there is as the file wants it. */
static void add_others(struct comparison *x)
{
	for (struct listed *one = x->first; one; one = one->next) {
		if (one->is_member)
			continue;
		if (kinds[x->kind].enters)
			add_act(x, ROSTER_ADD,
				address_text(x->file->a, &one->record.who.address),
				&one->record);
		else
			x->plan->kept++;
	}
}

err roster_compare(struct roster_file *f, enum roster_kind kind, struct roster_plan *plan)
{
	struct comparison x = { .file = f, .kind = kind, .plan = plan };
	*plan = (struct roster_plan){ 0 };
	plan->end = &plan->first;
	x.end = &x.first;
	TRY(read_listed(&x));
	if (plan->wrong)
		return OK;
	TRY(compare_members(&x));
	TRY(compare_plans(&x));
	add_others(&x);
	return OK;
}

void roster_plan_free(struct roster_plan *plan)
{
	map_free(&plan->by_key);
}

/* ---- doing it */

err roster_begin(struct roster_file *f, struct arena *a)
{
	struct member_door *door = arena_zero(a, sizeof *door);
	TRY(member_door_read(f->books, a, f->list, door));
	f->door = door;
	return OK;
}

/* One that is to begin has its last day, and no options yet. */
static err give_options(struct roster_file *f, struct arena *a,
			const struct roster_record *r)
{
	struct member_row m;
	bool differs;
	err e = member_find(f->books->lists, a, f->list->id,
			    address_key(a, &r->who.address), &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(roster_differs(f, a, r, &m, &differs));
	return differs ? member_change(f->books->lists, &m) : OK;
}

static err admit_with(struct roster_file *f, struct arena *a,
		      const struct roster_record *r, const struct actor *by)
{
	TRY(member_admit_for_through(f->books, a, f->list, f->door, &r->who, &r->term,
				     false, by));
	return give_options(f, a, r);
}

static err admit(struct roster_file *f, struct arena *a, const struct roster_record *r,
		 const struct actor *by)
{
	if (!r->fields)
		return member_admit_through(f->books, a, f->list, f->door, &r->who, false,
					    by);
	TRY(book_part(f->books->lists));
	return book_part_end(f->books->lists, admit_with(f, a, r, by));
}

/* Who could not be added, where that is since they are a member: why says so. */
static err change(struct roster_file *f, struct arena *a, const struct roster_record *r,
		  const struct actor *by, err why)
{
	struct member_row m;
	bool differs;
	err e = member_find(f->books->lists, a, f->list->id,
			    address_key(a, &r->who.address), &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? why : e;
	TRY(roster_differs(f, a, r, &m, &differs));
	if (!differs)
		return why;
	TRY(member_change(f->books->lists, &m));
	return books_audit(f->books, by, f->list->id, STR("member changed"), m.key);
}

err roster_enter(struct roster_file *f, struct arena *a, const struct roster_record *r,
		 const struct actor *by, enum roster_verb *did)
{
	struct book *lists = f->books->lists;
	*did = ROSTER_ADD;
	err e = admit(f, a, r, by);
	if (e.kind != ERR_DENIED)
		return e;
	TRY(book_part(lists));
	err changed = book_part_end(lists, change(f, a, r, by, e));
	if (!changed.kind)
		*did = ROSTER_CHANGE;
	return changed;
}

/* A membership, or one that is to begin. */
static err end(struct roster_file *f, struct arena *a, str address, bool goodbye,
	       const struct actor *by)
{
	err e = member_end(f->books, a, f->list, address, goodbye, by);
	if (e.kind != ERR_NOTFOUND)
		return e;
	err plan = member_plan_drop(f->books, a, f->list, address, by);
	return plan.kind == ERR_NOTFOUND ? e : plan;
}

err roster_do(struct roster_file *f, struct arena *a, const struct roster_act *x,
	      bool goodbye, const struct actor *by, enum roster_verb *did)
{
	*did = x->verb;
	return x->record ? roster_enter(f, a, x->record, by, did)
			 : end(f, a, x->address, goodbye, by);
}
