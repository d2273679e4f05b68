#include "lists/score.h"

static const struct {
	double points;
	bool doubt;
} classes[] = {
#define SCORE(class, points, doubt) [class] = { points, doubt },
#include "lists/score.def"
#undef SCORE
};

static const char *const words[SCORE_ACTS] = {
	[SCORE_NONE] = "",           [SCORE_COUNTED] = "count",
	[SCORE_PROBE] = "probe",     [SCORE_OFF] = "off",
	[SCORE_STOPPED] = "stopped", [SCORE_WARN] = "warning",
	[SCORE_REMOVE] = "removed",  [SCORE_FORGIVEN] = "forgiven",
	[SCORE_ASKED] = "asked"
};

const char *score_word(enum score_act act)
{
	return words[act];
}

enum score_act score_of_word(str word)
{
	for (int i = 0; i < SCORE_ACTS; i++)
		if (str_eq(word, str_from(words[i])))
			return (enum score_act)i;
	return SCORE_NONE;
}

static bool is_past(int64_t since, int64_t days, int64_t now)
{
	return since && now - since >= days * SCORE_DAY;
}

bool score_doubts(const struct score *s, int64_t now)
{
	return is_past(s->doubt_at, SCORE_DOUBT_DAYS, now);
}

static bool is_stale(const struct score *s, const struct score_rules *r, int64_t now)
{
	return r->stale_after && is_past(s->at, r->stale_after, now);
}

static void forget_points(struct score *s)
{
	s->points = s->today = 0;
	s->at = 0;
}

/* Off by whatever hand: what was on its way comes back and changes nothing. */
static enum score_act turn_off(struct score *s, int64_t now)
{
	s->off = true;
	s->off_at = now;
	s->warnings = s->warned_at = s->probe_at = s->doubt_at = 0;
	return SCORE_OFF;
}

static enum score_act conclude(struct score *s, const struct score_rules *r, int64_t now)
{
	if (!r->probes)
		return turn_off(s, now);
	s->probe_at = now;
	return SCORE_PROBE;
}

/* A day has the points of its worst, not the sum: however many posts a day brings, a
 * server that is broken for an hour costs one point. */
static bool add_points(struct score *s, double points, int64_t now)
{
	if (s->at / SCORE_DAY != now / SCORE_DAY)
		s->today = 0;
	double more = points - s->today;
	if (now > s->at)
		s->at = now;
	if (more <= 0)
		return false;
	s->today += more;
	s->points += more;
	return true;
}

/* 5.4.1 is a matter of the way there, and what some hosts say of unknown users. */
static bool is_doubtful(const struct score_event *x)
{
	return classes[x->class].doubt || str_eq(x->status, STR("5.4.1"));
}

static enum score_act came_back(struct score *s, const struct score_rules *r,
				const struct score_event *x)
{
	double points = classes[x->class].points;
	if (s->off || s->probe_at)
		return SCORE_NONE;
	if (is_stale(s, r, x->at))
		forget_points(s);
	if (points > 0) {
		bool more = add_points(s, points, x->at);
		if (r->threshold && s->points >= (double)r->threshold)
			return conclude(s, r, x->at);
		return more ? SCORE_COUNTED : SCORE_NONE;
	}
	if (!is_doubtful(x))
		return SCORE_NONE;
	if (r->probes && score_doubts(s, x->at))
		return conclude(s, r, x->at);
	if (!s->doubt_at)
		s->doubt_at = x->at;
	return SCORE_NONE;
}

/* The probe is as plain as mail can be; trouble on the way there is still none of the
 * member's. A box that is full today, or a server that refuses ours, proves nothing of what a
 * forger made up; that the mailbox is gone does. */
static enum score_act probe_back(struct score *s, const struct score_event *x)
{
	bool gone = x->class == BOUNCE_MAILBOX || x->class == BOUNCE_DOMAIN;
	bool theirs = x->class != BOUNCE_NETWORK && x->class != BOUNCE_MESSAGE;
	if (x->unproven && !gone)
		return SCORE_NONE;
	if (s->off || !s->probe_at || (!theirs && !is_doubtful(x)))
		return SCORE_NONE;
	return turn_off(s, x->at);
}

static enum score_act complaint(struct score *s, const struct score_rules *r)
{
	if (s->off || !r->complaints)
		return SCORE_NONE;
	s->off = true;
	s->probe_at = s->doubt_at = 0;
	forget_points(s);
	return SCORE_STOPPED;
}

static enum score_act forgive(struct score *s)
{
	*s = (struct score){ .off = s->off };
	return SCORE_FORGIVEN;
}

/* As many warnings as the list wants, an interval apart but not more than one a day, the
 * first at once; an interval after the last one it ends. */
static enum score_act off_for_long(struct score *s, const struct score_rules *r,
				   int64_t now)
{
	if (s->warned_at && !is_past(s->warned_at, r->interval ? r->interval : 1, now))
		return SCORE_NONE;
	if (s->warnings >= r->warnings)
		return SCORE_REMOVE;
	s->warnings++;
	s->warned_at = now;
	return SCORE_WARN;
}

static enum score_act time_passes(struct score *s, const struct score_rules *r,
				  int64_t now)
{
	enum { DOUBT_ENDS = 90 }; /* days; the ledger knows no more after 180 */
	if (s->off_at)
		return off_for_long(s, r, now);
	if (is_past(s->probe_at, SCORE_PROBE_DAYS, now))
		return forgive(s);
	if (s->probe_at)
		return SCORE_NONE;
	if (is_past(s->doubt_at, DOUBT_ENDS, now))
		s->doubt_at = 0;
	if (is_stale(s, r, now))
		forget_points(s);
	return s->points > 0 || s->doubt_at ? SCORE_NONE : forgive(s);
}

enum score_act score_step(struct score *s, const struct score_rules *r,
			  const struct score_event *x)
{
	if (x->what == SCORE_COMPLAINT)
		return complaint(s, r);
	if (x->what == SCORE_COMPLAINT_NAMED)
		return s->off || !r->complaints ? SCORE_NONE : SCORE_ASKED;
	if (!r->process)
		return SCORE_NONE;
	switch (x->what) {
	case SCORE_CAME_BACK:
		return came_back(s, r, x);
	case SCORE_PROBE_BACK:
		return probe_back(s, x);
	case SCORE_COMPLAINT:
	case SCORE_COMPLAINT_NAMED:
		break;
	case SCORE_TIME:
		return time_passes(s, r, x->at);
	}
	return SCORE_NONE;
}
