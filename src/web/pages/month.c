/* The posts of a month or a day, by thread, date, author or subject. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/map.h"
#include "store/archive/day.h"
#include "web/pages/calendar.h"
#include "web/pages/month_by.h"
#include "web/pages/since.h"
#include "web/pages/volume.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PAGE_POSTS = 200, THREAD_POSTS = 400 }; /* on one page */

struct month_view {
	int year, month, day; /* day 0: the month */
	int64_t from, until;  /* of the month or the day */
	int64_t after;        /* id of the post that the page before ended with */
	enum month_order order;
	bool hide;
	struct archive_posts posts;
	struct calendar calendar;
};

static bool read_month_asked(const struct request *q, struct month_view *v)
{
	str year = request_arg(q, "year"), month = request_arg(q, "month");
	int64_t y, m;
	if (year.n != 4 || month.n != 2 || !str_i64(year, &y) || !str_i64(month, &m)
	    || y < 1970 || m < 1 || m > 12)
		return false;
	v->year = (int)y;
	v->month = (int)m;
	archive_month_span(v->year, v->month, &v->from, &v->until);
	str after = request_query(q, "after");
	return month_order_asked(q, &v->order)
	       && (!after.n || (str_i64(after, &v->after) && v->after > 0));
}

static str day_name(struct request *q, int64_t day)
{
	BUF(text);
	show_fixed_day(&text, day);
	return arena_copy(q->arena, buf_str(&text));
}

static str day_path(struct request *q, int64_t day)
{
	int year, month;
	int64_t first, until;
	page_month_of(day, &year, &month);
	archive_month_span(year, month, &first, &until);
	return arena_printf(q->arena, "%.*s%02d/", STR_F(page_month_path(q, year, month)),
			    (int)((day - first) / 86400) + 1);
}

static str path_of(struct request *q, const struct month_view *v)
{
	return v->day ? day_path(q, v->from) : page_month_path(q, v->year, v->month);
}

static size_t page_posts(const struct month_view *v)
{
	return v->order == MONTH_BY_THREAD ? THREAD_POSTS : PAGE_POSTS;
}

static bool is_sorted(const struct month_view *v)
{
	return v->order == MONTH_BY_AUTHOR || v->order == MONTH_BY_SUBJECT;
}

static bool read_day_asked(const struct request *q, struct month_view *v)
{
	str text = request_arg(q, "day");
	int64_t day;
	if (!read_month_asked(q, v) || text.n != 2 || !str_i64(text, &day) || day < 1)
		return false;
	v->day = (int)day;
	v->from += (day - 1) * 86400;
	bool there = v->from < v->until;
	v->until = v->from + 86400;
	return there;
}

/* ---- by thread: each where the month first touches it */

struct group {
	const struct archive_post *first, *last;
	size_t posts;
	struct map authors;
};

static size_t group_posts(const struct month_view *v, struct group *groups)
{
	struct map by = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < v->posts.count; i++) {
		const struct archive_post *p = &v->posts.list[i];
		str id = { (const char *)&p->thread, sizeof p->thread };
		struct group *g = map_get(&by, id);
		if (!g) {
			g = &groups[count++];
			g->first = p;
			map_set(&by, id, g);
		}
		g->last = p;
		g->posts++;
		map_set(&g->authors, p->from_address, g);
	}
	map_free(&by);
	return count;
}

/* As the rows show them: each with its last post. */
static int by_last(const void *x, const void *y)
{
	const struct archive_post *p = ((const struct group *)x)->last;
	const struct archive_post *q = ((const struct group *)y)->last;
	if (p->date != q->date)
		return p->date < q->date ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

static err show_group(struct request *q, const struct month_view *v,
		      const struct group *g, struct page_threads_rows *row)
{
	const struct archive_post *x = g->first;
	struct archive_thread t;
	bool found, sees;
	TRY(archive_thread_by_id(worker_of(q)->books.archive, q->arena, x->thread, &t,
				 &found));
	if (found)
		TRY(since_thread(q, &t, &sees));
	*row = (struct page_threads_rows){
		.number = found ? t.number : x->number,
		.subject = found ? page_subject(t.subject, t.flags)
				 : page_subject(x->subject, x->flags),
		.who = page_author(q->arena, x->from_name, x->from_address, v->hide),
		.others = (int64_t)g->authors.used - 1,
		.posts = (int64_t)g->posts,
		.last = g->last->date,
	};
	row->href = page_thread_path(q, row->number);
	if (row->number != x->number)
		row->href = arena_printf(q->arena, "%.*s#n%" PRId64, STR_F(row->href),
					 x->number);
	return OK;
}

static err add_groups(struct request *q, const struct month_view *v, struct page_month *p)
{
	struct page_threads *threads = arena_zero(q->arena, sizeof *threads);
	size_t room = v->posts.count + 1;
	struct page_threads_rows *rows = arena_zero(q->arena, room * sizeof *rows);
	struct group *groups = arena_zero(q->arena, room * sizeof *groups);
	size_t count = group_posts(v, groups);
	err e = OK;
	qsort(groups, count, sizeof *groups, by_last);
	for (size_t i = 0; i < count; i++) {
		if (!e.kind)
			e = show_group(q, v, &groups[i], &rows[i]);
		map_free(&groups[i].authors);
	}
	threads->rows = rows;
	threads->rows_count = count;
	p->threads = count ? threads : NULL;
	return e;
}

/* ---- by date */

static void add_posts(struct request *q, const struct month_view *v, struct page_month *p)
{
	size_t n = v->posts.count;
	struct page_month_messages *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = month_row(q, &v->posts.list[i], v->hide);
	p->messages = rows;
	p->messages_count = n;
}

/* ---- the pieces of the archive that hold posts of this page */

static void add_volumes(struct request *q, const struct month_view *v,
			const int64_t *dates, size_t count, struct page_month *p)
{
	str last = STR("");
	str frequency = v->day ? STR("daily")
			       : worker_of(q)->settings.archive_volume_frequency;
	struct page_month_volumes *rows = arena_zero(q->arena,
						     (count + 1) * sizeof *rows);
	for (size_t i = 0; i < count; i++) {
		str name = volume_name(q->arena, frequency, dates[i]);
		if (str_eq(name, last))
			continue;
		str file = arena_cat(q->arena, name, STR(".mbox.gz"));
		rows[p->volumes_count++] = (struct page_month_volumes){
			.name = file,
			.href = arena_cat(q->arena, list_path(q), STR("/by/"), file),
		};
		last = name;
	}
	p->volumes = rows;
	if ((v->day || setting_is(frequency, "monthly")) && p->volumes_count) {
		p->file = rows[0].href;
		p->volumes_count = 0;
	}
}

static void add_volumes_of_posts(struct request *q, const struct month_view *v,
				 struct page_month *p)
{
	size_t count = v->posts.count;
	int64_t *dates = arena_alloc(q->arena, (count + 1) * sizeof *dates);
	for (size_t i = 0; i < count; i++)
		dates[i] = v->posts.list[i].date;
	add_volumes(q, v, dates, count, p);
}

static err add_volumes_of_days(struct request *q, const struct month_view *v,
			       struct page_month *p)
{
	const struct worker *w = worker_of(q);
	struct archive_day *days;
	size_t count;
	TRY(archive_days(w->books.archive, q->arena, w->list->id, v->from, v->until,
			 w->since, &days, &count));
	int64_t *dates = arena_alloc(q->arena, (count + 1) * sizeof *dates);
	for (size_t i = 0; i < count; i++)
		dates[i] = days[i].day;
	add_volumes(q, v, dates, count, p);
	return OK;
}

/* ---- the months beside it that have posts */

static void add_neighbours(struct request *q, const struct month_view *v,
			   struct page_month *p)
{
	const struct archive_month *before = NULL, *after = NULL;
	int here = v->year * 12 + v->month;
	for (size_t i = 0; i < v->calendar.count; i++) {
		const struct archive_month *m = &v->calendar.months[i];
		int there = m->year * 12 + m->month;
		if (there > here)
			after = m;
		if (there < here && !before)
			before = m;
	}
	if (before) {
		p->before_href = page_month_path(q, before->year, before->month);
		p->before = page_month_name(q->arena, before->year, before->month);
	}
	if (after) {
		p->after_href = page_month_path(q, after->year, after->month);
		p->after = page_month_name(q->arena, after->year, after->month);
	}
}

/* The days beside it that have posts. */
static err add_days(struct request *q, const struct month_view *v, struct page_month *p)
{
	const struct worker *w = worker_of(q);
	struct archive_day *days;
	size_t count;
	int64_t before, after;
	TRY(archive_days(w->books.archive, q->arena, w->list->id, v->from, v->until,
			 w->since, &days, &count));
	p->day = v->day;
	p->posts = count ? days[0].posts : 0;
	TRY(archive_days_beside(w->books.archive, w->list->id, v->from, v->until,
				w->since, &before, &after));
	if (before) {
		p->before_href = day_path(q, before);
		p->before = day_name(q, before);
	}
	if (after) {
		p->after_href = day_path(q, after);
		p->after = day_name(q, after);
	}
	return OK;
}

static struct page_frame month_frame(struct request *q, const struct month_view *v,
				     str title)
{
	struct page_frame f = archive_frame(
		q, arena_cat(q->arena, title, STR(", "), worker_of(q)->list->name));
	str all = arena_cat(q->arena, list_path(q), STR("/by/"));
	str year = arena_printf(q->arena, "%d", v->year);
	frame_step(q, &f, S_("All months"), all);
	frame_step(q, &f, year, arena_cat(q->arena, all, year, STR("/")));
	if (v->day)
		frame_step(q, &f, page_month_name(q->arena, v->year, v->month),
			   page_month_path(q, v->year, v->month));
	frame_step(q, &f, title, STR_NONE);
	if (!v->after)
		f.canonical = page_url(q, path_of(q, v));
	return f;
}

static void link_more(struct request *q, const struct month_view *v, int64_t last,
		      struct page_month *p)
{
	BUF(link);
	buf_addf(&link, "%.*s?after=%" PRId64, STR_F(p->path), last);
	if (v->order != MONTH_BY_THREAD)
		buf_cat(&link, STR("&by="), p->by);
	p->more = arena_copy(q->arena, buf_str(&link));
}

/* The posts of this page and what leads to the next. False: it does not begin there. */
static err show_rows(struct request *q, struct month_view *v, struct page_month *p,
		     bool *found)
{
	const struct worker *w = worker_of(q);
	struct month_asked x = { v->order, v->hide,  v->from,
				 v->until, v->after, PAGE_POSTS };
	int64_t last;
	*found = true;
	if (is_sorted(v)) {
		TRY(add_volumes_of_days(q, v, p));
		TRY(month_by(q, &x, p, &last, found));
		if (last)
			link_more(q, v, last, p);
		return OK;
	}
	TRY(archive_read_between(w->books.archive, q->arena, w->list->id, v->from,
				 v->until, w->since, v->after, page_posts(v) + 1,
				 &v->posts));
	if (v->posts.count > page_posts(v)) {
		v->posts.count = page_posts(v);
		link_more(q, v, v->posts.list[v->posts.count - 1].id, p);
	}
	add_volumes_of_posts(q, v, p);
	if (v->order == MONTH_BY_DATE || q->json)
		add_posts(q, v, p);
	return v->order == MONTH_BY_THREAD ? add_groups(q, v, p) : OK;
}

static err show_the_month(struct request *q, struct response *r, struct month_view *v,
			  bool *found)
{
	struct worker *w = worker_of(q);
	TRY(archive_months(w->books.archive, q->arena, w->list->id, &v->calendar.months,
			   &v->calendar.count));
	since_months(q, &v->calendar);
	str title = v->day ? day_name(q, v->from)
			   : page_month_name(q->arena, v->year, v->month);
	struct page_month p = {
		.frame = month_frame(q, v, title),
		.list = w->list->name,
		.path = path_of(q, v),
		.title = title,
		.year = v->year,
		.month = v->month,
		.posts = calendar_posts(&v->calendar, v->year, v->month),
		.flat = v->order == MONTH_BY_DATE,
		.by = month_order_name(v->order),
	};
	TRY(show_rows(q, v, &p, found));
	if (!*found)
		return OK;
	if (v->day)
		TRY(add_days(q, v, &p));
	else
		add_neighbours(q, v, &p);
	ANSWER(q, r, month, &p);
	return OK;
}

static void answer(struct request *q, struct response *r, struct month_view v)
{
	struct cache_key key;
	bool found;
	if (v.order != MONTH_BY_THREAD || v.after)
		page_no_index(r);
	str details = arena_printf(q->arena, "%d-%d-%d %" PRId64 " %d", v.year, v.month,
				   v.day, v.after, v.order);
	if (page_from_cache(q, r, "month", details, &key)
	    || page_failed(q, r, show_the_month(q, r, &v, &found)))
		return;
	if (found)
		page_to_cache(q, r, &key);
	else
		error_page(q, r, 404, STR_NONE);
}

void month_page(struct request *q, struct response *r)
{
	struct month_view v = { .hide = page_hides(q, &worker_of(q)->settings) };
	if (read_month_asked(q, &v))
		answer(q, r, v);
	else
		error_page(q, r, 404, STR_NONE);
}

void day_page(struct request *q, struct response *r)
{
	struct month_view v = { .hide = page_hides(q, &worker_of(q)->settings) };
	if (read_day_asked(q, &v))
		answer(q, r, v);
	else
		error_page(q, r, 404, STR_NONE);
}
