/* send/session_inside.h: one connection to a destination, among its own files.
 * open.c finds a server that takes us; session.c sends what waits. */
#pragma once

#include "send/route.h"
#include "send/sender_inside.h"
#include "send/tls_result.h"
#include "smtp/client.h"

struct session {
	struct sender *s;
	struct destination *d;
	struct arena *a;
	const struct hop *hop;
	struct smtp_client *client;
	str by; /* the hop's name and what TLS it is by, for the ledger */
	bool turned_away;
};

/* The next that waits for the destination, or NULL. */
struct item *session_take(struct session *x);

/* Everything that waits for the destination shares one fate: no way there. */
void session_fail(struct session *x, int code, const char *status, str why);

/* Opens x->client to the first hop that takes us. False: there is none, and what waits
 * was told so, unless other sessions to there go on. */
bool session_open(struct session *x, const struct route *r);
