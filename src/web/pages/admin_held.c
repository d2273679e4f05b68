/* /lists/NAME/admin/held: what waits for a moderator, and what was decided. */
#include "web/pages/heldview.h"

#include "lists/moderate.h"
#include "store/lists/request.h"

enum { ROWS_MAX = 200, READ_BELOW = 20, DECIDED_MAX = 25 };

/* ---- the page */

static err add_waiting(struct request *q, struct page_held *p)
{
	size_t n;
	struct held_row *h;
	struct worker *w = worker_of(q);
	TRY(held_count(w->books.lists, w->list->id, &p->waiting));
	TRY(held_waiting(w->books.lists, q->arena, w->list->id, 0, ROWS_MAX, &h, &n));
	struct page_held_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	struct page_heldpost *posts = arena_zero(q->arena, READ_BELOW * sizeof *posts);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct page_held_rows){
			.id = h[i].id,
			.subject = h[i].subject,
			.author = held_author(q->arena, &h[i]),
			.reason = h[i].reason,
			.at = h[i].held_at,
			.below = i < READ_BELOW,
		};
		if (i >= READ_BELOW)
			continue;
		struct page_heldpost *post = &posts[p->posts_count];
		err e = held_view(q, &h[i], p->action, post);
		if (e.kind == ERR_NOTFOUND) /* decided since the rows were read */
			continue;
		TRY(e);
		post->raw = arena_printf(q->arena, "%.*s/%lld.eml", STR_F(p->action),
					 (long long)h[i].id);
		p->posts_count++;
	}
	p->rows = rows;
	p->rows_count = n;
	p->posts = posts;
	p->oldest = n ? h[0].held_at : 0;
	p->more = p->waiting - (int64_t)p->posts_count;
	return OK;
}

static err add_requests(struct request *q, struct page_held *p)
{
	size_t n;
	struct request_row *x;
	struct worker *w = worker_of(q);
	TRY(request_list(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_held_requests *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_held_requests){ x[i].id, x[i].address, x[i].name,
						       x[i].asked_at, x[i].leaves };
	p->requests = rows;
	p->requests_count = n;
	return OK;
}

static err add_decided(struct request *q, struct page_held *p)
{
	size_t n;
	struct held_row *h;
	struct worker *w = worker_of(q);
	TRY(held_handled(w->books.lists, q->arena, w->list->id, DECIDED_MAX, &h, &n));
	struct page_held_decided *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_held_decided){
			.subject = h[i].subject,
			.author = held_author(q->arena, &h[i]),
			.verdict = h[i].verdict,
			.by = h[i].handled_by,
			.at = h[i].handled_at,
		};
	p->decided = rows;
	p->decided_count = n;
	return OK;
}

static err gather(struct request *q, struct page_held *p)
{
	TRY(add_waiting(q, p));
	TRY(add_requests(q, p));
	return add_decided(q, p);
}

static void show(struct request *q, struct response *r, const struct page_note *note)
{
	const struct worker *w = worker_of(q);
	str path = list_path(q);
	struct page_held p = {
		.frame = list_frame(q, STR("Held posts")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "held"),
		.note = note,
		.csrf = csrf_of(q),
		.action = arena_cat(q->arena, path, STR("/admin/held")),
		.requests_action = arena_cat(q->arena, path, STR("/admin/requests")),
		.days = w->settings.max_days_to_hold,
	};
	r->cache = STR("no-store");
	if (!page_failed(q, r, gather(q, &p)))
		ANSWER(q, r, held, &p);
}

void admin_page(struct request *q, struct response *r)
{
	response_redirect(r, 303, arena_cat(q->arena, list_path(q), STR("/admin/held")));
}

void held_page(struct request *q, struct response *r)
{
	show(q, r, note_of(q));
}

/* ---- deciding */

static json_t *chosen(struct request *q)
{
	json_t *ids = json_array();
	size_t at = 0;
	str id;
	int64_t n;
	while (pairs_next(&q->form, STR("id"), &at, &id))
		if (str_i64(id, &n))
			json_array_append_new(ids, json_integer(n));
	return ids;
}

static void decide(struct request *q, struct response *r, const char *kind)
{
	struct ordered x;
	str verdict = field(q, "do");
	json_t *ids = chosen(q);
	if (!verdict.n || !json_array_size(ids)) {
		json_decref(ids);
		r->status = 400;
		show(q, r,
		     note_bad(q, STR("Choose at least one, and what to do with it.")));
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "ids", ids);
	json_object_set_new(args, "verdict", json_of(verdict));
	json_object_set_new(args, "reason", json_of(field(q, "reason")));
	if (order_and_wait(q, kind, args, &x)) {
		go_done(q, r, STR("/admin/held"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, note_bad(q, x.why));
}

void held_post(struct request *q, struct response *r)
{
	decide(q, r, "held");
}

void requests_post(struct request *q, struct response *r)
{
	decide(q, r, "request");
}

/* ---- as it came */

void held_raw_page(struct request *q, struct response *r)
{
	str body;
	int64_t id;
	struct held_row h;
	struct worker *w = worker_of(q);
	err e = str_i64(request_arg(q, "id"), &id)
			? held_get(w->books.lists, q->arena, id, &h)
			: FAIL(ERR_NOTFOUND, "no number");
	if (!e.kind && h.list != w->list->id)
		e = FAIL(ERR_NOTFOUND, "of another list");
	if (!e.kind)
		e = held_body(w->books.lists, q->arena, id, &body);
	if (e.kind == ERR_NOTFOUND) {
		r->status = 404;
		return;
	}
	if (page_failed(q, r, e))
		return;
	buf_add(&r->body, body);
	r->type = STR("message/rfc822");
	r->cache = STR("no-store");
	response_download(r, arena_printf(q->arena, "held-%lld.eml", (long long)id));
}
