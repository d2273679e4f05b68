/* send/tls_report.h: once a day, how TLS to its servers went is reported to every domain that
 * asks for it (_smtp._tls, RFC 8460): as mail through the queue, or by HTTPS through the
 * role fetch. tls_report_said.h has what the report says.
 *
 *     struct tls_reporter *r = tls_reporter_new(&(struct tls_reporter_conf){ ... });
 *     TRY(tls_reporter_look(r));     // every few seconds
 *     tls_reporter_free(r); */
#pragma once

#include "base/conf.h"
#include "net/resolver.h"
#include "store/store.h"

#include <stdatomic.h>

struct tls_reporter_conf {
	const struct conf *conf;
	struct resolver *resolver;
	struct book *outbound; /* the caller's */
	atomic_bool *stopping;
	err (*dial_fetch)(void *ctx, struct arena *a, int *fd);
	void *ctx;
};

struct tls_reporter;

struct tls_reporter *tls_reporter_new(const struct tls_reporter_conf *conf);
void tls_reporter_free(struct tls_reporter *r); /* NULL is fine */

/* Reports that are due, a few at a time. What cannot be made waits, and is logged where
 * something is wrong. */
MUST_USE err tls_reporter_look(struct tls_reporter *r);

/* Forgets what could not be reported for days. */
MUST_USE err tls_reporter_expire(struct tls_reporter *r);
