/* lists/dmarc_carry.h: what smtpd counted for reports on DMARC goes from the inbound book
 * to the outbound one, where send makes reports of it. Counts and the cursor
 * "dmarc-seen" are one transaction of the outbound book; then the rows go from the inbound
 * one. A crash between them finds the cursor behind them: nothing counts twice.
 *
 *     TRY(dmarc_carry(books, a, &more)); */
#pragma once

#include "lists/books.h"

/* *more: there are others behind those that were carried. ERR_TEMP, ERR_IO: try again. */
MUST_USE err dmarc_carry(struct books *books, struct arena *a, bool *more);
