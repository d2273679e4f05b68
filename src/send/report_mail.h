/* send/report_mail.h: a report in the queue, from nobody, so that a refusal comes back to
 * nobody.
 *
 *     TRY(report_mail_queue(outbound, a, &(struct report_mail){
 *             .source = id, .subject = STR("Report on DMARC"), .to = recipient,
 *             .bytes = mail })); */
#pragma once

#include "mail/tls_want.h"
#include "store/store.h"

struct report_mail {
	str source;  /* makes it one, however often it is queued */
	str subject; /* for the trace */
	str to, bytes;
	enum tls_want tls;
};

/* In the caller's transaction. */
MUST_USE err report_mail_queue(struct book *outbound, struct arena *a,
			       const struct report_mail *m);
