/* web/pages/heldview.h: a held post as those see it who decide: why it waits, what
 * is known of its author, its text as safe HTML.
 *
 *     TRY(held_view(q, &row, &how, &page.post));
 */
#pragma once

#include "store/lists/held.h"
#include "web/pages/forms.h"

struct held_how {
	str action;  /* where its buttons post to */
	str me;      /* the moderator, as decisions name them */
	str answers; /* the list's rejection_answers */
};

/* The text of a post that is large or odd is said to be so instead. */
MUST_USE err held_view(struct request *q, const struct held_row *h,
		       const struct held_how *how, struct page_heldpost *out);

/* One row an answer, for the form. */
const struct page_heldpost_answers *held_answers(struct arena *a, str answers,
						 size_t *count);

/* What goes with a decision, from the form: the chosen answer and own words; the note of
 * who sets a post aside. */
str held_words(struct request *q, str verdict);

/* "Anna Meyer <anna@uni.example>". */
str held_author(struct arena *a, const struct held_row *h);
