/* send/session_inside.h: one connection to a destination, among its own files.
 * places.c decides who gets one; open.c finds a server that takes us; session.c sends
 * what waits. */
#pragma once

#include "send/route.h"
#include "send/sender_inside.h"
#include "send/tls_result.h"
#include "smtp/client.h"

struct heard {       /* since place_heard was called */
	size_t good; /* answers that came quickly, yes or no */
	bool bad;    /* it wants less */
	bool slow;
};

struct session {
	struct sender *s;
	struct destination *d;
	struct arena *a;
	const struct hop *hop;
	struct smtp_client *client;
	str by; /* the hop's name and what TLS it is by, for the ledger */
	bool ending;
	bool unproven; /* counted among s->unproven */
	bool insists;  /* dials also who could not be reached a moment ago */
	bool failed;   /* no server took us, or none of our mail */
	bool answered; /* some of it */
	struct heard heard;
	size_t given;   /* copies, by this connection */
	int64_t paused; /* milliseconds of its time: the server waited for us */
	int64_t until;  /* clock_mono_ms: its turn, where others want the place */
	/* Of copies that are done, for the next: the client holds no more at a time. */
	struct arena *spare[SMTP_WINDOW];
	size_t spares;
};

/* The next that waits for the destination, or NULL. */
struct item *session_take(struct session *x);

/* Everything that waits for the destination shares one fate: no way there. */
void session_fail(struct session *x, int code, const char *status, str why);

/* Opens x->client to the first hop that takes us. False: there is none, and what waits
 * was told so, unless other sessions to there go on or its servers are not to be dialled
 * yet. */
bool session_open(struct session *x, const struct route *r);

/* --- under s->lock --- */

bool session_start(struct sender *s, struct destination *d);

/* places.c: all places are taken, and somebody wants one. */
bool places_are_short(const struct sender *s);

/* places.c: what a session heard changes who gets the next place. */
void place_begins(struct session *x);
void place_heard(struct session *x);
/* Its destination takes fewer now: this one is to end. */
bool place_is_over(struct session *x);
void place_ends(struct session *x);
