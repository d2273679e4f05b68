/* web/pages/old.h: addresses of the archive that was here before, wherever it stood. */
#pragma once

#include "web/router.h"

/* For router.h's kept: the post, or the list's home, whose address the path was, if who asks
 * may see it; else empty. */
str kept_address(struct request *q);

enum { OLD_ARCHIVES = 3 };

struct old_archive {
	str path, message_id;
};

/* Which archives a path may lead below, and to which post: those in front of a segment that has an
 * @, in order; no more are asked for, however many there are. How many. */
size_t old_archives(struct arena *a, const str *segments, size_t count,
		    struct old_archive found[static OLD_ARCHIVES]);
