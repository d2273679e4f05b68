/* Pages that programs read: is it alive, what may be crawled. */
#include "web/pages/pages.h"

void healthz_page(struct request *q, struct response *r)
{
	const struct desk *d = desk_of(q);
	if (!d->ready) {
		r->status = 503;
		return;
	}
	r->type = STR("text/plain; charset=utf-8");
	r->cache = STR("no-store");
	buf_add(&r->body, STR("ok\n"));
}
