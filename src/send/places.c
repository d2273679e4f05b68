/* Which destinations get a connection: in turn, as many each as its pace allows, and those
 * that have not answered of late never all of the places. */
#include "send/session_inside.h"

#include "base/clock.h"

enum { EACH_SESSION = 20 };

enum need { ENOUGH, NOT_NOW, NOW };

/* However many servers are dead or slow, those that answered of late find a place: the
 * ones that failed the last time have half of all, those of which nothing is known and
 * they together seven eighths. */
static bool has_place(const struct sender *s, const struct destination *d)
{
	size_t all = (size_t)s->conf->send_max_connections;
	size_t kept = all / 8 ? all / 8 : 1, share = d->suspect ? all / 2 : all - kept;
	return s->sessions < all && (d->proven || !s->unproven || s->unproven < share);
}

/* One more connection for each EACH_SESSION transactions that wait, up to the limits: were
 * it copies, many sessions would send a few recipients each. */
static enum need need_of(const struct sender *s, const struct destination *d, int64_t now)
{
	size_t limit = (size_t)s->conf->send_per_destination;
	size_t most = pace_most(&d->pace, d->most ? d->most : limit);
	if (!d->waiting || d->sessions >= most
	    || d->sessions * EACH_SESSION >= destination_transactions(d))
		return ENOUGH;
	/* Mail that wants other TLS shares the limit; each has one session in any case. */
	if (d->sessions && destination_sessions(d) >= limit)
		return NOT_NOW;
	return has_place(s, d) && !pace_is_closed(&d->pace, now) ? NOW : NOT_NOW;
}

bool places_are_short(const struct sender *s)
{
	return s->wanting && s->sessions >= (size_t)s->conf->send_max_connections;
}

static struct destination *next_wanting(struct sender *s)
{
	struct destination *d = s->wanting;
	s->wanting = d->next_wanting;
	if (!s->wanting)
		s->wanting_last = &s->wanting;
	d->queued = false;
	return d;
}

void sessions_open(struct sender *s)
{
	struct destination *again = NULL, **tail = &again;
	int64_t now = clock_now_ms();
	while (s->wanting && s->sessions < (size_t)s->conf->send_max_connections) {
		struct destination *d = next_wanting(s);
		enum need need = need_of(s, d, now);
		if (need == ENOUGH
		    || (need == NOW && session_start(s, d)
			&& need_of(s, d, now) == ENOUGH))
			continue;
		/* In turn: everybody gets a first connection before one a second. Where
		 * there was no thread to be had it is tried again. */
		d->queued = true;
		d->next_wanting = NULL;
		*tail = d;
		tail = &d->next_wanting;
	}
	if (again) {
		*s->wanting_last = again;
		s->wanting_last = tail;
	}
}

/* --- what a session heard --- */

static void wake_dispatcher(struct sender *s)
{
	s->woken = true;
	pthread_cond_signal(&s->work);
}

static void is_unproven(struct session *x, bool yes)
{
	x->s->unproven += (size_t)yes;
	x->s->unproven -= (size_t)x->unproven;
	x->unproven = yes;
}

void place_begins(struct session *x)
{
	x->s->sessions++;
	x->d->sessions++;
	is_unproven(x, !x->d->proven);
}

void place_heard(struct session *x)
{
	struct destination *d = x->d;
	struct heard h = x->heard;
	x->heard = (struct heard){ 0 };
	if (h.slow || h.bad) {
		pace_bad(&d->pace);
		d->proven = d->proven && !h.slow;
		d->suspect = d->suspect || h.slow;
		is_unproven(x, x->unproven || h.slow);
	} else if (h.good) {
		bool was = x->unproven || !d->proven;
		bool grew = pace_good(&d->pace, h.good,
				      (size_t)x->s->conf->send_per_destination);
		d->proven = true;
		d->suspect = false;
		d->spared_since = 0;
		is_unproven(x, false);
		if (grew && d->sessions * EACH_SESSION < destination_transactions(d)) {
			destination_wants(x->s, d);
			wake_dispatcher(x->s);
		} else if (was && x->s->wanting) {
			wake_dispatcher(x->s);
		}
	}
}

bool place_is_over(struct session *x)
{
	struct destination *d = x->d;
	size_t limit = (size_t)x->s->conf->send_per_destination;
	if (!x->ending && d->sessions - d->ending > pace_most(&d->pace, limit)) {
		x->ending = true;
		d->ending++; /* or all would make room for each other */
	}
	return x->ending;
}

void place_ends(struct session *x)
{
	struct destination *d = x->d;
	place_heard(x);
	if (x->failed) {
		pace_failed(&d->pace, clock_now_ms());
		d->proven = false;
		d->suspect = true;
	}
	is_unproven(x, false);
	d->ending -= x->ending;
	if (!--d->sessions)
		d->most = d->to_most = 0;
	x->s->sessions--;
	if (d->waiting)
		destination_wants(x->s, d);
	wake_dispatcher(x->s); /* a place is free, and what is left here wants one */
}
