/* web/api/api.h: Mailman 3's REST API 3.1, so that its clients work unchanged. One
 * page takes every path below /api/; what answers there is a row of api.def. */
#pragma once

#include "web/router.h"

void openapi_page(struct request *q, struct response *r); /* what there is: OpenAPI 3.1 */
void api_page(struct request *q, struct response *r);

/* The row that fits the segments below /api/3.1, as "GET /lists/:list/config"; for
 * tests. "404" or "405" where none does. */
str api_route(struct arena *a, enum method method, str path);
