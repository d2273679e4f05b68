#include "web/pages/busiest.h"

#include "base/clock.h"
#include "store/archive/author.h"

enum { ROWS = 5, DAY = 86400, MONTH = 30 * DAY, YEAR = 365 * DAY };

static err add_writers(struct request *q, int64_t since, struct page_busiest *p)
{
	struct worker *w = worker_of(q);
	struct archive_author *x;
	bool hide = page_hides(q, &w->settings);
	int year, month;
	page_month_of(since, &year, &month); /* the month after: twelve with this one */
	TRY(archive_authors(w->books.archive, q->arena, w->list->id,
			    (int64_t)year * 12 + month, ROWS, &x, &p->writers_count,
			    NULL));
	struct page_busiest_writers *rows = arena_zero(q->arena, (p->writers_count + 1)
									 * sizeof *rows);
	for (size_t i = 0; i < p->writers_count; i++) {
		rows[i].who = page_author(q->arena, x[i].name, x[i].address, hide);
		rows[i].posts = x[i].posts;
		if (x[i].number)
			rows[i].href = page_author_path(q, x[i].number);
	}
	p->writers = rows;
	return OK;
}

static err add_threads(struct request *q, int64_t since, struct page_busiest_year **rows,
		       size_t *count)
{
	struct worker *w = worker_of(q);
	struct archive_threads t;
	TRY(archive_threads_busiest(w->books.archive, q->arena, w->list->id, since, ROWS,
				    &t));
	*rows = arena_zero(q->arena, (t.count + 1) * sizeof **rows);
	*count = t.count;
	for (size_t i = 0; i < t.count; i++)
		(*rows)[i] = (struct page_busiest_year){
			.number = t.list[i].number,
			.subject = page_subject(t.list[i].subject, t.list[i].flags),
			.href = page_thread_path(q, t.list[i].number),
			.posts = t.list[i].posts,
		};
	return OK;
}

/* Nothing that the year does not say already. */
static bool says_more(const struct page_busiest *p, const struct page_busiest_year *month,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (i >= p->year_count || month[i].number != p->year[i].number)
			return true;
	return false;
}

err busiest_of(struct request *q, int64_t newest, const struct page_busiest **out)
{
	int64_t now = clock_now();
	struct page_busiest *p = arena_zero(q->arena, sizeof *p);
	struct page_busiest_year *year, *month;
	size_t count;
	*out = NULL;
	if (worker_of(q)->since)
		return OK;
	p->quiet = newest < now - YEAR;
	now = p->quiet ? newest : now;
	TRY(add_writers(q, now - YEAR, p));
	TRY(add_threads(q, now - YEAR, &year, &p->year_count));
	p->year = year;
	TRY(add_threads(q, now - MONTH, &month, &count));
	if (!p->quiet && says_more(p, month, count)) {
		struct page_busiest_month *rows = arena_zero(q->arena,
							     count * sizeof *rows);
		for (size_t i = 0; i < count; i++)
			rows[i] = (struct page_busiest_month){ month[i].number,
							       month[i].subject,
							       month[i].href,
							       month[i].posts };
		p->month = rows;
		p->month_count = count;
	}
	if (p->writers_count || p->year_count)
		*out = p;
	return OK;
}
