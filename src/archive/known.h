/* archive/known.h: is a message here already, however long ago it came and whether by
 * mail or by an import?
 *
 *     enum archive_known known;
 *     TRY(archive_ask(b, a, &arrival, message_id, author, &known));
 */
#pragma once

#include "archive/add.h"

enum archive_known {
	ARCHIVE_NEW,
	ARCHIVE_SAME,  /* its Message-ID, author and body are here */
	ARCHIVE_OTHER, /* another message bears its Message-ID */
};

/* On x->list; a post of x->source itself does not count. author: address alone.
 * ERR_IO: the post that bears the Message-ID is damaged. */
MUST_USE err archive_ask(struct book *b, struct arena *a, const struct archive_arrival *x,
			 str message_id, str author, enum archive_known *known);
