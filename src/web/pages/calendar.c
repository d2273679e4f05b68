#include "web/pages/calendar.h"

#include "web/pages/chart.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MONTHS = 12 };

static str short_name(int month)
{
	return str_from(month_abbreviated(month));
}

int64_t calendar_posts(const struct calendar *c, int year, int month)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->months[i].year == year && c->months[i].month == month)
			return c->months[i].posts;
	return 0;
}

static int by_posts(const void *x, const void *y)
{
	int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;
	return p < q ? -1 : p > q;
}

struct calendar_levels calendar_levels_of(int64_t *posts, size_t count)
{
	struct calendar_levels l = { 0 };
	if (count)
		qsort(posts, count, sizeof *posts, by_posts);
	for (size_t i = 1; i < CALENDAR_LEVELS && count; i++)
		l.above[i] = posts[i * count / CALENDAR_LEVELS];
	return l;
}

int64_t calendar_level(const struct calendar_levels *l, int64_t posts)
{
	int64_t level = posts > 0;
	for (size_t i = 1; i < CALENDAR_LEVELS && posts; i++)
		level += posts > l->above[i];
	return level;
}

static struct calendar_levels levels_of(struct arena *a, const struct calendar *c)
{
	int64_t *posts = arena_alloc(a, (c->count + 1) * sizeof *posts);
	for (size_t i = 0; i < c->count; i++)
		posts[i] = c->months[i].posts;
	return calendar_levels_of(posts, c->count);
}

static struct page_calendar_rows_cells cell(struct request *q, const struct calendar *c,
					    int year, int month,
					    const struct calendar_levels *levels)
{
	int64_t posts = calendar_posts(c, year, month);
	struct page_calendar_rows_cells x = {
		.label = page_month_name(q->arena, year, month),
		.brief = short_name(month),
		.posts = posts,
		.level = calendar_level(levels, posts),
	};
	if (posts)
		x.href = page_month_path(q, year, month);
	return x;
}

static struct page_calendar_rows_cells *make_cells(struct arena *a, size_t n)
{
	return arena_zero(a, (n + 1) * sizeof(struct page_calendar_rows_cells));
}

const struct page_calendar *calendar_latest(struct request *q, const struct calendar *c,
					    int years)
{
	if (!c->count)
		return NULL;
	struct arena *a = q->arena;
	int last = c->months[0].year, first = c->months[c->count - 1].year;
	if (first < last - years + 1)
		first = last - years + 1;
	size_t n = (size_t)(last - first + 1);
	struct calendar_levels levels = levels_of(a, c);
	struct page_calendar *p = arena_zero(a, sizeof *p);
	struct page_calendar_heads *heads = arena_zero(a, n * sizeof *heads);
	struct page_calendar_rows *rows = arena_zero(a, MONTHS * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		heads[i].label = arena_printf(a, "%d", first + (int)i);
		heads[i].href = arena_printf(a, "%.*s/by/%d/", STR_F(list_path(q)),
					     first + (int)i);
	}
	for (int m = 1; m <= MONTHS; m++) {
		struct page_calendar_rows_cells *cells = make_cells(a, n);
		for (size_t i = 0; i < n; i++)
			cells[i] = cell(q, c, first + (int)i, m, &levels);
		rows[m - 1] = (struct page_calendar_rows){ .label = short_name(m),
							   .cells = cells,
							   .cells_count = n };
	}
	*p = (struct page_calendar){
		.single = n == 1,
		.heads = heads,
		.heads_count = n,
		.rows = rows,
		.rows_count = MONTHS,
	};
	return p;
}

static struct page_calendar_rows year_row(struct request *q, const struct calendar *c,
					  int year, const struct calendar_levels *levels)
{
	struct page_calendar_rows_cells *cells = make_cells(q->arena, MONTHS);
	for (int m = 1; m <= MONTHS; m++)
		cells[m - 1] = cell(q, c, year, m, levels);
	return (struct page_calendar_rows){
		.label = arena_printf(q->arena, "%d", year),
		.href = arena_printf(q->arena, "%.*s/by/%d/", STR_F(list_path(q)), year),
		.cells = cells,
		.cells_count = MONTHS
	};
}

const struct page_calendar *calendar_all(struct request *q, const struct calendar *c)
{
	if (!c->count)
		return NULL;
	struct arena *a = q->arena;
	struct page_calendar *p = arena_zero(a, sizeof *p);
	struct page_calendar_heads *heads = arena_zero(a, MONTHS * sizeof *heads);
	struct page_calendar_rows *rows = arena_zero(a, c->count * sizeof *rows);
	struct calendar_levels levels = levels_of(a, c);
	size_t used = 0;
	for (int m = 1; m <= MONTHS; m++)
		heads[m - 1].label = short_name(m);
	for (size_t i = 0; i < c->count; i++) /* years without a post are left out */
		if (!i || c->months[i].year != c->months[i - 1].year)
			rows[used++] = year_row(q, c, c->months[i].year, &levels);
	*p = (struct page_calendar){
		.heads = heads, .heads_count = MONTHS, .rows = rows, .rows_count = used
	};
	return p;
}

enum { SPAN = 24 };

const struct page_activity *calendar_activity(struct request *q, const struct calendar *c,
					      int year, int month)
{
	struct page_activity *p = arena_zero(q->arena, sizeof *p);
	struct page_activity_bars *bars = arena_zero(q->arena, SPAN * sizeof *bars);
	int64_t least = INT64_MAX, most = 0;
	int first = year * MONTHS + month - SPAN; /* months since the year 0 */
	for (int i = 0; i < SPAN; i++) {
		int y = (first + i) / MONTHS, m = (first + i) % MONTHS + 1;
		bars[i] = (struct page_activity_bars){
			.month = arena_printf(q->arena, "%04d-%02d", y, m),
			.posts = calendar_posts(c, y, m),
			.x = i * CHART_WIDTH / SPAN,
			.earlier = i < SPAN / 2,
		};
		least = bars[i].posts < least ? bars[i].posts : least;
		most = bars[i].posts > most ? bars[i].posts : most;
	}
	if (!most)
		return NULL;
	int64_t scale = chart_scale(most);
	for (int i = 0; i < SPAN; i++) {
		bars[i].height = bars[i].posts * (CHART_FLOOR - CHART_TOP) / scale;
		bars[i].y = CHART_FLOOR - bars[i].height;
	}
	*p = (struct page_activity){
		.from = page_month_name(q->arena, first / MONTHS, first % MONTHS + 1),
		.middle = page_month_name(q->arena, (first + MONTHS) / MONTHS,
					  first % MONTHS + 1),
		.until = page_month_name(q->arena, year, month),
		.least = least,
		.most = most,
		.scale = scale,
		.half = chart_half(scale),
		.bars = bars,
		.bars_count = SPAN,
	};
	return p;
}
