/* store/outbound/dmarc_tally.h: what DMARC made of mail in other domains' names, counted
 * by day, until the domains that want it have their report (RFC 9990).
 *
 *     struct dmarc_room room = { 0 };
 *     TRY(dmarc_tally_add(outbound, &row, &room));
 *
 *     while (!dmarc_tally_next(outbound, a, today, &d).kind)
 *             TRY(dmarc_tally_of(outbound, a, d.day, d.domain, &rows, &count)); */
#pragma once

#include "store/inbound/dmarc_seen.h"

/* Whoever wants may send in any domain's name: what a day may hold. */
enum {
	DMARC_DOMAINS = 2000,  /* domains; */
	DMARC_REGISTRANT = 20, /* of them below one registered name */
	DMARC_KINDS = 1000,    /* rows of a domain, */
	DMARC_ROWS = 50000     /* and of all */
};

struct dmarc_room { /* what a day holds already; read where day is another's */
	int64_t day, domains, rows;
};

/* Adds x->messages to those that are alike. The record is from now on the domain's. A
 * domain for which there is no room is not counted, a kind is as one of `unlisted`. */
MUST_USE err dmarc_tally_add(struct book *b, const struct dmarc_seen *x,
			     struct dmarc_room *room);

struct dmarc_domain {
	int64_t day;
	str domain;
	str record;       /* as it was last seen */
	int64_t unlisted; /* messages that no row tells */
};

/* The first behind d->day and d->domain, of a day before `before`.
 * ERR_NOTFOUND: there is none. */
MUST_USE err dmarc_tally_next(struct book *b, struct arena *a, int64_t before,
			      struct dmarc_domain *d);

/* All of one day and domain; of a row what a report says. */
MUST_USE err dmarc_tally_of(struct book *b, struct arena *a, int64_t day, str domain,
			    struct dmarc_seen **x, size_t *count);

MUST_USE err dmarc_tally_done(struct book *b, int64_t day, str domain);
MUST_USE err dmarc_tally_expire(struct book *b, int64_t before_day, int64_t *gone);
