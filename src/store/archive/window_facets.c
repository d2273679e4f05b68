#include "store/archive/window_inside.h"

#include <stdlib.h>
#include <time.h>

static int by_posts(const void *x, const void *y)
{
	const struct archive_facet *a = x, *b = y;
	if (a->posts != b->posts)
		return a->posts > b->posts ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static int by_key(const void *x, const void *y)
{
	const struct archive_facet *a = x, *b = y;
	return a->key > b->key ? -1 : a->key < b->key;
}

/* Adds one to the key's; there are few keys, and the same one comes often in a row. */
static void tally(struct arena *a, struct archive_facet **list, size_t *count,
		  int64_t key)
{
	size_t i = 0;
	while (i < *count && (*list)[i].key != key)
		i++;
	if (i == *count) {
		if (i % 32 == 0) {
			struct archive_facet *more = arena_alloc(a,
								 (i + 32) * sizeof *more);
			if (i)
				memcpy(more, *list, i * sizeof *more);
			*list = more;
		}
		(*list)[(*count)++] = (struct archive_facet){ .key = key };
	}
	(*list)[i].posts++;
}

static int64_t year_of(int64_t date)
{
	static const int64_t SECONDS = 31556952; /* of a Gregorian year */
	int64_t year = 1970 + date / SECONDS - (date % SECONDS < 0);
	struct tm tm = { .tm_mday = 1, .tm_year = (int)(year - 1900) };
	if (timegm(&tm) > date)
		return year - 1;
	tm = (struct tm){ .tm_mday = 1, .tm_year = (int)(year + 1 - 1900) };
	return timegm(&tm) <= date ? year + 1 : year;
}

/* Days to years: dates within one day share the reckoning. */
static void count_years(struct arena *a, const struct window *w,
			struct archive_facets *out)
{
	int64_t from = 0, until = 0, year = 0;
	for (size_t i = 0; i < w->count; i++) {
		int64_t date = w->hits[i].date;
		if (date < from || date >= until) {
			struct tm tm = { .tm_mday = 1 };
			year = year_of(date);
			tm.tm_year = (int)(year - 1900);
			from = timegm(&tm);
			tm = (struct tm){ .tm_mday = 1,
					  .tm_year = (int)(year + 1 - 1900) };
			until = timegm(&tm);
		}
		tally(a, &out->years, &out->year_count, year);
	}
	if (out->year_count)
		qsort(out->years, out->year_count, sizeof *out->years, by_key);
}

/* Open addressing; authors are numbered as they come, so that the first hit of each is the
 * newest. */
static void count_authors(struct arena *a, const struct window *w,
			  struct archive_facets *out)
{
	size_t room = 64, n = 0;
	while (room < 2 * w->count)
		room *= 2;
	uint32_t *places = arena_zero(a, room * sizeof *places);
	struct archive_facet *all = arena_alloc(a, (w->count + 1) * sizeof *all);
	const struct hit **first = arena_alloc(a, (w->count + 1) * sizeof *first);
	for (size_t i = 0; i < w->count; i++) {
		const struct hit *h = &w->hits[i];
		size_t at = (size_t)h->author & (room - 1);
		while (places[at] && first[places[at] - 1]->author != h->author)
			at = (at + 1) & (room - 1);
		if (!places[at]) {
			first[n] = h;
			all[n] = (struct archive_facet){ .key = h->id };
			places[at] = (uint32_t)++n;
		}
		all[places[at] - 1].posts++;
	}
	if (n)
		qsort(all, n, sizeof *all, by_posts);
	out->authors = all;
	out->author_count = n < ARCHIVE_FACET ? n : ARCHIVE_FACET;
}

void window_facets(struct arena *a, const struct window *w, struct archive_facets *out)
{
	count_years(a, w, out);
	count_authors(a, w, out);
	for (size_t i = 0; i < w->count; i++)
		tally(a, &out->lists, &out->list_count, w->hits[i].list);
	if (out->list_count)
		qsort(out->lists, out->list_count, sizeof *out->lists, by_posts);
}
