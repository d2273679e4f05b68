/* send/reporter.h: a thread that writes the tallies of TLS down and, once a day, sends
 * every domain that asks for it (_smtp._tls) the report on the day before (RFC 8460):
 * as mail through the queue, or by HTTPS through the role fetch. Reports on DMARC leave by
 * the same thread (send/dmarc_report.h, send/failure_report.h).
 *
 *     TRY(reporter_start(&(struct reporter_conf){ ... }, &r));
 *     reporter_stop(r);   // before the tally is closed */
#pragma once

#include "base/conf.h"
#include "net/resolver.h"
#include "send/tally.h"

struct reporter_conf {
	const struct conf *conf;
	struct resolver *resolver;
	struct tally *tally;
	err (*dial_fetch)(void *ctx, struct arena *a, int *fd);
	void *ctx;
};

struct reporter;

MUST_USE err reporter_start(const struct reporter_conf *conf, struct reporter **r);
void reporter_stop(struct reporter *r); /* waits for the question that is under way */
