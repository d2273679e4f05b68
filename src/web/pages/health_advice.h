/* web/pages/health_advice.h: what an owner is to do about mail that comes back, from what
 * the health page shows: a step without books, so that a table can test it.
 *
 *     rows = health_advise(a, &(struct health_facts){ .base = list_path(q), … }, &count);
 *
 * The worst first; none where nothing needs anybody. */
#pragma once

#include "lists/score.h"
#include "lists/settings.h"
#include "store/lists/bounce.h"
#include "store/lists/member.h"

struct health_facts {
	str base; /* "/lists/dev", for links */
	const struct settings *settings;
	const struct member_row *members; /* of whom mail comes back */
	size_t members_count;
	const struct bounce_group *groups; /* refusals for policy */
	size_t groups_count;
	struct bounce_row *complaints;
	size_t complaints_count;
};

struct health_advice {
	str state;      /* style.css: bad, warn, wait */
	str what;       /* what is wrong, and with whom */
	str act;        /* what to do */
	str href, link; /* where; or "" */
};

struct health_advice *health_advise(struct arena *a, const struct health_facts *f,
				    size_t *count);

/* Where a member stands: a state of style.css, its word, and what follows of itself. */
struct health_standing {
	const char *state;
	str word;
	str next;
};
struct health_standing health_standing(struct arena *a, const struct settings *s,
				       const struct member_row *m);

/* What followed of something that came back, in a few words; "" for nothing. */
const char *health_followed(enum score_act act);
