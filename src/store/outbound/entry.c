#include "store/outbound/entry.h"

void entry_open(struct rows *r, struct run *x)
{
	struct ledger_entry row = {
		.id = rows_i64(r, 0),
		.at = rows_i64(r, 1),
		.inbound = rows_i64(r, 2),
		.message = rows_i64(r, 3),
		.recipient = rows_view(r, 4),
		.member = rows_i64(r, 5),
		.what = rows_view(r, 6),
		.detail = rows_view(r, 7),
		.class = rows_view(r, 8),
		.status = rows_view(r, 9),
		.report = rows_i64(r, 10),
	};
	run_open(x, &row, rows_i64(r, 11), rows_view(r, 12));
}

struct reading {
	struct arena *a;
	struct entry_choice choice;
	struct ledger_entry *found;
	size_t count, room;
};

static bool is_chosen(const struct entry_choice *c, const struct ledger_entry *e)
{
	return e->id > c->after && (!c->recipient || str_ieq(e->recipient, *c->recipient))
	       && (!c->member || e->member == *c->member);
}

static void keep(struct reading *g, const struct ledger_entry *e)
{
	if (g->count == g->room) {
		size_t room = g->room ? g->room * 2 : 8;
		struct ledger_entry *more = arena_alloc(g->a, room * sizeof *more);
		if (g->count)
			memcpy(more, g->found, g->count * sizeof *more);
		g->found = more;
		g->room = room;
	}
	struct ledger_entry *to = &g->found[g->count++];
	*to = *e;
	to->recipient = arena_copy(g->a, e->recipient);
	to->detail = arena_copy(g->a, e->detail);
}

/* What the entries of a row share is copied once. */
static err read_row(struct reading *g, struct rows *r, struct run *x)
{
	struct ledger_entry e;
	entry_open(r, x);
	x->row.what = arena_copy(g->a, x->row.what);
	x->row.class = arena_copy(g->a, x->row.class);
	x->row.status = arena_copy(g->a, x->row.status);
	while (g->count < g->choice.limit && run_next(x, &e))
		if (is_chosen(&g->choice, &e))
			keep(g, &e);
	return run_fault(x);
}

err entries_read(struct book *b, struct arena *a, struct ledger_entry **e, size_t *count,
		 struct entry_choice choice, const char *sql, const struct sql_value *v,
		 size_t n)
{
	struct rows r;
	struct run x = { 0 };
	struct reading g = { .a = a, .choice = choice };
	err failed = OK;
	TRY(book_rows_values(b, &r, sql, v, n));
	while (!failed.kind && g.count < choice.limit && rows_next(&r))
		failed = read_row(&g, &r, &x);
	run_free(&x);
	err ended = rows_end(&r);
	TRY(failed);
	TRY(ended);
	*e = g.found;
	*count = g.count;
	return OK;
}
