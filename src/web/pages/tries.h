/* web/pages/tries.h: judging the posts of late again, by other settings or header rules. It
 * takes seconds of a core, so few do it at once; what came of a post is said alike.
 *
 *     bool free = try_begin();
 *     if (free) ... replay_run
 *     try_end();
 *     row.href = try_href(q, &turn.post), row.after = try_word(turn.after.verdict);
 */
#pragma once

#include "lists/replay.h"
#include "web/worker.h"

bool try_begin(void); /* false: as many run as may */
void try_end(void);   /* after each try_begin, whatever it said */

/* What became of a post: the class of its mark, and in the reader's language. */
str try_state(enum verdict v);
str try_word(enum verdict v);

/* Where it is to be read: in the archive or among those that wait. */
str try_href(struct request *q, const struct replayed *x);
