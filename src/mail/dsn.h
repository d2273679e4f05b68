/* mail/dsn.h: delivery status notifications (RFC 3464): ours, and reading those
 * of others well enough to know who is meant and whether it is for good. */
#pragma once

#include "mail/address.h"

struct dsn_recipient {
	str final;      /* address */
	str original;   /* "rfc822;a+b@x.example": ORCPT, decoded, or "" */
	str action;     /* failed, delayed, delivered, relayed, expanded */
	str status;     /* "5.1.1" */
	str diagnostic; /* the remote's words, or ours; else those behind the status */
	str remote;     /* the server that said so, or "" */
	int64_t until;  /* of a delay: when it is given up, seconds; 0 unsaid */
};

struct dsn {
	str reporting_mta;
	str envelope_id; /* ENVID, decoded, or "" */
	int64_t arrival; /* seconds, 0 unknown */
	struct dsn_recipient *recipients;
	size_t count;
};

/* A whole message to `to` from postmaster, null reverse-path understood. An
 * action or status that is empty counts as failed, 5.0.0.
 * original: the message it is about; headers_only: RET=HDRS or it is large. */
str dsn_write(struct arena *a, const struct dsn *d, const struct address *to,
	      str hostname, str original, bool headers_only);

/* Reads the machine-readable part of a report, and only that; d->count is 0
 * where the message has none. ERR_LIMIT: as mime_parse. */
MUST_USE err dsn_read(struct arena *a, str message, struct dsn *d);
