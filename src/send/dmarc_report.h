/* send/dmarc_report.h: once a day, what DMARC made of mail in a domain's name goes to
 * the addresses that its record names (RFC 9990), as mail through the queue. An address
 * elsewhere must have agreed in its own DNS (section 4), else whoever publishes a record
 * could have us write to anybody.
 *
 *     struct dmarc_reporter *d = dmarc_reporter_new(&(struct dmarc_reporter_conf){
 *             conf, resolver, outbound, &stopping });
 *     TRY(dmarc_reporter_look(d));     // every few seconds
 *     dmarc_reporter_free(d); */
#pragma once

#include "base/conf.h"
#include "mail/report_dmarc.h"
#include "net/resolver.h"
#include "store/store.h"

#include <stdatomic.h>

struct dmarc_reporter_conf {
	const struct conf *conf;
	struct resolver *resolver;
	struct book *outbound; /* the caller's */
	atomic_bool *stopping;
	int64_t look_ms; /* a look begins nothing after that; 0: half a minute */
};

struct dmarc_reporter;

struct dmarc_reporter *dmarc_reporter_new(const struct dmarc_reporter_conf *conf);
void dmarc_reporter_free(struct dmarc_reporter *d); /* NULL is fine */

/* Reports that are due, a few at a time, from where the last look ended. What cannot be
 * made is logged, and waits. */
MUST_USE err dmarc_reporter_look(struct dmarc_reporter *d);

/* Forgets what could not be reported for days. */
MUST_USE err dmarc_reporter_expire(struct dmarc_reporter *d);

struct dmarc_asking {
	struct resolver *resolver;
	int64_t deadline; /* clock_mono_ms, for all addresses together */
	atomic_bool *stopping;
	bool failures; /* it is ruf= that counts (RFC 9991 section 4), not rua= */
};

/* Of the addresses in the record of that domain those that have agreed, with what they
 * put in their own place; how many. ERR_TEMP: DNS does not say, or it is time to
 * stop. */
MUST_USE err dmarc_report_agreed(struct arena *a, const struct dmarc_asking *by,
				 str domain, str rua,
				 struct dmarc_report_to to[static DMARC_REPORT_URIS],
				 size_t *count);
