/* Pages that programs read: is it alive, how is it. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "store/outbound/queue.h"
#include "web/exchange.h"
#include "web/pages/calendar.h"

#include <inttypes.h>

void healthz_page(struct request *q, struct response *r)
{
	r->cache = STR("no-store");
	if (!worker_of(q)->ready) {
		r->status = 503;
		return;
	}
	r->type = q->json ? STR("application/json") : STR("text/plain; charset=utf-8");
	buf_add(&r->body, q->json ? STR("{\"status\":\"ok\"}\n") : STR("ok\n"));
}

/* ---- /metrics, in the text format that Prometheus reads */

static void add_head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP postern_%s %s\n# TYPE postern_%s %s\n", name, help, name,
		 type);
}

static void add_metric(struct buf *b, const char *name, const char *type,
		       const char *help, int64_t value)
{
	add_head(b, name, type, help);
	buf_addf(b, "postern_%s %" PRId64 "\n", name, value);
}

static void add_http(const struct web *h, struct cost *cost, struct buf *b)
{
	struct http_counts n = h->http ? http_counts(h->http) : (struct http_counts){ 0 };
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} rows[] = {
		{ "http_connections_total", "counter", "Connections taken",
		  n.connections },
		{ "http_connections_open", "gauge", "Connections open now", n.open },
		{ "http_requests_total", "counter", "Requests answered", n.requests },
		{ "http_refused_total", "counter", "Requests that were no HTTP",
		  n.refused },
		{ "http_failed_total", "counter", "Answers that broke off", n.failed },
		{ "http_busy_total", "counter", "Requests refused because of too many",
		  n.busy },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		add_metric(b, rows[i].name, rows[i].type, rows[i].help,
			   (int64_t)rows[i].value);
	add_metric(b, "http_over_budget_total", "counter",
		   "Requests of guests answered 429 for what their network had cost",
		   (int64_t)cost_refusals(cost));
	add_metric(b, "page_cache_bytes", "gauge", "Pages kept in memory",
		   (int64_t)cache_octets(h->cache));
}

static err add_queue(struct request *q, struct buf *b)
{
	struct queue_destination *to;
	size_t count;
	int64_t owed = 0, held = 0, oldest = 0;
	TRY(queue_destinations(worker_of(q)->books.outbound, q->arena, &to, &count));
	for (size_t i = 0; i < count; i++) {
		owed += to[i].deliveries;
		held += to[i].held;
		if (to[i].oldest && (!oldest || to[i].oldest < oldest))
			oldest = to[i].oldest;
	}
	add_metric(b, "deliveries_waiting", "gauge", "Deliveries not yet made", owed);
	add_metric(b, "deliveries_held", "gauge", "Of them, held by an administrator",
		   held);
	add_metric(b, "delivery_oldest_seconds", "gauge",
		   "Age of the oldest message with a delivery to make",
		   oldest ? (clock_now_ms() - oldest) / 1000 : 0);
	return OK;
}

static err add_archive(struct request *q, struct buf *b)
{
	const struct worker *w = worker_of(q);
	const struct list_entry **lists;
	size_t count;
	addressbook_lists(w->books.addresses, q->arena, &lists, &count);
	add_metric(b, "lists", "gauge", "Lists", (int64_t)count);
	add_head(b, "posts", "gauge", "Posts in the archive");
	for (size_t i = 0; i < count; i++) {
		struct calendar c;
		int64_t posts = 0;
		TRY(archive_months(w->books.archive, q->arena, lists[i]->id, &c.months,
				   &c.count));
		for (size_t m = 0; m < c.count; m++)
			posts += c.months[m].posts;
		buf_addf(b, "postern_posts{list=\"%.*s\"} %" PRId64 "\n",
			 STR_F(lists[i]->address), posts);
	}
	return OK;
}

/* For who runs the machine: names of lists that are not for everybody stand here. */
void metrics_page(struct request *q, struct response *r)
{
	struct worker *w = worker_open(q);
	if (!exchange_from_here(&q->client)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	r->cache = STR("no-store");
	add_http(w->web, q->router->cost, &r->body);
	if (!w->ready) {
		r->status = 503;
		return;
	}
	err e = add_queue(q, &r->body);
	if (!page_failed(q, r, e.kind ? e : add_archive(q, &r->body)))
		r->type = STR("text/plain; version=0.0.4; charset=utf-8");
}
