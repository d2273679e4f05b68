/* lists/reported.h: reports about us that come by mail to the address that our DNS names
 * (postmaster): DMARC aggregate reports (RFC 9990) and reports on TLS (RFC 8460). They are
 * counted for the page /reports, and no person gets them.
 *
 *     if (reported_may_be(a, recipient, &header))
 *             TRY(reported_take(books, a, arrival, message, &header, &taken));
 *     if (!taken) ... it is mail as any other
 *
 * Only those of whom From's domain is proven, about a domain of ours, of one file, within
 * bounds, and so many a day of an organization and of all: the rest goes to the
 * administrator as ever, who may read it by `postern check report`. */
#pragma once

#include "lists/books.h"
#include "mail/header.h"
#include "store/inbound/message.h"

enum {
	REPORTED_DAILY = 1000,     /* attempts to read one, in 24 hours; of them */
	REPORTED_EACH = 20,        /* from an organization */
	REPORTED_OCTETS = 2 << 20, /* of the message; */
	REPORTED_PACKED = 1 << 20, /* of its file; unpacked: */
	REPORTED_XML = 4 << 20,
	REPORTED_JSON = 1 << 20,
	REPORTED_RECORDS = 20000, /* and as many DKIM results, SPF results and reasons */
	REPORTED_DAYS = 90,
	REPORTED_FAILURES = 50
};

/* By its address and subject alone: nothing is unpacked for that. */
bool reported_may_be(struct arena *a, str recipient, const struct header *header);

/* Not within a transaction of the outbound book: that somebody tries is written before
 * the report is read, else one that ends the program would be met for ever. */

MUST_USE err reported_take(struct books *books, struct arena *a,
			   const struct inbound_message *arrival, str message,
			   const struct header *header, bool *taken);
