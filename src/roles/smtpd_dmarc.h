/* roles/smtpd_dmarc.h: what DMARC made of each message, counted in memory and written
 * to the inbound book every few seconds, for the reports that domains ask for
 * (RFC 9990, RFC 9991). What a crash forgets are counts of some seconds.
 *
 *     struct dmarc_counts *counts = dmarc_counts_new();
 *     if (dmarc_note(a, &(struct dmarc_case){ &ask, &trust, DMARC_TAKEN }, &row))
 *             dmarc_counts_add(counts, &row);      // any thread
 *     TRY(dmarc_counts_write(counts, inbound));    // one thread at a time */
#pragma once

#include "store/inbound/dmarc_seen.h"
#include "trust/trust.h"

/* What came of it for the author's proof alone; that something else was wrong with it is
 * nothing that its domain is told. */
enum dmarc_outcome { DMARC_TAKEN, DMARC_HELD, DMARC_REFUSED };

struct dmarc_case {
	const struct trust_ask *ask;
	const struct trust_result *trust;
	enum dmarc_outcome outcome;
};

/* Fills all but id and messages; it lives in a. False: there is nothing to tell anybody:
 * no record, none that asks for reports by mail, neither a verdict nor a
 * temporary error, or the message is a report itself. */
bool dmarc_note(struct arena *a, const struct dmarc_case *c, struct dmarc_seen *row);

/* The same for a report on the message itself (RFC 9991): failed_at is set. Only of what
 * fails, where the record asks for it (ruf=, fo=), and never of what a program wrote. It
 * holds no address of a person. */
bool dmarc_note_failure(struct arena *a, const struct dmarc_case *c,
			struct dmarc_seen *row);

struct dmarc_counts;

struct dmarc_counts *dmarc_counts_new(void);
void dmarc_counts_free(struct dmarc_counts *counts); /* NULL: nothing */

/* One message more; row's texts are copied. */
void dmarc_counts_add(struct dmarc_counts *counts, const struct dmarc_seen *row);

/* What cannot be written now is written later. ERR_TEMP, ERR_IO. */
MUST_USE err dmarc_counts_write(struct dmarc_counts *counts, struct book *inbound);
