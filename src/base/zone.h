/* base/zone.h: the hours of a place, out of the system's tables of time zones (TZif,
 * RFC 9636). Times are kept in UTC; people are told, and things that have their hour are
 * done, by the clock of the site's zone:
 *
 *     TRY(zone_load(a, STR("Europe/Berlin"), &zone));
 *     zone_use(&zone);                                  // before the first thread
 *     ... zone_wall(zone_site(), clock_now())
 *
 * The wall's time is a number of seconds, too: those that UTC would have when its clock
 * shows the same, so that a day is still 86,400 of them. */
#pragma once

#include "base/zone_rule.h"

struct zone {
	const int64_t *at;      /* instants from which another kind holds, ascending */
	const uint8_t *becomes; /* which one */
	size_t count;
	const struct zone_kind *kinds; /* the first one: before all that is known */
	size_t kind_count;
	struct zone_rule rule; /* after the last instant */
	bool has_rule;
};

extern const struct zone zone_utc;

/* A name such as Europe/Berlin; "" is UTC. What it says lives in a.
 * ERR_SYNTAX: no zone's name, or not a table. ERR_NOTFOUND: there is no such table, or none
 * at all: says what to install. */
MUST_USE err zone_load(struct arena *a, str name, struct zone *zone);

/* The same, kept for the process; NULL: there is no such zone (none is looked for for a minute), or
 * are more names than zones. */
const struct zone *zones_find(str name);

/* The octets of a table. ERR_SYNTAX: says what is wrong with them. */
MUST_USE err zone_read(struct arena *a, str octets, struct zone *zone);

const struct zone_kind *zone_at(const struct zone *z, int64_t instant);

/* What the clock on the wall shows then. */
int64_t zone_wall(const struct zone *z, int64_t instant);

/* When the wall's clock shows that. An hour that comes twice is the first of the two; one
 * that does not come is as long behind the change as it would have been behind it. */
int64_t zone_instant(const struct zone *z, int64_t wall);

/* The last day, counted since 1970, whose clock has come to that second. */
int64_t zone_day_past(const struct zone *z, int64_t second, int64_t instant);

/* "Europe/Berlin" of /etc/timezone or /etc/localtime; "" where they say nothing or UTC. */
str zone_of_machine(struct arena *a);

/* The site's, for the whole process and as long as it lives. UTC until it is said. */
void zone_use(const struct zone *z);
const struct zone *zone_site(void);
/* That of whoever the thread at hand makes a page for; NULL: the site's. It lives longer than what
 * is done by it. */
void zone_view(const struct zone *z);
const struct zone *zone_viewer(void);
bool zone_is_utc(const struct zone *z); /* it has never been and never will be another */
