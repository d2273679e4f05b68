/* /queue: what waits to leave, by destination, of one destination or of one message,
 * and what an admin does about it, by orders. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/language.h"
#include "lists/steer.h"
#include "store/outbound/message.h"
#include "store/outbound/queue.h"
#include "web/escape.h"
#include "web/pages/page.h"
#include "web/pages/trace_words.h"

enum { DESTINATIONS_SHOWN = 200, DELIVERIES_SHOWN = 100 };

/* "40 s", "12 min", "3 h", "2 days". */
static str span_text(struct arena *a, int64_t seconds)
{
	static const struct {
		int64_t below, each;
		const char *form;
	} rows[] = {
		{ 120, 1, N_("%lld s") },
		{ 7200, 60, N_("%lld min") },
		{ 172800, 3600, N_("%lld h") },
		{ INT64_MAX, 86400, N_("%lld days") }, /* two or more */
	};
	size_t i = 0;
	seconds = seconds < 0 ? 0 : seconds;
	while (seconds >= rows[i].below)
		i++;
	return arena_printf(a, _(rows[i].form), (long long)(seconds / rows[i].each));
}

static str next_text(struct arena *a, int64_t next, bool held)
{
	int64_t in = next - clock_now();
	if (held)
		return S_("when released");
	return next && in > 0 ? arena_printf(a, _("in %.*s"), STR_F(span_text(a, in)))
			      : S_("now");
}

/* The way to it: Account / Mail under way / below, which is empty on /queue itself. */
static struct page_frame frame_at(struct request *q, str below)
{
	str top = S_("Mail under way");
	struct page_frame f = account_way(q, below.n ? below : top);
	frame_step(q, &f, top, below.n ? STR("/queue") : STR_NONE);
	if (below.n)
		frame_step(q, &f, below, STR_NONE);
	return f;
}

/* ---- by destination */

/* Trouble first: what is held, what failed, the rest. */
static int rank(const struct queue_destination *d)
{
	return d->held ? 0 : d->tried ? 1 : 2;
}

static struct page_queue_rows row_of(struct arena *a, const struct queue_destination *d)
{
	static const char *const states[][2] = { { "wait", N_("Held back") },
						 { "warn", N_("Tried") },
						 { "ok", N_("On its way") } };
	bool all_held = d->held == d->deliveries;
	return (struct page_queue_rows){
		.destination = d->name,
		.deliveries = d->deliveries,
		.held = d->held,
		.tried = d->tried,
		.all_held = all_held,
		.state = str_from(states[rank(d)][0]),
		.word = d->held && !all_held
				? arena_printf(a, _("%lld held back"), (long long)d->held)
				: S_(states[rank(d)][1]),
		.age = span_text(a, clock_now() - d->oldest / 1000),
		.oldest = d->oldest / 1000,
		.next = all_held || d->next_at <= clock_now() ? 0 : d->next_at,
		.next_in = next_text(a, d->next_at, all_held),
		.reply = d->last_reply,
		.means = S_(trace_means(d->last_reply)),
	};
}

static err add_destinations(struct request *q, struct page_queue *p)
{
	enum { RANKS = 3 };
	struct queue_destination *d;
	size_t n;
	TRY(queue_destinations(worker_of(q)->books.outbound, q->arena, &d, &n));
	struct page_queue_rows *rows = arena_zero(q->arena, (DESTINATIONS_SHOWN + 1)
								    * sizeof *rows);
	for (int k = 0; k < RANKS; k++)
		for (size_t i = 0; i < n && p->rows_count < DESTINATIONS_SHOWN; i++)
			if (rank(&d[i]) == k)
				rows[p->rows_count++] = row_of(q->arena, &d[i]);
	for (size_t i = 0; i < n; i++) {
		p->deliveries += d[i].deliveries;
		p->tried += d[i].tried;
		p->held += d[i].held;
	}
	p->destinations = (int64_t)n;
	p->more = (int64_t)(n - p->rows_count);
	p->rows = rows;
	return OK;
}

static void show_queue(struct request *q, struct response *r,
		       const struct page_note *note)
{
	const struct worker *w = worker_of(q);
	struct page_queue p = {
		.frame = frame_at(q, STR_NONE),
		.note = note,
		.csrf = csrf_of(q),
		.may_set = worker_may(w, RIGHT_queue_set),
		.sends = !str_eq(w->books.conf->send_relay, STR("outbox")),
	};
	r->cache = STR("no-store");
	if (!page_failed(q, r, add_destinations(q, &p)))
		ANSWER(q, r, queue, &p);
}

void queue_page(struct request *q, struct response *r)
{
	show_queue(q, r, note_of(q));
}

/* ---- of one destination, or one message */

static void set_state(struct page_waiting_rows *row, const struct queue_row *x)
{
	row->frozen = x->frozen || x->delivery.held & HELD_FROZEN;
	row->held = x->delivery.held & HELD_ADMIN;
	row->state = row->frozen || row->held ? STR("wait")
		     : x->delivery.attempts   ? STR("warn")
					      : STR("ok");
	row->word = row->frozen            ? S_("Frozen")
		    : row->held            ? S_("Held back")
		    : x->delivery.attempts ? S_("Tried")
					   : S_("On its way");
}

static struct page_waiting_rows delivery_row(struct arena *a, const struct queue_row *x)
{
	const struct delivery *d = &x->delivery;
	struct queue_filter one = { .id = d->id, .message = d->message };
	struct page_waiting_rows row = {
		.id = steer_text(a, &one),
		.message = arena_printf(a, "q%lld", (long long)d->message),
		.href = arena_printf(a, "/queue/%lld", (long long)d->message),
		.recipient = d->recipient,
		.subject = x->subject,
		.of = x->list.n ? x->list : x->reverse_path,
		.attempts = d->attempts,
		.tries = arena_printf(
			a, P_("%lld attempt", "%lld attempts", (uint64_t)d->attempts),
			(long long)d->attempts),
		.age = span_text(a, clock_now() - x->created_at / 1000),
		.since = x->created_at / 1000,
		.reply = d->last_reply,
		.means = S_(trace_means(d->last_reply)),
	};
	set_state(&row, x);
	bool waits = row.held || row.frozen;
	row.next = waits || d->next_at <= clock_now() ? 0 : d->next_at;
	row.next_in = next_text(a, d->next_at, waits);
	return row;
}

static err add_deliveries(struct request *q, const struct queue_filter *f,
			  struct page_waiting *p)
{
	struct queue_row *x;
	size_t n;
	int64_t after;
	if (!str_i64(request_query(q, "after"), &after))
		after = 0;
	TRY(queue_list(worker_of(q)->books.outbound, q->arena, f, after, DELIVERIES_SHOWN,
		       &x, &n));
	struct page_waiting_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = delivery_row(q->arena, &x[i]);
		p->held = p->held || rows[i].held;
	}
	p->rows = rows;
	p->rows_count = n;
	if (n == DELIVERIES_SHOWN)
		p->next = arena_printf(q->arena, "%.*s?after=%lld", STR_F(p->action),
				       (long long)x[n - 1].delivery.id);
	return OK;
}

static void show_waiting(struct request *q, struct response *r, struct page_waiting *p,
			 const struct queue_filter *f, const struct page_note *note)
{
	p->what = steer_text(q->arena, f);
	p->frame = frame_at(q, p->what);
	p->note = note;
	p->csrf = csrf_of(q);
	p->may_set = worker_may(worker_of(q), RIGHT_queue_set);
	r->cache = STR("no-store");
	if (!page_failed(q, r, add_deliveries(q, f, p)))
		ANSWER(q, r, waiting, p);
}

static str path_to(struct arena *a, str destination)
{
	BUF(path);
	buf_add(&path, STR("/queue/to/"));
	esc_url(&path, destination);
	return arena_copy(a, buf_str(&path));
}

static void show_to(struct request *q, struct response *r, const struct page_note *note)
{
	struct queue_filter f = { .destination = request_arg(q, "destination") };
	struct page_waiting p = { .destination = f.destination,
				  .action = path_to(q->arena, f.destination) };
	show_waiting(q, r, &p, &f, note);
}

void queue_to_page(struct request *q, struct response *r)
{
	show_to(q, r, note_of(q));
}

static void show_message(struct request *q, struct response *r,
			 const struct page_note *note)
{
	struct outbound_message m;
	struct queue_filter f = { 0 };
	err e = str_i64(request_arg(q, "message"), &f.message)
			? outbound_get(worker_of(q)->books.outbound, q->arena, f.message,
				       &m)
			: FAIL(ERR_NOTFOUND, "no number");
	if (e.kind == ERR_NOTFOUND) {
		error_page(q, r, 404,
			   S_("There is no message with this number, or it "
			      "is forgotten."));
		return;
	}
	if (page_failed(q, r, e))
		return;
	struct page_waiting p = {
		.id = steer_text(q->arena, &f),
		.action = arena_printf(q->arena, "/queue/%lld", (long long)f.message),
		.subject = m.subject,
		.of = m.list.n ? m.list : m.reverse_path,
		.at = m.created_at / 1000,
		.frozen = m.frozen,
		.copies = m.copies,
	};
	show_waiting(q, r, &p, &f, note);
}

void queue_message_page(struct request *q, struct response *r)
{
	show_message(q, r, note_of(q));
}

/* ---- what is done */

typedef void show(struct request *q, struct response *r, const struct page_note *note);

static void steer_and_show(struct request *q, struct response *r, str path, show *page)
{
	struct ordered x;
	json_t *args = json_object();
	json_object_set_new(args, "do", json_of(field(q, "do")));
	json_object_set_new(args, "what", json_of(field(q, "what")));
	json_object_set_new(args, "reason", json_of(field(q, "reason")));
	if (order_and_wait(q, "queue", args, &x)) {
		response_redirect(r, 303,
				  arena_printf(q->arena, "%.*s?done=%lld", STR_F(path),
					       (long long)x.order));
		return;
	}
	r->status = x.result ? 400 : 503;
	page(q, r, note_bad(q, x.why));
}

void queue_post(struct request *q, struct response *r)
{
	steer_and_show(q, r, STR("/queue"), show_queue);
}

void queue_to_post(struct request *q, struct response *r)
{
	steer_and_show(q, r, path_to(q->arena, request_arg(q, "destination")), show_to);
}

void queue_message_post(struct request *q, struct response *r)
{
	steer_and_show(q, r,
		       arena_cat(q->arena, STR("/queue/"), request_arg(q, "message")),
		       show_message);
}
