/* /lists/NAME/stats: posts, authors, members over time, and how delivery goes. Each part
 * is for those who may see what it counts. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/language.h"
#include "store/archive/author.h"
#include "store/lists/member_page.h"
#include "store/lists/tally.h"
#include "web/pages/chart.h"

#include <inttypes.h>

enum { MONTHS = 24, YEAR = 12, WEEKS = 12, WRITERS = 10, WEEK = 7 * 86400 };

struct counting {
	struct request *q;
	int64_t now;
	int64_t first;      /* month of the first that is shown: year * 12 + month - 1 */
	str labels[MONTHS]; /* "2026-11" */
};

static void name_months(struct counting *c, int64_t last)
{
	c->first = last - MONTHS + 1;
	for (int i = 0; i < MONTHS; i++)
		c->labels[i] = arena_printf(c->q->arena, "%04" PRId64 "-%02" PRId64,
					    (c->first + i) / YEAR,
					    (c->first + i) % YEAR + 1);
}

static int64_t month_now(const struct counting *c)
{
	int year, month;
	page_month_of(c->now, &year, &month);
	return (int64_t)year * YEAR + month - 1;
}

static str between(struct counting *c, const char *what)
{
	return arena_printf(c->q->arena, _("%s, %.*s to %.*s"), _(what),
			    STR_F(c->labels[0]), STR_F(c->labels[MONTHS - 1]));
}

/* ---- posts and authors */

static str month_path(const struct counting *c, int i)
{
	int64_t month = c->first + i;
	return page_month_path(c->q, (int)(month / YEAR), (int)(month % YEAR) + 1);
}

static err add_writers(struct counting *c, struct page_stats *p)
{
	struct worker *w = worker_of(c->q);
	struct archive_author *x;
	size_t n;
	bool hide = page_hides(c->q, &w->settings);
	TRY(archive_authors(w->books.archive, c->q->arena, w->list->id,
			    c->first + MONTHS - YEAR, WRITERS, &x, &n, &p->authors_year));
	struct page_stats_writers *rows = arena_zero(c->q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_stats_writers){
			page_author(c->q->arena, x[i].name, x[i].address, hide),
			x[i].number ? page_author_path(c->q, x[i].number) : STR_NONE,
			x[i].posts,
		};
	p->writers = rows;
	p->writers_count = n;
	return archive_authors(w->books.archive, c->q->arena, w->list->id, 0, 1, &x, &n,
			       &p->authors);
}

static err add_posts(struct counting *c, struct page_stats *p)
{
	struct worker *w = worker_of(c->q);
	struct archive_author_month *m;
	size_t n;
	int64_t posts[MONTHS] = { 0 }, authors[MONTHS] = { 0 };
	struct page_stats_months *rows = arena_zero(c->q->arena, MONTHS * sizeof *rows);
	TRY(archive_author_months(w->books.archive, c->q->arena, w->list->id, 0, &m, &n));
	p->quiet = n && m[n - 1].month < c->first;
	if (p->quiet) /* the months when it was not */
		name_months(c, m[n - 1].month);
	for (size_t i = 0; i < n; i++) {
		int64_t at = m[i].month - c->first;
		p->posts += m[i].posts;
		if (at < 0 || at >= MONTHS)
			continue;
		posts[at] = m[i].posts;
		authors[at] = m[i].authors;
	}
	for (int i = 0; i < MONTHS; i++)
		rows[MONTHS - 1 - i] = (struct page_stats_months){ c->labels[i],
								   month_path(c, i),
								   posts[i], authors[i] };
	p->months = rows;
	p->months_count = MONTHS;
	p->posts_chart = chart_bars(c->q, STR("posts-chart"),
				    between(c, N_("Posts a month")), S_("Posts a month"),
				    &(struct series){ c->labels, posts, MONTHS });
	p->authors_chart = chart_bars(
		c->q, STR("authors-chart"), between(c, N_("Authors a month")),
		S_("Authors a month"), &(struct series){ c->labels, authors, MONTHS });
	return add_writers(c, p);
}

/* ---- members */

/* The month of a day, counted from the first one shown; below 0: before. */
static int64_t month_at(const struct counting *c, int64_t day)
{
	int year, month;
	page_month_of(day * 86400, &year, &month);
	int64_t at = (int64_t)year * YEAR + month - 1 - c->first;
	return at < MONTHS ? at : MONTHS - 1; /* a clock that was set back */
}

/* From what there are now backwards, so that the last figure is right whatever was not
 * counted long ago. */
static void fill_members(struct counting *c, struct page_stats *p, const int64_t *joined,
			 const int64_t *left)
{
	struct page_stats_changes *rows = arena_zero(c->q->arena, MONTHS * sizeof *rows);
	int64_t members[MONTHS], there = p->members;
	for (int i = MONTHS - 1; i >= 0; i--) {
		members[i] = there;
		rows[MONTHS - 1 - i] = (struct page_stats_changes){ c->labels[i], there,
								    joined[i], left[i],
								    there || joined[i]
									    || left[i] };
		there += left[i] - joined[i];
		there = there > 0 ? there : 0;
		if (i >= MONTHS - YEAR) {
			p->joined += joined[i];
			p->left += left[i];
		}
	}
	p->changes = rows;
	p->changes_count = MONTHS;
	p->members_chart = chart_line(c->q, STR("members-chart"),
				      between(c, N_("Members at each month’s end")),
				      S_("Members at each month’s end"),
				      &(struct series){ c->labels, members, MONTHS });
}

static err add_members(struct counting *c, struct page_stats *p)
{
	struct worker *w = worker_of(c->q);
	struct member_day *d;
	size_t n;
	int64_t joined[MONTHS] = { 0 }, left[MONTHS] = { 0 };
	TRY(member_days(w->books.lists, c->q->arena, w->list->id, &d, &n));
	for (size_t i = 0; i < n; i++) {
		int64_t at = month_at(c, d[i].day);
		if (at < 0)
			continue;
		joined[at] += d[i].joined;
		left[at] += d[i].gone;
	}
	fill_members(c, p, joined, left);
	return OK;
}

/* ---- delivery */

static str way_word(const struct member_way *x)
{
	static const struct {
		const char *delivery, *off_by, *word;
	} words[] = {
		{ "regular", "", N_("each post as it comes") },
		{ "mime", "", N_("digests, as MIME") },
		{ "plain", "", N_("digests, as plain text") },
		{ "summary", "", N_("digests, as a summary") },
		{ "off", "user", N_("off, by their own wish") },
		{ "off", "moderator", N_("off, by an owner") },
		{ "off", "bounces", N_("off, because mail came back") },
		{ "off", "complaint", N_("off, after a complaint") },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(x->delivery, str_from(words[i].delivery))
		    && str_eq(x->off_by, str_from(words[i].off_by)))
			return S_(words[i].word);
	return S_("otherwise");
}

static err add_ways(struct counting *c, struct page_stats *p)
{
	struct worker *w = worker_of(c->q);
	struct member_way *x;
	size_t n;
	TRY(member_ways(w->books.lists, c->q->arena, w->list->id, &x, &n));
	struct page_stats_ways *rows = arena_zero(c->q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_stats_ways){ way_word(&x[i]), x[i].members };
	p->ways = rows;
	p->ways_count = n;
	return OK;
}

static int64_t *column(struct page_stats_weeks *week, str class)
{
	const struct {
		const char *class;
		int64_t *count;
	} columns[] = { { "mailbox", &week->gone },
			{ "domain", &week->gone },
			{ "full", &week->full },
			{ "policy", &week->policy },
			{ "complaint", &week->complaints } };
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if (str_eq(class, str_from(columns[i].class)))
			return columns[i].count;
	return &week->other;
}

static err add_health(struct counting *c, struct page_stats *p)
{
	struct worker *w = worker_of(c->q);
	struct bounce_week *x;
	size_t n;
	str labels[WEEKS];
	int64_t since = (c->now / 86400 + 1) * 86400 - (int64_t)WEEKS * WEEK,
		values[WEEKS] = { 0 };
	struct page_stats_weeks *rows = arena_zero(c->q->arena, WEEKS * sizeof *rows);
	TRY(add_ways(c, p));
	TRY(bounced_weeks(w->books.lists, c->q->arena, w->list->id, since, &x, &n));
	for (int i = 0; i < WEEKS; i++) {
		BUF(day);
		show_date(&day, since + (int64_t)i * WEEK);
		labels[i] = arena_copy(c->q->arena, buf_str(&day));
		rows[WEEKS - 1 - i].week = labels[i];
	}
	for (size_t i = 0; i < n; i++) {
		int64_t at = x[i].week < WEEKS ? x[i].week : WEEKS - 1;
		values[at] += x[i].times;
		*column(&rows[WEEKS - 1 - at], x[i].class) += x[i].times;
	}
	p->weeks = rows;
	p->weeks_count = WEEKS;
	p->health_chart = chart_bars(c->q, STR("health-chart"),
				     S_("Came back or was complained of, by week"),
				     S_("Came back or was complained of, by week"),
				     &(struct series){ labels, values, WEEKS });
	return OK;
}

/* ---- the page */

static err fill(struct request *q, struct page_stats *p)
{
	struct counting c = { .q = q, .now = clock_now() };
	p->counted = c.now;
	name_months(&c, month_now(&c));
	if (p->may_read)
		TRY(add_posts(&c, p));
	name_months(&c, month_now(&c));
	if (p->counts_members)
		TRY(add_members(&c, p));
	return p->sees_health ? add_health(&c, p) : OK;
}

/* Members and what comes back change without the archive, so what is kept of a page is
 * made anew each hour at least, and whenever the number of members is another one. */
void stats_page(struct request *q, struct response *r)
{
	struct worker *w = worker_of(q);
	struct cache_key key;
	struct page_stats p = {
		.frame = archive_frame(q, S_("Statistics")),
		.name = w->list->name,
		.path = list_path(q),
		.archived = !setting_is(w->settings.archive_policy, "never"),
		.may_read = worker_may(w, RIGHT_archive_read) && !w->since,
		.counts_members = worker_may(w, RIGHT_roster_see),
		.sees_health = worker_may(w, RIGHT_members_see),
	};
	if (p.counts_members
	    && page_failed(
		    q, r, member_count(w->books.lists, w->list->id, STR(""), &p.members)))
		return;
	frame_step(q, &p.frame, S_("Statistics"), STR_NONE);
	str details = arena_printf(q->arena, "%" PRId64 " %" PRId64 " %d%d%d",
				   clock_now() / 3600, p.members, p.may_read,
				   p.counts_members, p.sees_health);
	if (page_from_cache(q, r, "stats", details, &key))
		return;
	if (page_failed(q, r, fill(q, &p)))
		return;
	ANSWER(q, r, stats, &p);
	page_to_cache(q, r, &key);
}
