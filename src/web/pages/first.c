/* What the first visitor would have to wait for: books are opened, statements
 * prepared, dictionaries unpacked, and memory is found, before anybody asks. */
#include "web/pages/pages.h"

#include "store/archive/thread.h"

/* The path of the newest thread that everybody may read; empty: there is none. */
static str newest_thread(struct request *q)
{
	struct worker *w = worker_of(q);
	const struct list_entry **lists;
	size_t count;
	int64_t last_at = 0;
	str path = STR_NONE;
	if (worker_check(w).kind)
		return path;
	addressbook_lists(w->books.addresses, q->arena, &lists, &count);
	for (size_t i = 0; i < count; i++) {
		struct archive_threads t;
		struct settings s;
		if (settings_load(w->books.lists, q->arena, lists[i]->id, &s).kind
		    || !setting_is(s.archive_policy, "public")
		    || archive_threads_latest(w->books.archive, q->arena, lists[i]->id, 0,
					      0, 1, &t)
			       .kind
		    || !t.count || t.list[0].last_at <= last_at)
			continue;
		last_at = t.list[0].last_at;
		path = arena_printf(q->arena, "%.*s/t/%lld",
				    STR_F(list_url_path(q->arena, &w->books, lists[i])),
				    (long long)t.list[0].number);
	}
	return path;
}

void first_page(void *router, struct request *q, struct response *r)
{
	q->ctx = ((struct router *)router)->ctx;
	str path = newest_thread(q);
	if (!path.n || request_split_path(q->arena, path, q).kind)
		return;
	router_page(router, q, r);
}
