#include "lists/remind.h"

#include "base/buf.h"
#include "base/log.h"
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
	struct buf rows; /* the first of the posts */
};

/* What came since six waits for tomorrow's mail: who is told has been told of it. */
static bool counts(const struct morning *m, const struct held_row *h)
{
	return h->held_at < m->day * DAY + MORNING
	       && !moderate_is_quiet(h->rule, &m->settings);
}

static void add_post(struct morning *m, const struct held_row *h)
{
	str claimed = held_claimant(h, m->now);
	m->posts++;
	if (m->posts > SHOWN)
		return;
	buf_cat(&m->rows, STR("    "), date_minute(m->a, h->held_at), STR("  "),
		h->author.n ? h->author : STR("nobody in particular"));
	buf_cat(&m->rows, STR("\n        "),
		h->subject.n ? h->subject : STR("(no subject)"), STR("\n        "),
		h->reason);
	if (h->aside_at)
		buf_cat(&m->rows, STR("\n        set aside by "), h->aside_by,
			h->note.n ? STR(": ") : STR(""), h->note);
	if (claimed.n)
		buf_cat(&m->rows, STR("\n        looked at by "), claimed);
	buf_add(&m->rows, STR("\n"));
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
			if (counts(m, &h[i]))
				add_post(m, &h[i]);
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
	return held_lapsed(m->books->lists, m->list->id, (m->day - 1) * DAY + MORNING,
			   &m->lapsed);
}

static void add_part(struct buf *b, const char *before, int64_t n, const char *one,
		     const char *more)
{
	if (n)
		buf_addf(b, "%s%lld %s", before, (long long)n, n == 1 ? one : more);
}

/* "3 posts wait", "1 person asks to join", each behind what stands between. */
static str say_what(struct morning *m, const char *between)
{
	BUF(b);
	add_part(&b, between, m->posts, "post waits", "posts wait");
	add_part(&b, between, m->asking, "person asks to join", "people ask to join");
	add_part(&b, between, m->leaving, "member wants to leave",
		 "members want to leave");
	add_part(&b, between, m->lapsed, "post was dropped since nobody decided",
		 "posts were dropped since nobody decided");
	return arena_copy(m->a, str_skip(buf_str(&b), b.n ? strlen(between) : 0));
}

static str say_posts(struct morning *m)
{
	if (!m->posts)
		return STR("");
	if (m->posts > SHOWN)
		buf_addf(&m->rows, "    and %lld more\n", (long long)m->posts - SHOWN);
	return arena_cat(m->a, buf_str(&m->rows), STR("\n"));
}

static err tell(struct morning *m, const struct role_row *who, str posts)
{
	struct mailbox to = { .name = who->name };
	struct notice_var vars[] = { { "what", say_what(m, ", ") },
				     { "lines", say_what(m, "\n    ") },
				     { "posts", posts } };
	TRY(address_parse(m->a, who->text, &to.address));
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
	str posts = say_posts(m);
	if (!m->posts && !m->asking && !m->leaving && !m->lapsed)
		return OK;
	TRY(role_list(m->books->lists, m->a, m->list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		bool told = false; /* owner and moderator in one person: one mail */
		for (size_t k = 0; k < i; k++)
			told = told || roles[k].address == roles[i].address;
		if (!told)
			TRY(tell(m, &roles[i], posts));
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
	buf_free(&m.rows);
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
	int64_t day = (now - MORNING) / DAY, last;
	TRY(ledger_cursor(books->outbound, cursor, &last));
	if (last >= day)
		return OK;
	TRY(list_all(books->lists, a, 0, &lists, &n));
	for (size_t i = 0; last && i < n; i++) /* last 0: this server is new */
		TRY(remind_list(books, lists[i].id, day, now));
	return ledger_set_cursor(books->outbound, cursor, day);
}
