/* lists/reported.h: reports about us that come by mail to the address that our DNS names
 * (postmaster): DMARC aggregate reports (RFC 9990) and reports on TLS (RFC 8460). They are
 * counted for the page /reports, and no person gets them.
 *
 *     TRY(reported_take(books, a, arrival, message, &header, &taken));
 *     if (!taken) ... it is mail as any other
 *
 * Only those of whom From's domain is proven, about a domain of ours, and so many a day:
 * the rest goes to the administrator as ever, who may read it by `postern check report`. */
#pragma once

#include "lists/books.h"
#include "mail/header.h"
#include "store/inbound/message.h"

enum { REPORTED_DAILY = 1000, REPORTED_DAYS = 90, REPORTED_FAILURES = 50 };

MUST_USE err reported_take(struct books *books, struct arena *a,
			   const struct inbound_message *arrival, str message,
			   const struct header *header, bool *taken);
