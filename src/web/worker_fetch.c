/* Pages of other servers, which the role fetch asks for: of [fetch] templates and [oidc]. */
#include "web/worker.h"

#include <sys/socket.h>
#include <unistd.h>

enum { FETCHES_AT_ONCE = 4 }; /* each holds a worker while a server thinks */

static err ask(struct request *q, const struct fetch_request *r, struct fetch_answer *x)
{
	const struct web *web = worker_of(q)->web;
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return FAIL(ERR_TEMP, "no way to the role fetch at the moment");
	err e = web->hand_fetch(web->ring, pair[1]);
	close(pair[1]);
	if (!e.kind)
		return fetch_ask(q->arena, pair[0], r, x);
	close(pair[0]);
	return e;
}

err web_fetch(struct request *q, const struct fetch_request *r, struct fetch_answer *x)
{
	struct web *web = worker_of(q)->web;
	err e = atomic_fetch_add(&web->fetches, 1) < FETCHES_AT_ONCE
			? ask(q, r, x)
			: FAIL(ERR_TEMP, "others fetch at the moment; try again");
	atomic_fetch_sub(&web->fetches, 1);
	return e;
}
