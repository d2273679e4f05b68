#include "lists/expire.h"

#include "base/log.h"
#include "lists/challenge.h"
#include "lists/decide.h"
#include "lists/digest.h"
#include "lists/follow.h"
#include "lists/remind.h"
#include "lists/reported.h"
#include "lists/score_run.h"
#include "lists/term.h"
#include "store/lists/answered.h"
#include "store/lists/bounce.h"
#include "store/lists/download.h"
#include "store/lists/follow.h"
#include "store/lists/held.h"
#include "store/lists/member_batch.h"
#include "store/lists/list.h"
#include "store/lists/order.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"
#include "store/lists/seen.h"
#include "store/lists/session.h"
#include "store/outbound/arrival.h"
#include "store/outbound/budget.h"
#include "store/outbound/report.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

enum {
	DAY = 86400,
	SEEN_DAYS = 60, /* of posts that no archive keeps; the archive knows the others */
	HELD_DAYS = 90, /* who decided what, for the moderators' page */
	ORDER_HOURS = 24,
	LEDGER_DAYS = 180, /* "where is my mail?" */
	BOUNCE_DAYS = 180, /* the health page shows fewer */
	BODY_HOURS = 24,   /* sent bodies, for queue show */
	STEP = 2000,       /* rows a call: others wait no longer than that takes */
};

static int64_t ledger_end(int64_t now)
{
	return (now - LEDGER_DAYS * DAY) * 1000;
}

/* Every list's own max_days_to_hold. One that cannot be ended keeps no other. */
static err expire_held(struct books *books, struct arena *a, int64_t now)
{
	struct list_row *lists;
	size_t n;
	struct actor expiry = { .name = STR("expiry") };
	TRY(list_all(books->lists, a, 0, &lists, &n));
	for (size_t i = 0; i < n; i++) {
		struct settings s;
		struct held_row *h;
		size_t held;
		TRY(settings_load(books->lists, a, lists[i].id, &s));
		if (!s.max_days_to_hold)
			continue;
		/* In order of their numbers, so of their age. */
		TRY(held_waiting(books->lists, a, lists[i].id, 0, STEP, &h, &held));
		int64_t before = now - s.max_days_to_hold * DAY;
		for (size_t k = 0; k < held && h[k].held_at < before; k++) {
			err e = held_lapse(books, a, h[k].id, s.max_days_to_hold,
					   &expiry);
			if (e.kind)
				log_warn("held-not-expired", KN("held", h[k].id), KE(e),
					 KZ("do",
					    "mend what the error names; it is tried "
					    "every minute"));
		}
	}
	return OK;
}

static err expire_pending(struct books *books, int64_t now, int64_t *gone)
{
	return pending_expire(books->lists, now, gone);
}

static err expire_seen(struct books *books, int64_t now, int64_t *gone)
{
	return seen_expire(books->lists, now - SEEN_DAYS * DAY, gone);
}

static err expire_digested(struct books *books, int64_t now, int64_t *gone)
{
	return digest_expire(books->lists, now - SEEN_DAYS * DAY, gone);
}

static err expire_answered(struct books *books, int64_t now, int64_t *gone)
{
	return answered_expire(books->lists, now / DAY - 2, gone);
}

static err expire_orders(struct books *books, int64_t now, int64_t *gone)
{
	return order_expire(books->lists, now - ORDER_HOURS * 3600, gone);
}

static err expire_batches(struct books *books, int64_t now, int64_t *gone)
{
	return batch_expire(books->lists, now - ORDER_HOURS * 3600, gone);
}

static err expire_bounces(struct books *books, int64_t now, int64_t *gone)
{
	return bounced_expire(books->lists, now - BOUNCE_DAYS * DAY, gone);
}

static err expire_sessions(struct books *books, int64_t now, int64_t *gone)
{
	return session_expire(books->lists, now, gone);
}

static err expire_handled(struct books *books, int64_t now, int64_t *gone)
{
	return held_expire(books->lists, now - HELD_DAYS * DAY, gone);
}

static err expire_answers(struct books *books, int64_t now, int64_t *gone)
{
	return request_expire(books->lists, now - HELD_DAYS * DAY, gone);
}

/* With relay = outbox nothing is sent: the outbox page is where these are read. */
static err expire_bodies(struct books *books, int64_t now, int64_t *gone)
{
	*gone = 0;
	if (str_eq(books->conf->send_relay, STR("outbox")))
		return OK;
	return outbound_clean(books->outbound, (now - BODY_HOURS * 3600) * 1000, STEP,
			      gone);
}

static err expire_messages(struct books *books, int64_t now, int64_t *gone)
{
	return outbound_expire(books->outbound, ledger_end(now), STEP, gone);
}

static err expire_arrivals(struct books *books, int64_t now, int64_t *gone)
{
	return arrival_expire(books->outbound, ledger_end(now), STEP, gone);
}

static err expire_ledger(struct books *books, int64_t now, int64_t *gone)
{
	return ledger_expire(books->outbound, ledger_end(now), STEP, gone);
}

static err expire_budgets(struct books *books, int64_t now, int64_t *gone)
{
	return budget_expire(books->outbound, now - 7 * DAY, gone);
}

static err expire_reports(struct books *books, int64_t now, int64_t *gone)
{
	return report_expire(books->outbound, now - REPORTED_DAYS * DAY, gone);
}

static err expire_follows(struct books *books, int64_t now, int64_t *gone)
{
	return follow_expire(books->lists, now - FOLLOW_QUIET, gone);
}

static err expire_downloads(struct books *books, int64_t now, int64_t *gone)
{
	return download_expire(books->lists, now - books->conf->web_keep_downloads, gone);
}

static const struct {
	const char *what;
	err (*run)(struct books *books, int64_t now, int64_t *gone);
} kinds[] = {
	{ "mailed tokens", expire_pending },
	{ "known posts", expire_seen },
	{ "posts in digests", expire_digested },
	{ "answered addresses", expire_answered },
	{ "orders", expire_orders },
	{ "files of members", expire_batches },
	{ "sessions", expire_sessions },
	{ "downloads", expire_downloads },
	{ "decided posts", expire_handled },
	{ "decided requests", expire_answers },
	{ "sent bodies", expire_bodies },
	{ "messages", expire_messages },
	{ "arrivals", expire_arrivals },
	{ "the ledger", expire_ledger },
	{ "budgets", expire_budgets },
	{ "quiet threads by mail", expire_follows },
	{ "reports about us", expire_reports },
	{ "what came back", expire_bounces },
};

/* One kind that fails leaves the others their turn. */
err expire_run(struct books *books, struct arena *a, int64_t now)
{
	int64_t gone;
	TRY(books_refresh(books));
	err first = expire_held(books, a, now);
	err unanswered = challenge_expire(books, a, now);
	err scores = score_time(books, a, now);
	err digests = digest_run(books, a, now);
	err terms = term_run(books, a, now);
	err reminded = remind_run(books, a, now);
	if (!first.kind)
		first = unanswered;
	if (scores.kind && !first.kind)
		first = err_in(a, scores.kind, "bounce scores: %s", scores.msg);
	if (!first.kind)
		first = digests;
	if (terms.kind && !first.kind)
		first = err_in(a, terms.kind, "begin and end of memberships: %s",
			       terms.msg);
	if (!first.kind)
		first = reminded;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		err e = kinds[i].run(books, now, &gone);
		if (e.kind && !first.kind)
			first = err_in(a, e.kind, "expiry of %s: %s", kinds[i].what,
				       e.msg);
	}
	return first;
}
