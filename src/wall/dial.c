#include "wall/dial.h"

#include "base/clock.h"
#include "net/addr.h"

#include <string.h>

enum { CONNECT_MS = 5000 };

static err dial_address(struct arena *a, str address, int64_t deadline, int *fd)
{
	struct net_addr at;
	TRY(net_parse(a, address, &at));
	return net_dial(a, &at, deadline, fd);
}

err engine_dial(struct arena *a, str where, int64_t deadline, int *fd)
{
	int64_t soon = clock_mono_ms() + CONNECT_MS;
	deadline = soon < deadline ? soon : deadline;
	if (str_starts(where, STR("/")))
		return net_dial_unix(a, arena_z(a, where), deadline, fd);
	if (!str_starts(where, STR("localhost:")))
		return dial_address(a, where, deadline, fd);
	str port = str_skip(where, strlen("localhost"));
	err e = dial_address(a, arena_cat(a, STR("127.0.0.1"), port), deadline, fd);
	if (!e.kind)
		return OK;
	err six = dial_address(a, arena_cat(a, STR("[::1]"), port), deadline, fd);
	return six.kind ? e : OK;
}
