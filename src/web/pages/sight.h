/* web/pages/sight.h: what of one post the viewer sees, for what shows it other than its page
 * does: raw, its files, its HTML.
 *
 *     if (!sight_message(q, r, &message))
 *             return;
 */
#pragma once

#include "web/pages/page.h"

struct sight {
	bool yes, gone;           /* gone: it was taken away */
	struct archive_post post; /* what it was, where it is hidden from others */
	str message;              /* what it said then; else empty */
	struct archive_attachments files; /* the same */
};

MUST_USE err sight_look(struct request *q, int64_t number, struct sight *s);

/* 410 where it was taken away, else 404. */
void sight_refuse(struct request *q, struct response *r, const struct sight *s);

/* The post that the path names, and all of its message. False: the answer has been made. */
bool sight_read(struct request *q, struct response *r, struct sight *s);
bool sight_message(struct request *q, struct response *r, str *message);
