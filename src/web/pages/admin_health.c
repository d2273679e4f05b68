/* /lists/NAME/admin/health: whom mail comes back from, and why. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "store/lists/bounce.h"
#include "store/lists/member.h"

enum { DAYS = 30, MEMBERS_MAX = 500, GROUPS_MAX = 100, RECENT_MAX = 50 };

static const struct {
	const char *class, *state, *word;
} kinds[] = {
	{ "mailbox", "bad", "The mailbox is gone" },
	{ "domain", "bad", "Their domain is gone" },
	{ "full", "warn", "The mailbox is full" },
	{ "policy", "warn", "Not wanted there" },
	{ "message", "warn", "This post cannot be had there" },
	{ "network", "wait", "No way there" },
	{ "complaint", "warn", "Reported as unwanted" },
	{ "other", "none", "For another reason" },
};

static void set_state(struct page_health_members *row, const struct member_row *m)
{
	bool off = m->off_at > 0;
	row->state = off           ? STR("bad")
		     : m->probe_at ? STR("wait")
		     : m->doubt_at ? STR("none")
				   : STR("warn");
	row->word = off           ? STR("Mail is off")
		    : m->probe_at ? STR("A probe is out")
		    : m->doubt_at && m->bounce_score <= 0
			    ? STR("Refused, perhaps for others’ sake")
			    : STR("Counted");
}

static err add_members(struct request *q, struct page_health *p)
{
	struct worker *w = worker_of(q);
	struct member_row *m;
	size_t n;
	TRY(member_bouncing(w->books.lists, q->arena, w->list->id, &m, &n));
	p->bouncing = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		p->off += m[i].off_at > 0;
	p->members_count = n < MEMBERS_MAX ? n : MEMBERS_MAX;
	struct page_health_members *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < p->members_count; i++) {
		rows[i] = (struct page_health_members){
			.address = m[i].text,
			.score = arena_printf(q->arena, "%.4g", m[i].bounce_score),
			.text = m[i].bounce_text,
			.at = m[i].bounce_at ? m[i].bounce_at : m[i].doubt_at,
		};
		set_state(&rows[i], &m[i]);
	}
	p->members = rows;
	return OK;
}

static err add_groups(struct request *q, struct page_health *p, int64_t since)
{
	struct worker *w = worker_of(q);
	struct bounce_group *g;
	size_t n;
	TRY(bounced_groups(w->books.lists, q->arena, w->list->id, STR("policy"), since,
			   GROUPS_MAX, &g, &n));
	struct page_health_groups *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct page_health_groups){ g[i].author_domain, g[i].domain,
						       g[i].times,         g[i].members,
						       g[i].text,          g[i].last };
		p->refusals += g[i].times;
	}
	p->groups = rows;
	p->groups_count = n;
	return OK;
}

static err add_complaints(struct request *q, struct page_health *p, int64_t since)
{
	struct worker *w = worker_of(q);
	struct bounce_row *b;
	size_t n;
	TRY(bounced_list(w->books.lists, q->arena, w->list->id, STR("complaint"), since,
			 GROUPS_MAX, &b, &n));
	struct page_health_complained *rows = arena_zero(q->arena,
							 (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_health_complained){ b[i].address, b[i].act,
							   b[i].at };
	p->complained = rows;
	p->complained_count = n;
	p->complaints = (int64_t)n;
	return OK;
}

static err add_recent(struct request *q, struct page_health *p, int64_t since)
{
	struct worker *w = worker_of(q);
	struct bounce_row *b;
	size_t n;
	enum { KINDS = sizeof kinds / sizeof *kinds };
	TRY(bounced_list(w->books.lists, q->arena, w->list->id, STR(""), since,
			 RECENT_MAX, &b, &n));
	struct page_health_recent *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k + 1 < KINDS && !str_eq(b[i].class, str_from(kinds[k].class)))
			k++;
		rows[i] = (struct page_health_recent){ b[i].address,
						       str_from(kinds[k].state),
						       str_from(kinds[k].word), b[i].text,
						       b[i].at };
	}
	p->recent = rows;
	p->recent_count = n;
	return OK;
}

static err fill(struct request *q, struct page_health *p)
{
	struct worker *w = worker_of(q);
	struct settings s;
	int64_t since = clock_now() - (int64_t)DAYS * 86400;
	TRY(settings_load(w->books.lists, q->arena, w->list->id, &s));
	p->threshold = s.bounce_score_threshold;
	p->processed = s.process_bounces;
	TRY(add_members(q, p));
	TRY(add_groups(q, p, since));
	TRY(add_complaints(q, p, since));
	return add_recent(q, p, since);
}

void health_page(struct request *q, struct response *r)
{
	struct page_health p = { .frame = list_frame(q, STR("Health")),
				 .list = worker_of(q)->list->name,
				 .tabs = admin_tabs(q, "health"),
				 .days = DAYS };
	if (!page_failed(q, r, fill(q, &p)))
		ANSWER(q, r, health, &p);
}
