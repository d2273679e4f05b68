/* archive/purge.h: the archive of a list that is gone goes for good, some posts at a time.
 *
 *     do TRY(archive_purge(b, a, list, 50, &more)); while (more);
 */
#pragma once

#include "store/store.h"

/* At most limit posts, and none after 16 MB of them, in one transaction; after the last one all else of the list. The
 * same again does nothing. A post that is damaged goes, too. */
MUST_USE err archive_purge(struct book *b, struct arena *a, int64_t list, size_t limit,
			   bool *more);
