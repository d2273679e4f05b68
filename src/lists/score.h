/* lists/score.h: what mail that comes back does to a membership: a step without books,
 * so that a table can test it.
 *
 *     struct score_event x = { SCORE_CAME_BACK, BOUNCE_MAILBOX, STR("5.1.1"), at };
 *     switch (score_step(&s, &rules, &x)) ...
 *
 * Points (score.def) add up, one a day at most, and are forgotten when nothing counts
 * for some days. At the threshold a probe is sent, if the list does so: a short letter
 * of the list's own, of which no author and no content can be to blame. Only when it
 * comes back, too, delivery is turned off; warnings follow, then removal. */
#pragma once

#include "mail/bounce.h"

enum { SCORE_DOUBT_DAYS = 14, SCORE_PROBE_DAYS = 7, SCORE_DAY = 86400 };

struct score_rules { /* settings.def's; days */
	bool process, probes, complaints;
	int64_t threshold, stale_after, warnings, interval;
};

/* Where a member stands; times in seconds, 0: not so. */
struct score {
	double points, today; /* today: of them, counted on the day of at */
	int64_t at;           /* when something counted last */
	int64_t doubt_at;     /* first of the refusals that may mean anything */
	int64_t probe_at;     /* a probe is out since */
	bool off;             /* delivery is, by whomever */
	int64_t off_at;       /* by bounces, since */
	int64_t warnings, warned_at;
};

enum score_what {
	SCORE_CAME_BACK,
	SCORE_PROBE_BACK,
	SCORE_COMPLAINT,
	SCORE_COMPLAINT_NAMED, /* it may be somebody else's */
	SCORE_TIME
};

struct score_event {
	enum score_what what;
	enum bounce_class class;
	str status;
	int64_t at;
	bool unproven; /* of SCORE_PROBE_BACK: all that led to it anybody could have said */
};

enum score_act {
	SCORE_NONE,     /* nothing changed that anybody must hear of */
	SCORE_COUNTED,  /* points were added */
	SCORE_PROBE,    /* send a probe */
	SCORE_OFF,      /* delivery is off now */
	SCORE_STOPPED,  /* so it is, for a complaint */
	SCORE_WARN,     /* tell the member, for the s->warnings-th time */
	SCORE_REMOVE,   /* end the membership */
	SCORE_ASKED,    /* ask the member whether a complaint is theirs */
	SCORE_FORGIVEN, /* the state is that of a member of whom nothing came back */
	SCORE_ACTS
};
const char *score_word(enum score_act act); /* "probe"; NONE is "" */
enum score_act score_of_word(str word);     /* NONE where there is no such */

enum score_act score_step(struct score *s, const struct score_rules *r,
			  const struct score_event *x);

/* The doubt is old enough to be acted upon by the next refusal of that kind: the caller
 * asks the ledger whether anything was delivered meanwhile, and sets doubt_at to 0 if
 * so. */
bool score_doubts(const struct score *s, int64_t now);
