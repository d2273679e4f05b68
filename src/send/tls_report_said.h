/* send/tls_report_said.h: what a day's report on TLS says to a domain (RFC 8460), out of the
 * tallies in the outbound book. tls_report.h knows when it goes, and to whom.
 *
 *     struct report_tls report;
 *     TRY(tls_report_make(conf, outbound, a, day, STR("example.org"), &report)); */
#pragma once

#include "base/conf.h"
#include "mail/report_tls.h"
#include "store/store.h"

/* day: since 1970, UTC. What has no room for a detail is in the sums alone. */
MUST_USE err tls_report_make(const struct conf *conf, struct book *outbound,
			     struct arena *a, int64_t day, str domain,
			     struct report_tls *out);
