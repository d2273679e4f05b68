/* store/outbound/tls_posted.h: which reports on TLS were posted by HTTPS, and where. A
 * report is noted before it leaves: what may have arrived is not posted again.
 *
 *     TRY(tls_posted_find(outbound, day, domain, uri, &posted));
 *     if (posted) ...
 *     TRY(tls_posted_add(outbound, day, domain, uri));
 *     ... it is posted; if it was not taken:
 *     TRY(tls_posted_remove(outbound, day, domain, uri));
 */
#pragma once

#include "store/store.h"

MUST_USE err tls_posted_find(struct book *b, int64_t day, str domain, str uri,
			     bool *posted);
MUST_USE err tls_posted_add(struct book *b, int64_t day, str domain, str uri);
MUST_USE err tls_posted_remove(struct book *b, int64_t day, str domain, str uri);
MUST_USE err tls_posted_expire(struct book *b, int64_t before_day, int64_t *gone);
