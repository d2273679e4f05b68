/* mail/report_failure.h: a report on mail that failed DMARC, to the domain in whose name it
 * came (RFC 9991, in the format of RFC 5965 and RFC 6591). arf.h reads such reports.
 *
 *     str mail = failure_report_mail(a, &report, &by, &to);
 *
 * It is for whoever published a record, so it holds what tells why and no more: of persons
 * their domains, with "redacted" before the @ (RFC 5965 section 6), no recipient, no
 * subject, no text. */
#pragma once

#include "mail/report_dmarc.h"

struct failure_report {
	str domain;      /* the author's, in From */
	str mail_from;   /* the return path's domain */
	int64_t arrival; /* seconds, of the first */
	int64_t incidents;
	str source_ip;
	str results;                    /* an Authentication-Results field's value */
	bool dkim_failed, spf_failed;   /* to prove an aligned identity */
	str delivery;                   /* delivered, policy, reject */
	str dkim_domain, dkim_selector; /* of the author's signature that failed, or "" */
	str spf_domain, spf_record;     /* the author's, that failed; record "" unknown */
	str message_id;                 /* without < >, or "" */
};

/* The whole message. The texts above are ASCII without control characters; of
 * spf_record that is seen to here. */
str failure_report_mail(struct arena *a, const struct failure_report *r,
			const struct dmarc_report_by *by, const struct address *to);
