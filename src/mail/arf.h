/* mail/arf.h: feedback reports (RFC 5965): somebody who had mail of ours pressed the
 * button, or a receiver found it unproven (RFC 6591).
 *
 *     struct arf r;
 *     TRY(arf_read(a, message, &r));
 *     if (str_eq(r.type, STR("abuse"))) ...   // by r.original_rcpt_to, r.message_id
 *
 * As with a bounce, whether to believe it is the caller's to know: many reporters
 * leave the recipient out, and what proves a report is a Message-ID or a tag of ours. */
#pragma once

#include "mail/header.h"

struct arf_values {
	str *values;
	size_t count;
};

struct arf {
	str type; /* lower case: abuse, fraud, virus, not-spam, opt-out, auth-failure,
		   * other, …; empty: the message is no feedback report */
	str user_agent, version, reporting_mta, envelope_id;
	str original_mail_from; /* without < > */
	str source_ip;          /* alone, as it is written */
	int64_t arrival;        /* seconds, 0 unknown */
	uint64_t incidents;     /* at least 1 */
	str auth_failure;       /* RFC 6591: dkim, bodyhash, … */
	str dkim_domain, dkim_identity, dkim_selector;
	/* what may stand more than once */
	struct arf_values original_rcpt_to; /* without < > */
	struct arf_values reported_domain, reported_uri, authentication_results;
	struct header fields;   /* all that the report says */
	struct header returned; /* of the mail it is about; empty where there is none */
	str message_id;         /* of that, without < >, and its List-Id without text */
	str list_id;
};

/* Reads a whole message; what it finds are views and lives in a. ERR_LIMIT: as
 * mime_parse. */
MUST_USE err arf_read(struct arena *a, str message, struct arf *r);
