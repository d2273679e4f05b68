/* store/outbound/run.h: entries of the ledger that differ in recipient, member and detail
 * alone, as one row. What they share stands in its columns; of the three each entry has
 * only what is not as in the one before. A row's entries have the ids up to its own, so
 * that each keeps an id and the order.
 *
 *     n = run_length(e, count);              the first n may be one row
 *     run_pack(&bytes, e, n);
 *
 *     struct run x = { 0 };
 *     run_open(&x, &row, n, bytes);          also for a row of one entry
 *     while (run_next(&x, &e))
 *             ...                            e's texts are good until the next
 *     TRY(run_fault(&x));
 *     ... another row, then
 *     run_free(&x);
 */
#pragma once

#include "base/buf.h"
#include "store/outbound/ledger.h"

struct run {
	struct ledger_entry row; /* of a run: without recipient, member and detail */
	int64_t left;            /* entries still to come */
	bool packed, damaged;
	str rest;
	struct buf recipient, detail; /* of the entry before */
	int64_t member;
};

/* How many of the count entries, from the first on, may be one row; at least 1. */
size_t run_length(const struct ledger_entry *e, size_t count);

/* Adds what differs among them to bytes. */
void run_pack(struct buf *bytes, const struct ledger_entry *e, size_t count);

/* Begins with a row that stands for so many entries; its texts and bytes are borrowed. */
void run_open(struct run *x, const struct ledger_entry *row, int64_t entries, str bytes);
bool run_next(struct run *x, struct ledger_entry *e); /* false: the end, or damage */

/* ERR_IO: the row is damaged. */
MUST_USE err run_fault(const struct run *x);
void run_free(struct run *x);
