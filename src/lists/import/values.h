/* lists/import/values.h: how a value of Mailman 2 becomes a setting's text; one
 * function a word in the column `how` of attributes.def. */
#pragma once

#include "lists/import/attributes.h"

#define VALUE(how)                                               \
	struct made value_##how(const struct mailman2_config *c, \
				const struct attribute *row, const struct pickle *value)

VALUE(none);           /* nothing: the attribute is read elsewhere, or not at all */
VALUE(bool);           /* yes, no */
VALUE(number);         /* whole, never negative */
VALUE(body_size);      /* whole; what is no bound acts alike */
VALUE(ceiling);        /* the next whole number */
VALUE(days);           /* seconds as days, the last one whole */
VALUE(text);           /* as it is */
VALUE(line);           /* on one line */
VALUE(prefix);         /* with the space at its end */
VALUE(lines);          /* a list, one a line */
VALUE(aliases);        /* addresses, and patterns behind ^ */
VALUE(domains);        /* groups of two domains or more */
VALUE(word);           /* by WORD */
VALUE(word3);          /* by WORD3 */
VALUE(built_in);       /* a chain or pipeline by its name; of one that is not known the
			* default */
VALUE(old_site);       /* left out, unless it is empty */
VALUE(furniture);      /* a header or footer, unless it is Mailman's own */
VALUE(languages);      /* a list of codes, those that we have */
VALUE(new_member);     /* the bits of who joins, as words */
VALUE(filled);         /* the same, in which Mailman fills words in */
VALUE(topics);         /* "name: pattern", one a line, with what it is about below */
VALUE(lines_read);     /* whole, where what is negative means all of them: 100 */
VALUE(scrubbed);       /* from which size on files are links */
VALUE(archive);        /* who reads the archive, by two attributes */
VALUE(moderation);     /* what becomes of a moderated member's posts, by two */
VALUE(mitigation);     /* the stricter one of two */
VALUE(unconditional);  /* whether the other one is not stricter */
VALUE(unconditional3); /* whether the action is one for all posts */
VALUE(milder);         /* yes, but not where posts are refused */
