/* send/tally.h: how TLS went, counted in memory and written now and then, so that a
 * connection costs no sync. What a crash forgets are counts of some seconds.
 *
 *     TRY(tally_open(a, data, &t));
 *     tally_add(t, &row);          // any thread
 *     TRY(tally_write(t));         // one thread: the one that reports */
#pragma once

#include "store/outbound/tls_tally.h"

struct tally;

MUST_USE err tally_open(struct arena *a, str data, struct tally **t);
void tally_close(struct tally *t); /* writes what it can */

/* row->day is set to today; its texts are copied. */
void tally_add(struct tally *t, const struct tls_tally_row *row);
MUST_USE err tally_write(struct tally *t);

/* The connection that it writes by, for who calls tally_write. */
struct book *tally_book(struct tally *t);
