/* send/report_mail.h: a report in the queue, from nobody, so that a refusal comes back to
 * nobody.
 *
 *     TRY(report_mail_queue(outbound, a, &(struct report_mail){
 *             REPORT_DMARC, .id = id, .to = recipient, .bytes = mail })); */
#pragma once

#include "store/store.h"

enum report_mail_kind { /* report_mail.def */
#define REPORT(name, source, subject, tls) REPORT_##name,
#include "send/report_mail.def"
#undef REPORT
};

struct report_mail {
	enum report_mail_kind kind;
	str id; /* with to, it makes it one, however often it is queued */
	str to, bytes;
};

/* In the caller's transaction. */
MUST_USE err report_mail_queue(struct book *outbound, struct arena *a,
			       const struct report_mail *m);
