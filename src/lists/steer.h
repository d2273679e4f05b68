/* lists/steer.h: what an admin does to mail under way, on a page (through an order) or
 * by command. What it is done to is named in one way everywhere: q17 is an outbound
 * message (17 is understood, too), q17/31 one delivery of it, anything else a
 * destination, that is the domain of its recipients.
 *
 *     struct queue_filter what;
 *     TRY(steer_read(a, STR("q17"), &what));
 *     TRY(steer(books, a, &(struct steering){ STR("hold"), what }, &by, &changed));
 */
#pragma once

#include "lists/books.h"
#include "store/outbound/queue.h"

struct steering {
	str act;                  /* a word of steer.def */
	struct queue_filter what; /* empty: all, where the act may have it */
	str reason;               /* of a removal, for the ledger; or "" */
};

/* "" is all. ERR_SYNTAX: no id and no domain. */
MUST_USE err steer_read(struct arena *a, str text, struct queue_filter *what);

/* How it is written: "q17", "q17/31", "uni.example", or "" for all. */
str steer_text(struct arena *a, const struct queue_filter *what);

/* Does it and audits it; *changed counts the deliveries. Twice is as once. ERR_SYNTAX:
 * no such act, or not one for all. ERR_NOTFOUND: no such message. */
MUST_USE err steer(struct books *books, struct arena *a, const struct steering *s,
		   const struct actor *by, int64_t *changed);
