/* send/reporter.h: a thread that writes the tallies of TLS down and sends the reports that
 * are due: on TLS (send/tls_report.h), on DMARC (send/dmarc_report.h) and on what failed it
 * (send/failure_report.h).
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
