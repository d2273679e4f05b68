/* web/site/logged.h: the log of downloads as text, for its page and for `postern site
 * downloads`. */
#pragma once

#include "base/buf.h"
#include "store/lists/download.h"

#define LOGGED_COLUMNS                                                            \
	"time,name,address,network,how,path,size,changed,sha256,etag,from_octet," \
	"octets,complete,licence,accepted,accepted_by,accepted_as,institution"

/* A record of these columns (RFC 4180), with its end of line: times are UTC, and what a table
 * program would run as a formula is none (base/csv.h). */
void logged_csv(struct arena *a, struct buf *out, const struct download_row *x);

/* "2026-11", in UTC: its first second, and the next one's. False: it is no month. */
bool logged_month(str text, int64_t *from, int64_t *until);
