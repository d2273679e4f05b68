/* Orders to post: filed, and waited for. */
#include "web/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "lists/orders.h"
#include "store/lists/order.h"

enum {
	ORDER_WAIT_MS = 10000,
	ORDER_LOOK_MS = 1000, /* where post's ring is lost: see roles/role.h */
};

static void keep_result(struct request *q, struct worker *w, struct ordered *x,
			const struct order_row *row)
{
	json_decref(w->result);
	w->result = json_loadb(row->result.n ? row->result.p : "{}",
			       row->result.n ? row->result.n : 2, 0, NULL);
	x->result = w->result;
	x->why = arena_copy(
		q->arena, str_from(json_string_value(json_object_get(w->result, "why"))));
	x->done = str_eq(row->state, STR("done"));
}

static bool file_order(struct request *q, const char *kind, json_t *args, int64_t *id)
{
	struct worker *w = worker_of(q);
	err e = worker_check(w);
	if (!e.kind)
		e = order_put(w->books.lists, q->arena, kind, args,
			      q->session ? q->session->person : 0,
			      net_ip_text(q->arena, &q->client), id);
	json_decref(args);
	if (e.kind)
		log_error("order-not-filed", KZ("kind", kind), KE(e),
			  KZ("do", "free space; then the page works again"));
	else
		w->web->wake_post(w->web->ring);
	return !e.kind;
}

/* What the token at hand may not, its person may not by it. */
static bool token_may(struct request *q, const char *kind, const json_t *args, str *why)
{
	struct worker *w = worker_of(q);
	enum right right;
	const char *name = json_string_value(json_object_get(args, "list"));
	const struct list_entry *list = name && w->ready ? addressbook_list(
						w->books.addresses, str_from(name))
							 : NULL;
	if (!q->session || !q->session->pass || !order_right(kind, &right)
	    || !(scopes_denied(&q->session->pass->scopes, list ? list->id : 0) >> right
		 & 1))
		return true;
	*why = arena_cat(q->arena, STR("you may not "), str_from(right_text(right)),
			 STR(" with this token"));
	return false;
}

bool order_file_only(struct request *q, const char *kind, json_t *args)
{
	int64_t id;
	str why;
	if (token_may(q, kind, args, &why))
		return file_order(q, kind, args, &id);
	json_decref(args);
	return false;
}

static bool is_answered(struct request *q, int64_t id, struct order_row *row)
{
	err e = order_get(worker_of(q)->books.lists, q->arena, id, row);
	return !e.kind && row->state.n;
}

/* False: it did not come back in time. */
static bool wait_for_answer(struct request *q, int64_t id, struct order_row *row)
{
	struct bell *bell = worker_of(q)->web->answers;
	int64_t now = clock_mono_ms(), until = now + ORDER_WAIT_MS;
	bool answered = false;
	if (!bell_enter(bell))
		return false;
	for (;;) {
		uint64_t heard = bell_heard(bell);
		answered = is_answered(q, id, row);
		now = clock_mono_ms();
		if (answered || now >= until)
			break;
		int64_t look = now + ORDER_LOOK_MS;
		thread_waits(true);
		bell_wait(bell, heard, look < until ? look : until);
		thread_waits(false);
	}
	bell_leave(bell);
	return answered;
}

bool order_and_wait(struct request *q, const char *kind, json_t *args, struct ordered *x)
{
	struct worker *w = worker_of(q);
	struct order_row row;
	int64_t id;
	*x = (struct ordered){
		.why = STR("It was noted, but not done yet. Look again in a minute.")
	};
	if (!token_may(q, kind, args, &x->why)) {
		json_decref(args);
		return false;
	}
	if (!file_order(q, kind, args, &id)) {
		x->why = STR("The server cannot write at the moment. Nothing was "
			     "changed; try again later.");
		return false;
	}
	x->order = id;
	if (wait_for_answer(q, id, &row))
		keep_result(q, w, x, &row);
	if (x->done)
		web_addresses_known(w);
	return x->done;
}
