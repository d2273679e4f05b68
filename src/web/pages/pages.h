/* web/pages/pages.h: the pages as one table, pages.def. A page is a function; a
 * file holds those of one subject. */
#pragma once

#include "web/worker.h"

#define PAGE(methods, pattern, function, right, flags) \
	void function(struct request *q, struct response *r);
#include "web/pages/pages.def"
#undef PAGE

const struct route *pages_routes(size_t *count);

/* For http_options.first; ctx is the router. */
void first_page(void *router, struct request *q, struct response *r);
