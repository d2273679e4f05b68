/* lists/caution.h: a message that ends the role post is not met for ever. What was there
 * when the role began and its predecessor died over is dealt with one by one, each noted
 * (as cursors of the outbound book) before it is read; one on which the role has died
 * twice by itself is given up: its sender or the administrator hears of it.
 *
 *     struct caution c;
 *     TRY(caution_begin(&books, &c));                 // at the start of the role
 *     if (caution_alone(&c, id))
 *             TRY(caution_note(&books, &c, id, &deadly));
 *     TRY(caution_end(&books, &c));                   // all of it is dealt with
 *
 * Where nobody died nothing is written but two cursors at the start. */
#pragma once

#include "lists/books.h"

enum { CAUTION_DEATHS = 2 };

struct caution {
	bool begun;              /* what was there at the start is not yet dealt with */
	bool careful;            /* and the predecessor died over it */
	int64_t until;           /* the last of it */
	int64_t suspect, deaths; /* on which the predecessors died, so many times */
};

MUST_USE err caution_begin(struct books *books, struct caution *c);

/* Whether the arrivals behind that one are dealt with one by one. */
bool caution_alone(const struct caution *c, int64_t after);

/* *deadly: the role has died on it too often. */
MUST_USE err caution_note(struct books *books, const struct caution *c, int64_t id,
			  bool *deadly);

/* Also where the role ends as it should. Does nothing the second time. */
MUST_USE err caution_end(struct books *books, struct caution *c);
