/* send/sender.h: the engine that empties the outbound book.
 *
 *     struct sender *s;
 *     TRY(sender_start(a, &(struct sender_conf){ .conf = conf, ... }, &s));
 *     sender_wake(s);            // new deliveries may be there
 *     sender_stop(s, deadline);  // sessions end, outcomes are written
 *
 * Threads: one dispatcher, one committer, one a connection. Whatever is in memory
 * is in the book as well: a crash forgets nothing, and repeats at most the copies
 * whose outcome was not written yet. */
#pragma once

#include "base/conf.h"
#include "base/mac.h"
#include "base/map.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "send/flight.h"
#include "send/seal.h"
#include "send/tls_result.h"
#include "store/outbound/delivery.h"

#include <pthread.h>
#include <stdatomic.h>

struct sender_conf {
	const struct conf *conf;
	struct mac_key mac;
	struct resolver *resolver;
	struct tls *tls; /* a client's context; NULL: never TLS */
	struct sealer sealer;
	tls_sts *sts; /* tls_policy.h; NULL: nobody knows the domains' policies */
	void *sts_ctx;
	tls_told *told; /* tls_result.h; NULL: nobody collects them */
	void *told_ctx;
	int64_t slow_ms;  /* who takes longer to answer is slow; 0: as pace.h says */
	int64_t brief_ms; /* a busy connection keeps its place, though others want it; 0:
			     as sender.c says */
	size_t outcomes_most; /* that wait to be written; 0: as outcome.c says */
	/* One end of a fresh connection to our own smtpd. */
	err (*dial_own)(void *ctx, struct arena *a, int *fd);
	void *ctx;
};

struct sender;

MUST_USE err sender_start(struct arena *a, const struct sender_conf *conf,
			  struct sender **s);
void sender_wake(struct sender *s);
void sender_stop(struct sender *s, int64_t deadline);
