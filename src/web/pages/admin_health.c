/* /lists/NAME/admin/health: whom mail comes back from, and why. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/clock.h"
#include "base/enc.h"
#include "store/lists/bounce.h"
#include "store/lists/member.h"
#include "web/pages/health_advice.h"

enum { DAYS = 30, MEMBERS_MAX = 500, GROUPS_MAX = 100, RECENT_MAX = 50 };

static const struct {
	const char *class, *state, *word;
} kinds[] = {
	{ "mailbox", "bad", N_("The mailbox is gone") },
	{ "domain", "bad", N_("Their domain is gone") },
	{ "full", "warn", N_("The mailbox is full") },
	{ "policy", "warn", N_("Not wanted there") },
	{ "message", "warn", N_("This post cannot be had there") },
	{ "network", "wait", N_("No way there") },
	{ "complaint", "warn", N_("Reported as unwanted") },
	{ "other", "none", N_("For another reason") },
};

static str word_of(str class, const char **state)
{
	enum { KINDS = sizeof kinds / sizeof *kinds };
	size_t k = 0;
	while (k + 1 < KINDS && !str_eq(class, str_from(kinds[k].class)))
		k++;
	*state = kinds[k].state;
	return S_(kinds[k].word);
}

/* The list of members, where that one alone is shown. */
static str member_href(struct request *q, str address)
{
	return arena_printf(q->arena, "%.*s/admin/members?q=%.*s", STR_F(list_path(q)),
			    STR_F(enc_percent(q->arena, address)));
}

static err add_members(struct request *q, struct page_health *p, struct health_facts *f)
{
	struct worker *w = worker_of(q);
	struct member_row *m;
	size_t n;
	TRY(member_bouncing(w->books.lists, q->arena, w->list->id, &m, &n));
	f->members = m;
	f->members_count = n;
	p->bouncing = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		p->off += m[i].off_at > 0;
	p->members_count = n < MEMBERS_MAX ? n : MEMBERS_MAX;
	struct page_health_members *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < p->members_count; i++) {
		struct health_standing now = health_standing(q->arena, f->settings,
							     &m[i]);
		rows[i] = (struct page_health_members){
			.address = m[i].text,
			.href = member_href(q, m[i].text),
			.score = arena_printf(q->arena, "%.4g", m[i].bounce_score),
			.state = str_from(now.state),
			.word = now.word,
			.next = now.next,
			.text = m[i].bounce_text,
			.at = m[i].bounce_at ? m[i].bounce_at : m[i].doubt_at,
		};
	}
	p->members = rows;
	return OK;
}

static err add_groups(struct request *q, struct page_health *p, struct health_facts *f,
		      int64_t since)
{
	struct worker *w = worker_of(q);
	struct bounce_group *g;
	size_t n;
	TRY(bounced_groups(w->books.lists, q->arena, w->list->id, STR("policy"), since,
			   GROUPS_MAX, &g, &n));
	f->groups = g;
	f->groups_count = n;
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

/* class: of that one alone, or "" for all. */
static err came_back(struct request *q, str class, int64_t since, size_t limit,
		     struct bounce_row **b, const struct page_came **page)
{
	struct worker *w = worker_of(q);
	size_t n;
	TRY(bounced_list(w->books.lists, q->arena, w->list->id, class, since, limit, b,
			 &n));
	struct page_came *p = arena_zero(q->arena, sizeof *p);
	struct page_came_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct bounce_row *x = &(*b)[i];
		const char *state;
		str word = word_of(x->class, &state);
		rows[i] = (struct page_came_rows){
			.address = x->address,
			.href = member_href(q, x->address),
			.state = str_from(state),
			.word = word,
			.text = x->text,
			.act = S_(health_followed(score_of_word(x->act))),
			.at = x->at,
		};
	}
	p->rows = rows;
	p->rows_count = n;
	*page = n ? p : NULL;
	return OK;
}

static void add_advice(struct request *q, struct page_health *p,
		       const struct health_facts *f)
{
	size_t n;
	struct health_advice *x = health_advise(q->arena, f, &n);
	struct page_health_advice *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_health_advice){ x[i].state, x[i].what, x[i].act,
						       x[i].href, x[i].link };
	p->advice = rows;
	p->advice_count = n;
}

static err fill(struct request *q, struct page_health *p)
{
	struct worker *w = worker_of(q);
	struct settings s;
	struct bounce_row *newest;
	int64_t since = clock_now() - (int64_t)DAYS * 86400;
	TRY(settings_load(w->books.lists, q->arena, w->list->id, &s));
	p->processed = s.process_bounces;
	struct health_facts f = { .base = list_path(q), .settings = &s };
	TRY(add_members(q, p, &f));
	TRY(add_groups(q, p, &f, since));
	TRY(came_back(q, STR("complaint"), since, GROUPS_MAX, &f.complaints,
		      &p->complained));
	TRY(came_back(q, STR(""), since, RECENT_MAX, &newest, &p->recent));
	f.complaints_count = p->complained ? p->complained->rows_count : 0;
	p->complaints = (int64_t)f.complaints_count;
	add_advice(q, p, &f);
	return OK;
}

void health_page(struct request *q, struct response *r)
{
	struct page_health p = { .frame = list_frame(q, S_("Health")),
				 .list = worker_of(q)->list->name,
				 .tabs = admin_tabs(q, "health"),
				 .days = DAYS };
	if (!page_failed(q, r, fill(q, &p)))
		ANSWER(q, r, health, &p);
}
