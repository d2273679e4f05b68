/* lists/decide.h: what a moderator does with a held post. Whichever way it comes by, it is
 * one call, one transaction of the lists book and one row in the audit.
 *
 *     TRY(held_decide(books, a, id, STR("reject"), STR("Off topic."), &by));
 *
 * Pages reach it through the order `held`, mailed links and answers through
 * lists/press.h, `postern held` directly. */
#pragma once

#include "lists/books.h"

struct decision_row {
	const char *word;
	bool ends; /* the post waits no longer */
	const char *said, *text;
};

/* The rows of decide.def. */
const struct decision_row *decision_rows(size_t *count);
const struct decision_row *decision_find(str said); /* NULL: no such word */

/* "approve" is "accept"; any other word is itself. */
str decision_word(str said);

/* "accept, trust, reject, …", for errors. */
str decision_words(struct arena *a);

/* text: to the author (reject), to the other moderators (defer), an address (forward); else unused. A number
 * alone stands for that line of the list's rejection_answers. Nobody is told of a
 * rejection but an author who is proven. ERR_NOTFOUND: no such post. ERR_SYNTAX: no such
 * word. ERR_DENIED: handled already, claimed by another, or a ban that would hit whom a
 * forger named; the text says which. */
MUST_USE err held_decide(struct books *books, struct arena *a, int64_t held, str word,
			 str text, const struct actor *by);

/* The same by their names, for whoever knows which. */
MUST_USE err held_accept(struct books *books, struct arena *a, int64_t held,
			 const struct actor *by);
MUST_USE err held_reject(struct books *books, struct arena *a, int64_t held, str reason,
			 const struct actor *by);
MUST_USE err held_discard(struct books *books, struct arena *a, int64_t held,
			  const struct actor *by);

/* Nobody has decided in that many days: it is dropped, and its author told who was told
 * that it waits. */
MUST_USE err held_lapse(struct books *books, struct arena *a, int64_t held, int64_t days,
			const struct actor *by);
