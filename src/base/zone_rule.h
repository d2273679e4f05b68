/* base/zone_rule.h: the rule by which a place changes to summer time and back, as POSIX
 * writes it in TZ (RFC 9636 section 3.3.1): "CET-1CEST,M3.5.0,M10.5.0/3". */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* What a clock shows for a while. */
struct zone_kind {
	int32_t offset; /* seconds that it is ahead of UTC */
	bool summer;
	str name; /* "CET", or an offset such as "+1030" */
};

struct zone_when {
	enum { ZONE_JULIAN, ZONE_DAY, ZONE_WEEK } form; /* Jn, n, Mm.w.d */
	int month, week, day;
	int32_t second; /* of that day; it may lie days before or behind it */
};

struct zone_rule {
	struct zone_kind standard, summer;
	bool has_summer;
	struct zone_when begins, ends; /* summer time */
};

/* ERR_SYNTAX: no such rule, or one that leaves the days to the reader. */
MUST_USE err zone_rule_read(struct arena *a, str text, struct zone_rule *rule);

const struct zone_kind *zone_rule_at(const struct zone_rule *rule, int64_t instant);
