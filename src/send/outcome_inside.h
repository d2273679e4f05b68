/* send/outcome_inside.h: the committer among its own files. outcome.c makes rows of the
 * outcomes, a batch a transaction; outcome_report.c tells senders what they asked to hear
 * of (RFC 3461, RFC 3464). */
#pragma once

#include "send/sender_inside.h"

enum { OUTCOME_BATCH = 5000 };

struct due { /* a report that an outcome of the batch asks for */
	const struct outcome *o;
	const char *action; /* NULL: it stands in another's */
};

struct reports_due {
	struct due due[OUTCOME_BATCH];
	size_t count;
};

/* Whether NOTIFY asks for a report on that; standard: where there is none. */
bool report_wanted(const struct item *i, const char *when, bool standard);

/* Unless the sender wants to hear nothing. */
void reports_due_add(struct reports_due *r, const struct outcome *o, const char *action);

/* Queues the one at first, with all that the batch says of its message in the same way;
 * nothing where it stands in another's or nobody is to be told. */
MUST_USE err reports_due_tell(struct reports_due *all, size_t first,
			      const struct conf *conf, struct book *outbound,
			      struct arena *a);
