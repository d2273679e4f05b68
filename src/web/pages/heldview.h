/* web/pages/heldview.h: a held post as those see it who decide: why it waits, what
 * is known of its author, its text as safe HTML.
 *
 *     TRY(held_view(q, &row, action, &page.post));
 */
#pragma once

#include "store/lists/held.h"
#include "web/pages/forms.h"

/* action: where its buttons post to. The text of a post that is large or odd is said
 * to be so instead. */
MUST_USE err held_view(struct request *q, const struct held_row *h, str action,
		       struct page_heldpost *out);

/* "Anna Meyer <anna@uni.example>". */
str held_author(struct arena *a, const struct held_row *h);
