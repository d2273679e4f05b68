/* send/report_limit.h: how many reports a day a third person is sent. A domain's record
 * names where reports on it go, and nothing asks whoever has that mailbox or server: many
 * domains that name one of them would make a flood of every server that reports.
 *
 *     struct report_to to = report_to(a, domain, host, mailbox);
 *     TRY(report_limit_ask(outbound, a, &to, &yes));
 *     if (yes) ... TRY(report_limit_count(outbound, a, &to));   // with the mail, at once
 *
 * What a domain has sent to its own organization is not limited. A kind that every stranger
 * can bring about yields, else forged mail would use up what a report on TLS needs. */
#pragma once

#include "store/store.h"

enum {
	REPORTS_TO_MAILBOX = 10, /* in 24 hours */
	REPORTS_TO_HOST = 100,   /* all names of its organization together */
};

struct report_to {
	bool third;  /* a person beside the domain and us */
	bool yields; /* half of the limits stay for reports of other kinds */
	str host, mailbox;
};

/* host: of the address or URL; mailbox: the address, or "" for a URL. */
struct report_to report_to(struct arena *a, str domain, str host, str mailbox);

MUST_USE err report_limit_ask(struct book *outbound, struct arena *a,
			      const struct report_to *to, bool *yes);
MUST_USE err report_limit_count(struct book *outbound, struct arena *a,
				const struct report_to *to);

/* Seconds behind the end of a day at which the reports on it to that domain are due:
 * within four hours, and not everybody at once. */
int64_t report_spread(str domain);
