/* send/failure_report.h: mail that failed DMARC is reported to the domain in whose name it
 * came, where its record asks for that (ruf=, RFC 9991): when the hour is over, once for all
 * that came by one way, a few an hour (store/outbound/dmarc_failure.h). Addresses elsewhere
 * must have agreed in their DNS, as for the daily reports (dmarc_report.h), and have half
 * of the limits of reports to third persons (report_limit.h).
 *
 *     struct failure_reporter *f = failure_reporter_new(&conf);
 *     TRY(failure_reporter_look(f));     // every few seconds
 *     failure_reporter_free(f); */
#pragma once

#include "send/dmarc_report.h"

struct failure_reporter;

struct failure_reporter *failure_reporter_new(const struct dmarc_reporter_conf *conf);
void failure_reporter_free(struct failure_reporter *f); /* NULL is fine */

/* Reports that are due, a few at a time. What cannot be made waits, and is logged where it
 * is not DNS that gives no answer. */
MUST_USE err failure_reporter_look(struct failure_reporter *f);

/* Forgets what came a day ago. */
MUST_USE err failure_reporter_expire(struct failure_reporter *f);
