/* /lists/NAME/admin/handled: what became of the posts that waited, and by whose hand. */
#include "web/pages/heldview.h"

#include "base/said.h"
#include "store/lists/request.h"

enum { HANDLED_ROWS = 50 };

/* ?before=MOMENT-NUMBER, of the last row of the page before. */
static void read_before(struct request *q, int64_t *moment, int64_t *id)
{
	str head, tail;
	if (str_cut(request_query(q, "before"), '-', &head, &tail)
	    && str_i64(head, moment) && str_i64(tail, id))
		return;
	*moment = INT64_MAX;
	*id = 0;
}

/* The newest alone, on the first page: there are far fewer. */
static err add_requests(struct request *q, int64_t before, struct page_handled *p)
{
	struct request_handled *x;
	size_t n = 0;
	struct worker *w = worker_of(q);
	if (before == INT64_MAX)
		TRY(request_handled(w->books.lists, q->arena, w->list->id, HANDLED_ROWS,
				    &x, &n));
	struct page_handled_requests *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_handled_requests){
			.address = x[i].was.address,
			.name = x[i].was.name,
			.leaves = x[i].was.leaves,
			.verdict = said_in(q->arena, language_now(), x[i].end.verdict),
			.by = x[i].end.by,
			.via = said_in(q->arena, language_now(), x[i].end.via),
			.note = x[i].end.note,
			.at = x[i].end.at,
		};
	p->requests = rows;
	p->requests_count = n;
	return OK;
}

void handled_page(struct request *q, struct response *r)
{
	size_t n;
	int64_t moment, id;
	struct held_row *h;
	struct worker *w = worker_of(q);
	read_before(q, &moment, &id);
	r->cache = STR("no-store");
	if (page_failed(q, r,
			held_handled(w->books.lists, q->arena, w->list->id, moment, id,
				     HANDLED_ROWS, &h, &n)))
		return;
	struct page_handled_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_handled_rows){
			.id = h[i].id,
			.subject = h[i].subject,
			.author = held_author(q->arena, &h[i]),
			.verdict = said_in(q->arena, language_now(), h[i].verdict),
			.by = h[i].handled_by,
			.via = said_in(q->arena, language_now(), h[i].handled_via),
			.note = said_in(q->arena, language_now(), h[i].note),
			.at = h[i].handled_at,
			.held_at = h[i].held_at,
		};
	struct page_handled p = {
		.frame = list_frame(q, S_("Handled posts")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "handled"),
		.rows = rows,
		.rows_count = n,
	};
	if (page_failed(q, r, add_requests(q, moment, &p)))
		return;
	if (n == HANDLED_ROWS)
		p.next = arena_printf(q->arena, "%.*s/admin/handled?before=%lld-%lld",
				      STR_F(list_path(q)), (long long)h[n - 1].handled_at,
				      (long long)h[n - 1].id);
	ANSWER(q, r, handled, &p);
}
