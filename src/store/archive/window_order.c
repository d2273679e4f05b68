#include "store/archive/window_inside.h"

#include "store/tokenize.h"

#include <math.h>
#include <stdlib.h>

/* What a word weighs by the place; as the columns stand in the index. */
static const double weights[WORDS_PLACES] = { 8.0, 4.0, 0.5, 1.0, 0.2, 2.0, 0.5 };

/* A reply repeats the subject of what it answers. */
static const double REPEATED = 3.0;

static double weight(uint64_t places, bool reply)
{
	double sum = 0;
	for (int i = 0; i < WORDS_PLACES; i++)
		if (places >> i & 1)
			sum += weights[i] - (i == 0 && reply ? REPEATED : 0);
	return sum;
}

static uint64_t phrase(const struct hit *h, int i)
{
	return h->where >> (i * WORDS_PLACES) & ((1U << WORDS_PLACES) - 1);
}

static void score(struct window *w)
{
	double rare[WORDS_PHRASES], table[2][1 << WORDS_PLACES];
	int64_t newest = INT64_MIN;
	size_t have[WORDS_PHRASES] = { 0 };
	for (size_t k = 0; k < w->count; k++) {
		newest = w->hits[k].date > newest ? w->hits[k].date : newest;
		for (int i = 0; i < WORDS_PHRASES; i++)
			have[i] += phrase(&w->hits[k], i) != 0;
	}
	for (int i = 0; i < WORDS_PHRASES; i++)
		rare[i] = log(1 + ((double)w->count + 1) / ((double)have[i] + 0.5));
	for (uint64_t c = 0; c < 1U << WORDS_PLACES; c++) {
		table[0][c] = weight(c, false);
		table[1][c] = weight(c, true);
	}
	for (size_t k = 0; k < w->count; k++) {
		struct hit *h = &w->hits[k];
		double years = (double)(newest - h->date) / (365.25 * 86400), sum = 0;
		bool reply = h->flags & ARCHIVE_REPLY;
		for (int i = 0; i < WORDS_PHRASES; i++)
			sum += rare[i] * table[reply][phrase(h, i)];
		h->score = sum * (1 + 0.25 / (1 + years));
	}
}

void window_score(struct window *w, bool best)
{
	if (best)
		score(w);
	else
		for (size_t i = 0; i < w->count; i++)
			w->hits[i].score = (double)w->hits[i].date;
}

static bool is_before(const struct hit *a, const struct hit *b)
{
	return a->score != b->score ? a->score > b->score : a->id > b->id;
}

static int by_score(const void *x, const void *y)
{
	return is_before(x, y) ? -1 : 1;
}

static void swap(struct hit *a, struct hit *b)
{
	struct hit spare = *a;
	*a = *b;
	*b = spare;
}

/* Only the first n are put in order: they are brought to the front by parts (Hoare's FIND). */
void window_first(struct window *w, size_t n)
{
	int64_t from = 0, last = (int64_t)w->count - 1, wanted = (int64_t)n;
	while (from < last && wanted <= last) {
		struct hit middle = w->hits[from + (last - from) / 2];
		int64_t i = from, k = last;
		while (i <= k) {
			while (is_before(&w->hits[i], &middle))
				i++;
			while (is_before(&middle, &w->hits[k]))
				k--;
			if (i <= k)
				swap(&w->hits[i++], &w->hits[k--]);
		}
		if (wanted > k && wanted < i)
			break;
		if (wanted <= k)
			last = k;
		else
			from = i;
	}
	n = n < w->count ? n : w->count;
	if (n)
		qsort(w->hits, n, sizeof *w->hits, by_score);
}

void window_behind(struct window *w, int64_t date, int64_t id)
{
	size_t kept = 0;
	for (size_t i = 0; i < w->count; i++) {
		const struct hit *h = &w->hits[i];
		if (h->date < date || (h->date == date && h->id < id))
			w->hits[kept++] = *h;
	}
	w->count = kept;
}

void window_by_thread(struct arena *a, struct window *w)
{
	size_t room = 64, kept = 0;
	while (room < 2 * w->count)
		room *= 2;
	uint32_t *places = arena_zero(a, room * sizeof *places);
	for (size_t i = 0; i < w->count; i++) {
		uint64_t hash = (uint64_t)w->hits[i].thread * 0x9e3779b97f4a7c15;
		size_t at = (size_t)(hash >> 32) & (room - 1);
		while (places[at] && w->hits[places[at] - 1].thread != w->hits[i].thread)
			at = (at + 1) & (room - 1);
		if (places[at]) {
			struct hit *of = &w->hits[places[at] - 1];
			unsigned more = of->more + 1;
			if (is_before(&w->hits[i], of))
				*of = w->hits[i];
			of->more = more;
			continue;
		}
		w->hits[kept++] = w->hits[i];
		places[at] = (uint32_t)kept;
	}
	w->count = kept;
}
