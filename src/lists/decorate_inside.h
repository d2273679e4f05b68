/* lists/decorate_inside.h: decorating among its own files. */
#pragma once

#include "lists/decorate.h"
#include "mail/rewrite.h"

/* The words in a text part itself: what the part becomes. False: its charset or its
 * encoding does not let them in. mark: as decorate has it. */
bool decorate_text(struct arena *a, const struct mime *m, size_t index, str header,
		   str footer, str mark, struct part_edit *edit);
