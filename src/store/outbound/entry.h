/* store/outbound/entry.h: how an entry of the ledger is read, and the filters by
 * which a recipient's are found; shared by the ledger's files. */
#pragma once

#include "store/outbound/ledger.h"

#define ENTRY                                                                         \
	"e.id, e.at, e.inbound, e.message, e.recipient, e.member, e.what, e.detail, " \
	"e.class, e.status, e.report"

enum { LEDGER_BLOCK = 1024 }; /* entries a filter covers */

void ledger_read(struct rows *r, struct arena *a, void *row);

/* Writes the filter over the entries last - 1023 .. last. */
MUST_USE err ledger_seal(struct book *b, int64_t last);
