/* archive/pseudonym_text.h: a text in another name. Addresses are replaced wherever they
 * stand, in whatever form (dressed.h). A name is a word that its bearer chose, "do not" for one: it is replaced where
 * it can mean nobody else, and nowhere in what others said.
 *
 *     const struct pseudonym_text *t = pseudonym_text_new(a, &p);
 *     body = pseudonym_text_clean(a, t, body, 0, NAMES_BESIDE);
 */
#pragma once

#include "archive/pseudonym.h"

struct pseudonym_text; /* lives in the arena */

enum pseudonym_names {
	NAMES_NOWHERE,
	NAMES_BESIDE, /* "Name <address>", "address (Name)", and "Name wrote:" at the end
		       * of a line that has an address of theirs */
	NAMES_OWN,    /* everywhere but in lines that are quoted */
};

/* Names that are long, one word alone or no name at all are left out. */
const struct pseudonym_text *pseudonym_text_new(struct arena *a,
						const struct pseudonym *p);

/* The text itself where nothing is to be replaced. how: of bare.h. Its time is that of the
 * text. */
str pseudonym_text_clean(struct arena *a, const struct pseudonym_text *t, str text,
			 unsigned how, enum pseudonym_names names);

/* Octets that are no text: as many, with x for each letter and digit of an address. */
str pseudonym_text_blot(struct arena *a, const struct pseudonym_text *t, str bytes);
