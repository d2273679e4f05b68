#include "lists/remind_inside.h"

#include "base/log.h"
#include "base/zone.h"
#include "lists/moderate_inside.h"
#include "store/lists/list.h"
#include "store/lists/request.h"
#include "store/outbound/ledger.h"

enum { DAY = 86400, MORNING = DAY / 4, AT_ONCE = 200 };

static const str cursor = { "summary", 7 };

struct morning {
	struct books *books;
	struct arena *a;
	int64_t day, now;
	struct settings settings; /* of the list at hand */
	struct list_waits *lists; /* where something waits */
	size_t count;
};

/* Six of that day, by the site's clock. */
static int64_t morning_of(int64_t day)
{
	return zone_instant(zone_site(), day * DAY + MORNING);
}

/* What came since six waits for tomorrow's mail: who is told has been told of it. */
static bool counts(const struct morning *m, const struct held_row *h)
{
	return h->held_at < morning_of(m->day)
	       && !moderate_is_quiet(h->rule, &m->settings);
}

/* What a letter says of it, in memory that stays. */
static struct held_row kept(struct arena *a, const struct held_row *h)
{
	struct held_row x = *h;
	x.author = arena_copy(a, h->author);
	x.subject = arena_copy(a, h->subject);
	x.reason = arena_copy(a, h->reason);
	x.claimed_by = arena_copy(a, h->claimed_by);
	x.aside_by = arena_copy(a, h->aside_by);
	x.note = arena_copy(a, h->note);
	return x;
}

static err gather_some(struct morning *m, struct list_waits *l, int64_t *after,
		       size_t *count)
{
	ARENA(own); /* a list may hold very many */
	struct held_row *h;
	TRY(held_some(m->books->lists, own, l->list->id, STR(""), *after, INT64_MAX,
		      AT_ONCE, &h, count));
	for (size_t i = 0; i < *count; i++) {
		*after = h[i].id;
		if (counts(m, &h[i]) && l->of.posts++ < REMIND_SHOWN)
			l->shown[l->shown_count++] = kept(m->a, &h[i]);
	}
	return OK;
}

static err gather_posts(struct morning *m, struct list_waits *l)
{
	int64_t after = 0;
	size_t n;
	l->shown = arena_zero(m->a, REMIND_SHOWN * sizeof *l->shown);
	do
		TRY(gather_some(m, l, &after, &n));
	while (n == AT_ONCE);
	return OK;
}

static err gather_all(struct morning *m, struct list_waits *l)
{
	ARENA(own);
	struct request_row *r;
	size_t n;
	TRY(settings_load(m->books->lists, own, l->list->id, &m->settings));
	if (!m->settings.daily_summary)
		return OK;
	TRY(gather_posts(m, l));
	TRY(request_list(m->books->lists, own, l->list->id, &r, &n));
	for (size_t i = 0; i < n; i++)
		r[i].leaves ? l->of.leaving++ : l->of.asking++;
	return held_lapsed(m->books->lists, l->list->id, morning_of(m->day - 1),
			   &l->of.lapsed);
}

/* One list, or one reader, holds up no other. */
static err not_told(err e, str of)
{
	if (err_is_passing(e))
		return FAIL(e.kind, "the moderators' daily mail must wait");
	if (e.kind)
		log_warn("summary-not-sent", KS("of", of), KE(e));
	return OK;
}

static err gather(struct morning *m, int64_t list)
{
	struct list_waits l = { .list = addressbook_list_by_id(m->books->addresses,
							       list) };
	if (!l.list)
		return OK;
	err e = gather_all(m, &l);
	if (e.kind)
		return not_told(e, l.list->address);
	if (l.of.posts || l.of.asking || l.of.leaving || l.of.lapsed)
		m->lists[m->count++] = l;
	return OK;
}

static err tell_all(struct morning *m)
{
	struct told *t = NULL;
	TRY(remind_who(m->books, m->a, m->lists, m->count, &t));
	for (; t; t = t->next) {
		ARENA(own);
		err e = remind_tell(m->books, own, t, m->day, m->now);
		TRY(not_told(e, t->key));
	}
	return OK;
}

/* Each mail has a name by its day and reader, so a crash before the cursor repeats none. */
err remind_run(struct books *books, struct arena *a, int64_t now)
{
	struct list_row *lists;
	size_t n;
	int64_t day = zone_day_past(zone_site(), MORNING, now), last;
	TRY(ledger_cursor(books->outbound, cursor, &last));
	if (last >= day)
		return OK;
	TRY(list_all(books->lists, a, 0, &lists, &n));
	struct morning m = { .books = books, .a = a, .day = day, .now = now };
	m.lists = arena_zero(a, (n + 1) * sizeof *m.lists);
	for (size_t i = 0; last && i < n; i++) /* last 0: this server is new */
		TRY(gather(&m, lists[i].id));
	TRY(tell_all(&m));
	return ledger_set_cursor(books->outbound, cursor, day);
}
