/* send/letters.h: the messages that sessions send from, each loaded once. What waits
 * holds none: a letter is asked for when its copy is to leave.
 *
 *     TRY(letters_get(s->letters, item->message, &l));
 *     ...
 *     letters_put(s->letters, l);
 *
 * Those in use stay. Of the others as many are kept as fit in LETTERS_IDLE together
 * with those in use, for the next copy. Any thread. */
#pragma once

#include "send/copy.h"

enum { LETTERS_IDLE = 16 << 20 /* octets */, LETTERS_MOST = 256 /* of them */ };

struct letters;

/* Opens a connection of its own to read by. */
MUST_USE err letters_open(struct arena *a, str data, struct letters **l);
void letters_close(struct letters *l); /* nobody holds one any more */

/* ERR_NOTFOUND: the message or its body is gone. */
MUST_USE err letters_get(struct letters *l, int64_t message, struct letter **letter);
void letters_put(struct letters *l, struct letter *letter);

size_t letters_octets(struct letters *l); /* of all that are loaded */
