/* mail/date.h: dates of RFC 5322 section 3.3, obsolete and broken forms, too. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Seconds since 1970, UTC, and the writer's offset in minutes.
 * ERR_SYNTAX: no date can be read from it. */
MUST_USE err date_parse(str text, int64_t *seconds, int *offset_minutes);

str date_text(struct arena *a, int64_t seconds);   /* "Tue, 24 Nov 2026 04:12:09 +0000" */
str date_day(struct arena *a, int64_t seconds);    /* "2026-11-24" */
str date_minute(struct arena *a, int64_t seconds); /* "2026-11-24 04:12" */

/* The same for people, by the clock of the site's zone: "2026-11-24 05:12 CET"; of a site
 * that has none said, "2026-11-24 04:12", and with the name "2026-11-24 04:12 UTC". */
str date_clock(struct arena *a, int64_t seconds);
str date_clock_named(struct arena *a, int64_t seconds);
