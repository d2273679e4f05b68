/* archive/retext.h: other words in a part of a message, in the charset and encoding that it
 * has.
 *
 *     str raw = retext_part(a, part, shorter, &mine);   // shorter(&mine, a, text, how)
 */
#pragma once

#include "mail/mime.h"

/* text: UTF-8 with its line ends as they are. how: of bare.h, as the part is to be read. The
 * text itself: nothing changes. */
typedef str retext_fn(void *ctx, struct arena *a, str text, unsigned how);

/* A text part's body, still encoded; part->raw where nothing changes. */
str retext_part(struct arena *a, const struct mime_part *part, retext_fn *f, void *ctx);

/* The octets in the part's encoding. */
str retext_encoded(struct arena *a, const struct mime_part *part, str bytes);
