/* What became of one message, recipient by recipient. */
#include "web/pages/trace_inside.h"

#include "archive/render.h"
#include "base/language.h"
#include "base/map.h"
#include "store/outbound/queue.h"
#include "web/pages/trace_words.h"

enum { ENTRIES_STEP = 1000, ENTRIES_MAX = 200000, SHOWN_MAX = 300 };

/* ---- the recipients */

static str list_of(const struct looking *l, const struct ledger_entry *e)
{
	for (size_t i = 0; i < l->made_count; i++)
		if (l->made[i].id == e->message)
			return l->made[i].list;
	return trace_word(e->what)->recipient ? STR("") : e->recipient;
}

/* "...@uni.example": who is on a list is for those who run it. */
static str masked(struct arena *a, str address)
{
	str local, domain;
	return str_cut_last(address, '@', &local, &domain)
		       ? arena_cat(a, STR("…@"), domain)
		       : STR("…");
}

struct tally {
	struct map by_address; /* struct copy_row */
	struct buf rows;       /* of pointers to them, in order of coming */
	struct buf steps;      /* of struct page_trace_steps */
};

static struct copy_row *row_of(struct looking *l, struct tally *t, str address)
{
	struct copy_row *row = map_get(&t->by_address, address);
	if (row)
		return row;
	row = arena_zero(l->q->arena, sizeof *row);
	map_set(&t->by_address, address, row);
	buf_add(&t->rows, (str){ (const char *)&row, sizeof row });
	return row;
}

void trace_set_row(struct looking *l, struct copy_row *row, str address, enum sight s,
		   const struct ledger_entry *e)
{
	const struct trace_word *w = trace_word(e->what);
	bool kept = str_eq(e->what, STR("kept")); /* nobody's reply */
	row->counts = w->counts;
	row->row = (struct page_trace_recipients){
		.address = s == SEES_ALL || trace_is_own(l, address)
				   ? address
				   : masked(l->q->arena, address),
		.state = str_from(w->state),
		.word = S_(w->word),
		.reply = kept            ? STR("")
			 : s == SEES_ALL ? e->detail
					 : str_first(e->detail, 3),
		.means = kept ? S_("This server keeps what it would send.")
			      : S_(trace_means(e->detail)),
		.at = e->at / 1000,
	};
}

/* What a post's author learns of the list's rules. */
static str told_author(struct arena *a, const struct ledger_entry *e)
{
	bool stopped = str_eq(e->what, STR("held")) || str_eq(e->what, STR("rejected"));
	return stopped ? trace_objection(a, e->detail) : trace_author(a, e->detail);
}

static void add_entry(struct looking *l, struct tally *t, const struct ledger_entry *e)
{
	const struct trace_word *w = trace_word(e->what);
	enum sight s = trace_sight(l, list_of(l, e));
	if (s == SEES_NOTHING)
		return;
	if (w->recipient) {
		trace_set_row(l, row_of(l, t, e->recipient), e->recipient, s, e);
		return;
	}
	struct page_trace_steps step = {
		.state = str_from(w->state),
		.word = *w->what ? S_(w->word) : e->what,
		.of = e->recipient,
		.text = s == SEES_ALL ? trace_rules(l->q->arena, e->detail)
				      : told_author(l->q->arena, e),
		.at = e->at / 1000,
	};
	if (e->message && l->w->viewer.admin && str_eq(e->what, STR("queued")))
		step.text = arena_printf(l->q->arena, "%.*s: q%lld", STR_F(step.text),
					 (long long)e->message);
	buf_add(&t->steps, (str){ (const char *)&step, sizeof step });
}

/* What we wrote ourselves has no arrival. */
static err next_entries(struct looking *l, int64_t after, struct ledger_entry **e,
			size_t *n)
{
	struct book *b = l->w->books.outbound;
	if (!l->arrival.inbound)
		return ledger_by_message(b, l->q->arena, l->made[0].id, after,
					 ENTRIES_STEP, e, n);
	return ledger_by_inbound(b, l->q->arena, l->arrival.inbound, after, ENTRIES_STEP,
				 e, n);
}

static err read_entries(struct looking *l, struct tally *t)
{
	struct ledger_entry *e;
	int64_t after = 0;
	size_t n, all = 0;
	do {
		TRY(next_entries(l, after, &e, &n));
		for (size_t i = 0; i < n; i++)
			add_entry(l, t, &e[i]);
		after = n ? e[n - 1].id : after;
		all += n;
	} while (n == ENTRIES_STEP && all < ENTRIES_MAX);
	return OK;
}

static err read_waiting_of(struct looking *l, struct tally *t, int64_t message,
			   enum sight s)
{
	struct queue_filter f = { .message = message };
	struct queue_row *w;
	int64_t after = 0;
	size_t n, all = 0;
	do {
		TRY(queue_list(l->w->books.outbound, l->q->arena, &f, after, ENTRIES_STEP,
			       &w, &n));
		for (size_t i = 0; i < n; i++) {
			str to = w[i].delivery.recipient;
			struct ledger_entry none = { .what = STR("waits") };
			if (!map_get(&t->by_address, to))
				trace_set_row(l, row_of(l, t, to), to, s, &none);
		}
		l->waiting = n ? message : l->waiting;
		after = n ? w[n - 1].delivery.id : after;
		all += n;
	} while (n == ENTRIES_STEP && all < ENTRIES_MAX);
	return OK;
}

/* Copies that nobody has tried to deliver yet have no entry. */
static err read_waiting(struct looking *l, struct tally *t)
{
	for (size_t i = 0; i < l->made_count; i++) {
		enum sight s = trace_sight(l, l->made[i].list);
		if (s != SEES_NOTHING)
			TRY(read_waiting_of(l, t, l->made[i].id, s));
	}
	return OK;
}

/* ---- the page */

static void count(struct page_trace *p, str word)
{
	static const struct {
		const char *counts;
		size_t offset;
	} figures[] = {
		{ "delivered", offsetof(struct page_trace, delivered) },
		{ "waiting", offsetof(struct page_trace, waiting) },
		{ "failed", offsetof(struct page_trace, failed) },
		{ "kept", offsetof(struct page_trace, kept) },
	};
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		if (str_eq(word, str_from(figures[i].counts)))
			++*(int64_t *)((char *)p + figures[i].offset);
}

/* What went wrong, what waits, then the rest. */
static int rank(str state)
{
	return str_eq(state, STR("bad"))    ? 0
	       : str_eq(state, STR("warn")) ? 1
	       : str_eq(state, STR("wait")) ? 2
					    : 3;
}

static void put_rows(struct looking *l, struct tally *t, struct page_trace *p)
{
	enum { RANKS = 4 };
	struct copy_row **all = (void *)t->rows.p;
	size_t n = t->rows.n / sizeof *all;
	struct page_trace_recipients *rows = arena_zero(l->q->arena,
							(n + 1) * sizeof *rows);
	for (int k = 0; k < RANKS; k++)
		for (size_t i = 0; i < n; i++)
			if (rank(all[i]->row.state) == k)
				rows[p->recipients_count++] = all[i]->row;
	if (p->recipients_count > SHOWN_MAX) {
		p->more = (int64_t)p->recipients_count - SHOWN_MAX;
		p->recipients_count = SHOWN_MAX;
	}
	p->recipients = rows;
	for (size_t i = 0; i < n; i++)
		count(p, str_from(all[i]->counts));
	str steps = arena_copy(l->q->arena, buf_str(&t->steps));
	p->steps = (const void *)steps.p;
	p->steps_count = steps.n / sizeof *p->steps;
}

err trace_show_message(struct looking *l, struct page_trace *p)
{
	struct tally t = { 0 };
	err e = read_entries(l, &t);
	if (!e.kind)
		e = read_waiting(l, &t);
	if (!e.kind)
		put_rows(l, &t, p);
	map_free(&t.by_address);
	buf_free(&t.rows);
	buf_free(&t.steps);
	p->found = true;
	p->subject = l->arrival.subject;
	p->author = l->arrival.author;
	p->message_id = l->arrival.message_id;
	p->at = l->arrival.at / 1000;
	if (l->waiting && worker_may(l->w, RIGHT_queue_see))
		p->queue = arena_printf(l->q->arena, "/queue/%lld",
					(long long)l->waiting);
	return e;
}
