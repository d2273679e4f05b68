#include "lists/remind.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/said.h"
#include "base/zone.h"
#include "lists/moderate_inside.h"
#include "lists/notice.h"
#include "mail/date.h"
#include "store/lists/list.h"
#include "store/lists/request.h"
#include "store/lists/role.h"
#include "store/outbound/ledger.h"

enum { DAY = 86400, MORNING = DAY / 4, SHOWN = 50 };

static const str cursor = { "summary", 7 };

struct morning {
	struct books *books;
	struct arena *a;
	const struct list_entry *list;
	struct settings settings;
	int64_t day, now;
	int64_t posts, asking, leaving, lapsed;
	struct held_row shown[SHOWN]; /* the first of the posts */
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

static err gather_posts(struct morning *m)
{
	struct held_row *h;
	size_t n;
	int64_t after = 0;
	do {
		TRY(held_some(m->books->lists, m->a, m->list->id, STR(""), after,
			      INT64_MAX, SHOWN, &h, &n));
		for (size_t i = 0; i < n; i++) {
			if (counts(m, &h[i]) && m->posts++ < SHOWN)
				m->shown[m->posts - 1] = h[i];
			after = h[i].id;
		}
	} while (n == SHOWN);
	return OK;
}

static err gather(struct morning *m)
{
	struct request_row *r;
	size_t n;
	TRY(gather_posts(m));
	TRY(request_list(m->books->lists, m->a, m->list->id, &r, &n));
	for (size_t i = 0; i < n; i++)
		r[i].leaves ? m->leaving++ : m->asking++;
	return held_lapsed(m->books->lists, m->list->id, morning_of(m->day - 1),
			   &m->lapsed);
}

/* ---- what is said, in the language of the thread */

static void add_part(struct buf *b, const char *before, int64_t n, const char *form)
{
	if (!n)
		return;
	buf_add(b, str_from(before));
	buf_addf(b, form, (long long)n);
}

/* "3 posts wait", "1 person asks to join", each behind what stands between. */
static str say_what(struct morning *m, const char *between)
{
	BUF(b);
	add_part(&b, between, m->posts,
		 P_("%lld post waits", "%lld posts wait", (uint64_t)m->posts));
	add_part(&b, between, m->asking,
		 P_("%lld person asks to join", "%lld people ask to join",
		    (uint64_t)m->asking));
	add_part(&b, between, m->leaving,
		 P_("%lld member wants to leave", "%lld members want to leave",
		    (uint64_t)m->leaving));
	add_part(&b, between, m->lapsed,
		 P_("%lld post was dropped since nobody decided",
		    "%lld posts were dropped since nobody decided", (uint64_t)m->lapsed));
	return arena_copy(m->a, str_skip(buf_str(&b), b.n ? strlen(between) : 0));
}

static void add_post(struct morning *m, const struct held_row *h, struct buf *b)
{
	str claimed = held_claimant(h, m->now);
	buf_cat(b, STR("    "), date_clock(m->a, h->held_at), STR("  "),
		h->author.n ? h->author : S_("nobody in particular"), STR("\n        "),
		h->subject.n ? h->subject : S_("(no subject)"));
	buf_cat(b, STR("\n        "), said_together(m->a, language_now(), h->reason));
	if (h->aside_at) {
		buf_add(b, STR("\n        "));
		buf_addf(b, _("set aside by %.*s"), STR_F(h->aside_by));
		buf_cat(b, h->note.n ? STR(": ") : STR(""), h->note);
	}
	if (claimed.n) {
		buf_add(b, STR("\n        "));
		buf_addf(b, _("looked at by %.*s"), STR_F(claimed));
	}
	buf_add(b, STR("\n"));
}

static str say_posts(struct morning *m)
{
	BUF(b);
	if (!m->posts)
		return STR("");
	for (int64_t i = 0; i < m->posts && i < SHOWN; i++)
		add_post(m, &m->shown[i], &b);
	if (m->posts > SHOWN) {
		buf_add(&b, STR("    "));
		buf_addf(&b, _("and %lld more"), (long long)m->posts - SHOWN);
		buf_add(&b, STR("\n"));
	}
	return arena_cat(m->a, buf_str(&b), STR("\n"));
}

static err tell(struct morning *m, const struct role_row *who)
{
	enum language l, before;
	struct mailbox to = { .name = who->name };
	TRY(address_parse(m->a, who->text, &to.address));
	TRY(notice_language(m->books, m->a, m->list, who->key, &l));
	before = language_use(l);
	struct notice_var vars[] = { { "what", say_what(m, ", ") },
				     { "lines", say_what(m, "\n    ") },
				     { "posts", say_posts(m) } };
	language_use(before);
	return notice_send(
		m->books, m->a,
		&(struct notice){ .name = "moderator-summary",
				  .list = m->list,
				  .to = to,
				  .source = arena_printf(m->a, "summary/%lld/%.*s/%.*s",
							 (long long)m->day,
							 STR_F(m->list->origin),
							 STR_F(who->key)),
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars });
}

static err tell_all(struct morning *m)
{
	struct role_row *roles;
	size_t n;
	if (!m->posts && !m->asking && !m->leaving && !m->lapsed)
		return OK;
	TRY(role_list(m->books->lists, m->a, m->list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		bool told = false; /* owner and moderator in one person: one mail */
		for (size_t k = 0; k < i; k++)
			told = told || roles[k].address == roles[i].address;
		if (!told)
			TRY(tell(m, &roles[i]));
	}
	return OK;
}

static err remind_list(struct books *books, int64_t list, int64_t day, int64_t now)
{
	ARENA(own);
	struct morning m = { .books = books, .a = own, .day = day, .now = now };
	m.list = addressbook_list_by_id(books->addresses, list);
	if (!m.list)
		return OK;
	TRY(settings_load(books->lists, own, list, &m.settings));
	if (!m.settings.daily_summary)
		return OK;
	err e = gather(&m);
	if (!e.kind)
		e = tell_all(&m);
	if (e.kind && !err_is_passing(e)) { /* one list holds up no other */
		log_warn("summary-not-sent", KS("list", m.list->address), KE(e));
		return OK;
	}
	return e.kind ? FAIL(e.kind, "the moderators' daily mail must wait") : OK;
}

/* Each mail has a name by its day, so a crash before the cursor repeats none. */
err remind_run(struct books *books, struct arena *a, int64_t now)
{
	struct list_row *lists;
	size_t n;
	int64_t day = zone_day_past(zone_site(), MORNING, now), last;
	TRY(ledger_cursor(books->outbound, cursor, &last));
	if (last >= day)
		return OK;
	TRY(list_all(books->lists, a, 0, &lists, &n));
	for (size_t i = 0; last && i < n; i++) /* last 0: this server is new */
		TRY(remind_list(books, lists[i].id, day, now));
	return ledger_set_cursor(books->outbound, cursor, day);
}
