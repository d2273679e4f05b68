/* web/pages/trace_words.h: what became of a copy, in words. Pure.
 *
 *     const struct trace_word *w = trace_word(STR("tried"));   // "Waiting", warn
 *     trace_means(STR("451 4.7.1 greylisted"))                 // "The server asks …"
 */
#pragma once

#include "base/arena.h"

struct trace_word {
	const char *what, *word;
	const char *state;  /* of the page's status mark: ok, warn, bad, wait, none */
	bool recipient;     /* about a copy, not about the message's way to the list */
	const char *counts; /* delivered, waiting, failed, kept; "" for a step */
};

/* Never NULL: what nobody knows is shown as it stands. */
const struct trace_word *trace_word(str what);

/* What a list's rules said, short: "8 rules had no objection; member: accept (…)" of
 * "loop: miss; …; member: accept (…)". */
str trace_rules(struct arena *a, str verdicts);

/* Of the same what the author may know: why From was kept or changed in the copies;
 * "" where nothing of it is said. */
str trace_author(struct arena *a, str verdicts);

/* Why the list holds or refuses it, as the author was told: of the rule that decides the
 * reason, without its name. "" where none objects. */
str trace_objection(struct arena *a, str verdicts);

/* What a remote's reply means for the reader; "" where its words must do. */
const char *trace_means(str reply);
