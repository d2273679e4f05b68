/* A list's home: what it is, how to take part, what was said lately and when. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/clock.h"
#include "base/enc.h"
#include "archive/opening.h"
#include "store/lists/held.h"
#include "store/lists/member_page.h"
#include "web/pages/busiest.h"
#include "web/pages/calendar.h"
#include "web/pages/reading.h"
#include "web/pages/feed.h"
#include "web/pages/since.h"
#include "web/pages/volume.h"

#include <inttypes.h>

enum { THREADS = 30, YEARS = 4 };

struct home {
	int64_t before_at, before_id; /* threads from behind this one on; 0: the latest */
	int year, month;              /* now */
};

/* ?before=1790000000.17 */
static bool read_before(const struct request *q, struct home *h)
{
	str before = request_query(q, "before"), at, id;
	if (!before.n)
		return true;
	return str_cut(before, '.', &at, &id) && str_i64(at, &h->before_at)
	       && str_i64(id, &h->before_id);
}

static void add_info(struct request *q, struct page_list *p)
{
	str rest = worker_of(q)->settings.info, line;
	size_t room = 1;
	for (size_t i = 0; i < rest.n; i++)
		room += rest.p[i] == '\n';
	struct page_list_info *rows = arena_zero(q->arena, room * sizeof *rows);
	while (str_line(&rest, &line)) {
		line = str_trim(line);
		if (line.n)
			rows[p->info_count++].text = line;
	}
	p->info = rows;
}

/* ---- what was said */

static struct page_threads_rows thread_row(struct request *q,
					   const struct archive_thread *t, bool hide)
{
	return (struct page_threads_rows){
		.number = t->number,
		.subject = page_subject(t->subject, t->flags),
		.href = page_thread_path(q, t->number),
		.who = page_author(q->arena, t->from_name, t->from_address, hide),
		.others = t->authors - 1,
		.posts = t->posts,
		.last = t->last_at,
	};
}

/* Nothing of a post that was taken away, or out of which something was. */
static err add_openings(struct request *q, const struct archive_thread *const *threads,
			struct page_threads_rows *rows, size_t count, bool hide)
{
	struct opening *list = arena_zero(q->arena, (count + 1) * sizeof *list);
	for (size_t i = 0; i < count; i++)
		if (!(threads[i]->flags & (ARCHIVE_GONE | ARCHIVE_CUT)))
			list[i].post = threads[i]->root;
	TRY(openings_read(worker_of(q)->books.archive, q->arena, list, count, hide));
	for (size_t i = 0; i < count; i++)
		rows[i].opening = list[i].text;
	return OK;
}

static err add_threads(struct request *q, const struct home *h, struct page_list *p)
{
	struct worker *w = worker_of(q);
	struct archive_threads t;
	bool hide = page_hides(q, &w->settings);
	TRY(archive_threads_latest(w->books.archive, q->arena, w->list->id, h->before_at,
				   h->before_id, THREADS + 1, &t));
	struct page_threads *threads = arena_zero(q->arena, sizeof *threads);
	struct page_threads_rows *rows = arena_zero(q->arena,
						    (t.count + 1) * sizeof *rows);
	size_t shown = t.count > THREADS ? THREADS : t.count;
	const struct archive_thread **seen_threads = arena_zero(
		q->arena, (shown + 1) * sizeof(void *));
	size_t seen = 0;
	bool sees = true;
	struct reading reading;
	TRY(reading_of_list(q, &reading));
	for (size_t i = 0; i < shown; i++) {
		TRY(since_thread(q, &t.list[i], &sees));
		if (!sees)
			continue;
		seen_threads[seen] = &t.list[i];
		rows[seen] = thread_row(q, &t.list[i], hide);
		TRY(reading_is_news(q, &reading, &t.list[i], &rows[seen].news));
		p->news |= rows[seen++].news;
	}
	TRY(add_openings(q, seen_threads, rows, seen, hide));
	threads->rows = rows;
	threads->rows_count = seen;
	p->threads = seen ? threads : NULL;
	if (t.count > shown && t.list[shown].last_at >= w->since)
		p->older = arena_printf(q->arena, "%.*s/?before=%" PRId64 ".%" PRId64,
					STR_F(p->path), t.list[shown - 1].last_at,
					t.list[shown - 1].id);
	if (h->before_at)
		p->newest = arena_cat(q->arena, p->path, STR("/"));
	return OK;
}

/* The newest piece of the archive; and of the year before it, who writes and is answered. */
static err add_latest(struct request *q, const struct home *h, struct page_list *p)
{
	const struct worker *w = worker_of(q);
	struct archive_threads t;
	TRY(archive_threads_latest(w->books.archive, q->arena, w->list->id, 0, 0, 1, &t));
	if (!t.count)
		return OK;
	str name = volume_name(q->arena, w->settings.archive_volume_frequency,
			       t.list[0].last_at);
	p->month_name = arena_cat(q->arena, name, STR(".mbox.gz"));
	p->month_file = arena_cat(q->arena, p->path, STR("/by/"), p->month_name);
	return h->before_at ? OK : busiest_of(q, t.list[0].last_at, &p->busiest);
}

static err add_months(struct request *q, const struct home *h, struct page_list *p)
{
	struct worker *w = worker_of(q);
	struct calendar c;
	TRY(archive_months(w->books.archive, q->arena, w->list->id, &c.months, &c.count));
	since_months(q, &c);
	for (size_t i = 0; i < c.count; i++)
		p->posts += c.months[i].posts;
	if (!c.count)
		return OK;
	const struct archive_month *first = &c.months[c.count - 1], *last = &c.months[0];
	int64_t until;
	archive_month_span(first->year, first->month, &p->since, &until);
	p->first_year = first->year;
	p->more_years = first->year <= last->year - YEARS;
	p->calendar = calendar_latest(q, &c, YEARS);
	p->activity = calendar_activity(q, &c, h->year, h->month);
	if (!p->activity) { /* quiet for long: the months when it was not */
		p->activity = calendar_activity(q, &c, last->year, last->month);
		p->quiet = true;
	}
	return add_latest(q, h, p);
}

/* ---- who looks */

static err add_standing(struct request *q, struct page_list *p)
{
	struct worker *w = worker_of(q);
	struct member_row m;
	err e = w->viewer.person ? member_of_person(w->books.lists, q->arena, w->list->id,
						    w->viewer.person, &m)
				 : FAIL(ERR_NOTFOUND, "a guest");
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	p->signed_in = q->session;
	p->member = !e.kind;
	p->joined = p->member ? m.joined_at : 0;
	p->moderates = worker_may(w, RIGHT_held_see);
	p->owns = worker_may(w, RIGHT_settings_see);
	if (p->moderates)
		TRY(held_count(w->books.lists, w->list->id, &p->held));
	p->counts_members = worker_may(w, RIGHT_roster_see);
	if (p->counts_members)
		TRY(member_count(w->books.lists, w->list->id, STR(""), &p->members));
	return OK;
}

static struct page_frame list_home_frame(struct request *q, const struct home *h)
{
	struct worker *w = worker_of(q);
	struct page_frame f = frame_of(q, w->list->name);
	f.description = w->settings.description;
	struct page_frame_crumbs *way = arena_zero(q->arena, 2 * sizeof *way);
	way[0] = (struct page_frame_crumbs){ S_("Lists"), STR("/lists/") };
	way[1] = (struct page_frame_crumbs){ w->list->name, STR_NONE };
	f.crumbs = way;
	f.crumbs_count = 2;
	if (worker_may(w, RIGHT_archive_read))
		feed_offer(q->arena, &f, arena_cat(q->arena, list_path(q), STR("/feed")),
			   STR(""));
	if (!h->before_at)
		f.canonical = page_url(q, arena_cat(q->arena, list_path(q), STR("/")));
	return f;
}

static err show_home(struct request *q, struct response *r, const struct home *h)
{
	struct worker *w = worker_of(q);
	const struct settings *s = &w->settings;
	str path = list_path(q);
	bool is_writer = s->allow_list_posts || worker_may(w, RIGHT_held_see);
	struct page_list p = {
		.frame = list_home_frame(q, h),
		.note = note_of(q),
		.csrf = csrf_of(q),
		.name = str_skip(path, sizeof "/lists/" - 1),
		.address = w->list->address,
		.path = path,
		.mailto = arena_cat(q->arena, STR("mailto:"), w->list->address),
		.owners = arena_cat(q->arena, STR("mailto:"),
				    list_subaddress(q->arena, w->list, STR("owner"))),
		.description = s->description,
		.readers = page_readers(s),
		.writers = page_writers(s),
		.archived = !setting_is(s->archive_policy, "never"),
		.may_read = worker_may(w, RIGHT_archive_read),
		.may_join = !setting_is(s->subscription_policy, "closed"),
		.may_post = is_writer,
		.shadow = s->shadow,
		.login = arena_cat(q->arena, STR("/login?to="),
				   enc_percent(q->arena, q->path)),
	};
	add_info(q, &p);
	TRY(add_standing(q, &p));
	if (p.may_read) {
		TRY(add_threads(q, h, &p));
		TRY(add_months(q, h, &p));
	}
	ANSWER(q, r, list, &p);
	return OK;
}

/* What stands in a person's own page beside the archive changes without it, so only
 * guests' pages are kept; what they see of members is a number, part of the key. */
void list_page(struct request *q, struct response *r)
{
	struct worker *w = worker_of(q);
	struct home h = { 0 };
	int64_t members = 0;
	struct cache_key key;
	if (!read_before(q, &h)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	if (h.before_at)
		page_no_index(r);
	page_month_of(clock_now(), &h.year, &h.month);
	bool keep = !q->session && !request_query(q, "done").n;
	if (keep && worker_may(w, RIGHT_roster_see)
	    && page_failed(q, r,
			   member_count(w->books.lists, w->list->id, STR(""), &members)))
		return;
	str details = arena_printf(q->arena, "%d-%d %" PRId64 " %" PRId64 ".%" PRId64,
				   h.year, h.month, members, h.before_at, h.before_id);
	if (keep && page_from_cache(q, r, "list", details, &key))
		return;
	if (!page_failed(q, r, show_home(q, r, &h)) && keep)
		page_to_cache(q, r, &key);
}
