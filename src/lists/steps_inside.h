/* lists/steps_inside.h: the steps among their own files.
 *
 *     steps.c            the table, and what list servers have always done
 *     steps_anonymous.c  what is left of a post whose author nobody is to know
 *     steps_reply.c      who is answered: Reply-To and Cc
 *     steps_reader.c     who reads the copy, in To
 *     steps_words.c      what the list adds to the text
 *     steps_links.c      large files that stay in the archive
 *     steps_author.c     whether From stays the author's
 */
#pragma once

#include "lists/steps.h"

typedef err step_fn(struct books *books, struct arena *a, struct outgoing *out);

#define STEP(name, text) step_fn step_##name;
#include "lists/steps.def"
#undef STEP

void step_drop(struct outgoing *out, str name);
void step_add(struct outgoing *out, str name, str value); /* as it is written */

/* The name that people see, and the list's mailbox under it. */
str step_list_name(const struct post *p);
MUST_USE err step_list_box(struct arena *a, const struct post *p, str name,
			   struct mailbox *m);

/* Whether the copy as it is now bears From by the author's signature alone, in a domain
 * that asks for proof: then its octets stay. */
bool step_rests_on_signature(struct books *books, struct arena *a,
			     const struct outgoing *out);

/* All mailboxes of all fields of that name. False: one of them cannot be read. */
bool step_mailboxes(struct arena *a, const struct header *h, str name,
		    struct mailbox **list, size_t *count);
