/* web/pages/within.h: a message that hangs on a post as a file, as what it says. */
#pragma once

#include "store/archive/attachment.h"
#include "web/pages/pages.h"

/* x: the file, of the post that the path names; 404 where it is no message. Guests see no address
 * of it. */
void within_answer(struct request *q, struct response *r,
		   const struct archive_attachment *x, str message);
