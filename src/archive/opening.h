/* archive/opening.h: the first words of a post that are its author's own: what stands below
 * its subject in a list of threads.
 *
 *     struct opening roots[2] = { { .post = 17 }, { .post = 21 } };
 *     TRY(openings_read(b, a, roots, 2, guest));
 *     roots[0].text     -- "The Wilson plot of the new data is flat above 4 Å."
 */
#pragma once

#include "store/store.h"

enum { OPENING_MAX = 200 }; /* octets of one, about */

/* Of a text as render_text makes it: no greeting, quote, attribution, signature, diff or line
 * of a patch that names people; blanks are single ones. Empty: there is nothing else. */
str opening_of(struct arena *a, str text);

struct opening {
	int64_t post; /* id; 0: none is wanted */
	str text;     /* out; the arena's */
};

/* In one read, whatever their number; of posts that are gone it is empty. With mail addresses
 * shortened where they are hidden from the reader. ERR_IO: a message is damaged. */
MUST_USE err openings_read(struct book *b, struct arena *a, struct opening *list,
			   size_t count, bool hide_addresses);
