/* store/outbound/tls_tally.h: how TLS to other domains' servers went, counted by day,
 * for the reports that the domains want (RFC 8460). */
#pragma once

#include "store/store.h"

struct tls_tally_row {
	int64_t day;      /* since 1970, UTC */
	str domain;       /* the recipients' */
	str type;         /* of policy: "sts", "tlsa", "no-policy-found" */
	str policy;       /* tlsa: the records, a line each */
	str result;       /* "starttls-not-supported" and kin; "" for a success */
	str mx, from, to; /* the server, our address, its address; "" for a success */
	str reason;       /* in words */
	int64_t sessions;
};

/* Adds row->sessions to those that are alike. */
MUST_USE err tls_tally_add(struct book *b, const struct tls_tally_row *row);

/* The first domain, by day and name, behind those two, of a day before `before`.
 * ERR_NOTFOUND: there is none. */
MUST_USE err tls_tally_next(struct book *b, struct arena *a, int64_t before, int64_t *day,
			    str *domain);

/* All of one day and domain, at most limit. */
MUST_USE err tls_tally_of(struct book *b, struct arena *a, int64_t day, str domain,
			  size_t limit, struct tls_tally_row **rows, size_t *count);

MUST_USE err tls_tally_done(struct book *b, int64_t day, str domain);
MUST_USE err tls_tally_expire(struct book *b, int64_t before_day, int64_t *gone);
