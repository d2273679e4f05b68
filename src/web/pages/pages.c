#include "web/pages/pages.h"

enum { RIGHT_OPEN = ROUTE_OPEN };

static const struct route routes[] = {
#define PAGE(methods, pattern, function, right, flags) \
	{ methods, pattern, function, RIGHT_##right, flags },
#include "web/pages/pages.def"
#undef PAGE
};

const struct route *pages_routes(size_t *count)
{
	*count = sizeof routes / sizeof *routes;
	return routes;
}
