/* /trace?q=: what became of a message, recipient by recipient. Admins look up any;
 * owners what their lists did; everybody what they wrote. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "account/account.h"
#include "archive/render.h"
#include "base/map.h"
#include "lists/steer.h"
#include "store/lists/address.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "web/pages/trace_words.h"

enum { MESSAGES_MAX = 50, ENTRIES_STEP = 1000, ENTRIES_MAX = 200000, SHOWN_MAX = 300 };

enum sight { SEES_NOTHING, SEES_OUTCOME, SEES_ALL }; /* OUTCOME: addresses are masked */

struct looking {
	struct request *q;
	struct worker *w;
	struct address_row *own;
	size_t own_count;
	bool is_author;
	struct arrival arrival;
	struct outbound_message *made; /* from the arrival */
	size_t made_count;
	int64_t waiting; /* one of those made, which has deliveries to come */
};

/* ---- who may see what */

static bool is_own(const struct looking *l, str key)
{
	for (size_t i = 0; i < l->own_count; i++)
		if (l->own[i].verified_at && str_ieq(l->own[i].key, key))
			return true;
	return false;
}

static enum sight sight_of_list(const struct looking *l, str address)
{
	struct viewer v;
	struct settings s;
	struct worker *w = l->w;
	const struct list_entry *list = addressbook_list(w->books.addresses, address);
	if (!list
	    || account_viewer(l->q->arena, w->books.lists, l->q->session->person,
			      list->id, &v)
		       .kind
	    || settings_load(w->books.lists, l->q->arena, list->id, &s).kind)
		return SEES_NOTHING;
	struct right_list rights = settings_rights(&s);
	if (right_may(&v, RIGHT_audit_see, &rights))
		return SEES_ALL;
	if (!l->is_author)
		return SEES_NOTHING;
	return right_may(&v, RIGHT_members_see, &rights) ? SEES_ALL : SEES_OUTCOME;
}

/* list: "" for mail that went through none. */
static enum sight sight(const struct looking *l, str list)
{
	if (l->w->viewer.admin)
		return SEES_ALL;
	enum sight s = list.n ? sight_of_list(l, list) : SEES_NOTHING;
	return s == SEES_NOTHING && l->is_author ? SEES_OUTCOME : s;
}

static bool sees_any(const struct looking *l)
{
	if (l->w->viewer.admin || l->is_author)
		return true;
	for (size_t i = 0; i < l->made_count; i++)
		if (l->made[i].list.n && sight(l, l->made[i].list) == SEES_ALL)
			return true;
	return false;
}

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

/* ---- the recipients */

struct copy_row {
	struct page_trace_recipients row;
	const char *counts;
};

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

static void set_row(struct looking *l, struct copy_row *row, str address, enum sight s,
		    const struct ledger_entry *e)
{
	const struct trace_word *w = trace_word(e->what);
	bool kept = str_eq(e->what, STR("kept")); /* nobody's reply */
	row->counts = w->counts;
	row->row = (struct page_trace_recipients){
		.address = s == SEES_ALL || is_own(l, address)
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
	enum sight s = sight(l, list_of(l, e));
	if (s == SEES_NOTHING)
		return;
	if (w->recipient) {
		set_row(l, row_of(l, t, e->recipient), e->recipient, s, e);
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
				set_row(l, row_of(l, t, to), to, s, &none);
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
		enum sight s = sight(l, l->made[i].list);
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

static err show_message(struct looking *l, struct page_trace *p)
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

/* ---- finding */

static err take_up(struct looking *l, const struct arrival *x)
{
	l->arrival = *x;
	l->is_author = is_own(l, x->author);
	return outbound_by_inbound(l->w->books.outbound, l->q->arena, x->inbound,
				   &l->made, &l->made_count);
}

/* Of the arrivals with that id which the visitor may know of: one that led to
 * something, else the newest. A duplicate that was dropped leads to nothing. */
static err find_message(struct looking *l, str id, bool *found)
{
	struct arrival *x;
	size_t n, newest;
	TRY(arrival_by_message_id(l->w->books.outbound, l->q->arena, id, MESSAGES_MAX, &x,
				  &n));
	newest = n;
	*found = false;
	for (size_t i = n; i-- > 0 && !(*found && l->made_count);) {
		TRY(take_up(l, &x[i]));
		if (!sees_any(l))
			continue;
		*found = true;
		newest = i;
	}
	return *found && !l->made_count ? take_up(l, &x[newest]) : OK;
}

/* By its queue id, "q17". What this server wrote is the admin's alone to see. */
static err find_queued(struct looking *l, int64_t id, bool *found)
{
	struct arrival x;
	struct outbound_message *m = arena_zero(l->q->arena, sizeof *m);
	struct book *b = l->w->books.outbound;
	*found = false;
	err e = outbound_get(b, l->q->arena, id, m);
	if (!e.kind && m->inbound)
		e = arrival_get(b, l->q->arena, m->inbound, &x);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	if (m->inbound) {
		TRY(take_up(l, &x));
		*found = sees_any(l);
		return OK;
	}
	l->arrival = (struct arrival){ .at = m->created_at,
				       .message_id = m->message_id,
				       .author = S_("this server"),
				       .subject = m->subject };
	l->made = m;
	l->made_count = 1;
	*found = l->w->viewer.admin;
	return OK;
}

static err add_by_author(struct looking *l, str author, struct page_trace *p)
{
	struct arrival *x;
	size_t n;
	TRY(arrival_by_author(l->w->books.outbound, l->q->arena, author, MESSAGES_MAX, &x,
			      &n));
	struct page_trace_messages *rows = arena_zero(
		l->q->arena, (p->messages_count + n + 1) * sizeof *rows);
	if (p->messages_count)
		memcpy(rows, p->messages, p->messages_count * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		if (x[i].message_id.n)
			rows[p->messages_count++] = (struct page_trace_messages){
				x[i].subject, x[i].author, x[i].message_id, x[i].at / 1000
			};
	p->messages = rows;
	return OK;
}

/* An admin's question about an address: what was sent to it, too. */
static err add_by_recipient(struct looking *l, str address, struct page_trace *p)
{
	enum { LAST = 10000 };
	struct ledger_entry *e;
	size_t n;
	TRY(ledger_by_recipient(l->w->books.outbound, l->q->arena, address, 0, LAST, &e,
				&n));
	size_t skip = n > MESSAGES_MAX ? n - MESSAGES_MAX : 0;
	struct page_trace_recipients *rows = arena_zero(l->q->arena,
							(n + 1) * sizeof *rows);
	for (size_t i = n; i > skip; i--) {
		struct outbound_message m = { 0 };
		const struct ledger_entry *x = &e[i - 1];
		err got = x->message ? outbound_get(l->w->books.outbound, l->q->arena,
						    x->message, &m)
				     : OK;
		if (got.kind && got.kind != ERR_NOTFOUND)
			return got;
		struct copy_row row;
		set_row(l, &row, m.subject.n ? m.subject : x->recipient, SEES_ALL, x);
		rows[p->recipients_count++] = row.row;
	}
	p->recipients = rows;
	return OK;
}

static err look_up(struct looking *l, str what, struct page_trace *p)
{
	bool found = false;
	struct queue_filter queued;
	str id = what;
	if (id.n > 1 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		id = (str){ id.p + 1, id.n - 2 };
	if (what.n && what.p[0] == 'q' && !steer_read(l->q->arena, what, &queued).kind
	    && queued.message)
		TRY(find_queued(l, queued.message, &found));
	if (id.n && !found)
		TRY(find_message(l, id, &found));
	if (found)
		return show_message(l, p);
	if (!what.n) {
		for (size_t i = 0; i < l->own_count; i++)
			if (l->own[i].verified_at)
				TRY(add_by_author(l, l->own[i].key, p));
		return OK;
	}
	str address = arena_lower(l->q->arena, what);
	if (l->w->viewer.admin || is_own(l, address))
		TRY(add_by_author(l, address, p));
	if (l->w->viewer.admin)
		TRY(add_by_recipient(l, address, p));
	p->to = p->recipients_count > 0;
	if (!p->messages_count && !p->recipients_count)
		p->q_error = S_("No message of this id, or none that is yours to see. "
				"What became of a message is known for 180 days.");
	return OK;
}

void trace_page(struct request *q, struct response *r)
{
	struct looking l = { .q = q, .w = worker_of(q) };
	struct page_trace p = { .frame = frame_of(q, S_("Where is my mail?")),
				.q = str_trim(request_query(q, "q")),
				.anybody = l.w->viewer.admin };
	err e = address_of_person(l.w->books.lists, q->arena, q->session->person, &l.own,
				  &l.own_count);
	if (!e.kind)
		e = look_up(&l, p.q, &p);
	if (page_failed(q, r, e))
		return;
	if (p.q_error.n)
		r->status = 404;
	r->cache = STR("no-store");
	ANSWER(q, r, trace, &p);
}
