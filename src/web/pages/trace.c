/* /trace?q=: what became of a message, recipient by recipient. Admins look up any;
 * owners what their lists did; everybody what they wrote. */
#include "web/pages/trace_inside.h"

#include "base/language.h"
#include "lists/steer.h"
#include "store/outbound/queue.h"
#include "web/pages/page.h"

enum { MESSAGES_MAX = 50 };

/* ---- finding */

static err take_up(struct looking *l, const struct arrival *x)
{
	l->arrival = *x;
	l->is_author = trace_is_own(l, x->author);
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
		if (!trace_sees_any(l))
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
		*found = trace_sees_any(l);
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
		return trace_show_message(l, p);
	if (!what.n) {
		for (size_t i = 0; i < l->own_count; i++)
			if (l->own[i].verified_at)
				TRY(trace_by_author(l, l->own[i].key, p));
		return OK;
	}
	str address = arena_lower(l->q->arena, what);
	if (l->w->viewer.admin || trace_is_own(l, address))
		TRY(trace_by_author(l, address, p));
	if (l->w->viewer.admin)
		TRY(trace_by_recipient(l, address, p));
	p->to = p->recipients_count > 0;
	if (!p->messages_count && !p->recipients_count)
		p->q_error = S_("No message of this id, or none that is yours to see. "
				"What became of a message is known for 180 days.");
	return OK;
}

void trace_page(struct request *q, struct response *r)
{
	struct looking l = { .q = q, .w = worker_of(q) };
	struct page_trace p = { .frame = account_frame(q, S_("Where is my mail?")),
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
