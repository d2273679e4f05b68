/* store/archive/url_alias.h: addresses of the archive that was here before,
 * kept for ever: /pipermail/dev/2008-May/000630.html -> list, number. */
#pragma once

#include "store/store.h"

/* path begins with a slash, percent-decoded, without a query. The same path again
 * is replaced. post 0: the list's home. */
MUST_USE err archive_alias_add(struct book *b, str path, int64_t list, int64_t post);
/* That path or, where it was not kept, with a slash behind it. number 0: the list's home. */
MUST_USE err archive_alias_find(struct book *b, str path, int64_t *list, int64_t *number,
				bool *found);
