/* store/outbound/undelivered.h: telling a sender that mail did not arrive, or is late
 * (RFC 3461 section 4.1, RFC 3464). Never about mail without a return path, so
 * a report begets no report (RFC 5321 section 4.5.5). */
#pragma once

#include "mail/dsn.h"
#include "store/store.h"

struct undelivered {
	str source; /* "17/dsn/3": makes it once only */
	str sender; /* the reverse-path; nothing is sent to "" */
	str hostname, envid, ret;
	int64_t arrival; /* seconds */
	const struct dsn_recipient *recipients;
	size_t count;
	str original; /* the message */
	int64_t tls;  /* what it asks for, enum tls_want */
};

/* Queues the report; inside the caller's transaction where one is open. */
MUST_USE err undelivered_tell(struct book *outbound, struct arena *a,
			      const struct undelivered *u);
