/* web/router_inside.h: what finds a row (router_find.c) and what answers with it (router.c). */
#pragma once

#include "web/router.h"

struct match {
	const struct route *route; /* NULL: none takes the method */
	unsigned allowed;          /* methods of all rows that fit the path */
	bool wants_slash;          /* one would, with a / at the end */
};

/* Fills q->args, and q->json where the path is a twin's, which then loses its .json. */
struct match router_find(const struct router *router, struct request *q);

/* Who asked for a page's twin is led to twins, /lists/dev/admin.json to
 * /lists/dev/admin/held.json, and told so in JSON. */
void router_lead_to_twin(const struct router *router, struct request *q,
			 struct response *r);
