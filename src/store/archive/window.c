#include "store/archive/window.h"

#include "store/archive/facts.h"
#include "store/archive/window_inside.h"
#include "store/tokenize.h"

#include <math.h>
#include <stdlib.h>

#define MATCHES "SELECT rowid, words_hit(words) FROM words WHERE words MATCH ?1 AND "
#define NEWEST  "rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC"

static struct hit *next_hit(struct arena *a, struct window *w)
{
	if (w->count == w->room) {
		size_t room = w->room ? 4 * w->room : 320; /* ... 20480 */
		struct hit *more = arena_alloc(a, room * sizeof *more);
		if (w->count)
			memcpy(more, w->hits, w->count * sizeof *more);
		w->hits = more;
		w->room = room;
	}
	return &w->hits[w->count++];
}

/* NULL: it is not one of the lists. */
static const struct archive_scope *scope_of(const struct archive_ask *q, int64_t list)
{
	size_t low = 0, high = q->scope_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (q->scope[middle].list == list)
			return &q->scope[middle];
		if (q->scope[middle].list < list)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool passes(const struct archive_ask *q, const struct fact *x)
{
	const struct archive_scope *scope = scope_of(q, x->list);
	return scope && x->received_at >= scope->since && x->date >= q->from
	       && x->date < q->until && (x->flags & q->has) == q->has
	       && !(x->flags & q->lacks) && (x->attached || !q->has_file)
	       && (!x->attached || !q->lacks_file);
}

static err look(struct facts *f, struct arena *a, const struct archive_ask *q, int64_t id,
		uint64_t where, struct window *w)
{
	struct fact x;
	TRY(facts_of(f, id, &x));
	if (passes(q, &x))
		*next_hit(a, w) = (struct hit){ .id = id,
						.where = where,
						.list = x.list,
						.date = x.date,
						.thread = x.thread,
						.flags = x.flags,
						.author = x.author };
	return OK;
}

/* By words: those with an id from `from` to `until`. */
static err gather(struct facts *f, struct arena *a, const struct archive_ask *q,
		  bool some, int64_t from, int64_t until, struct window *w)
{
	struct rows r;
	err e = OK;
	TRY(book_rows(f->book, &r,
		      some ? MATCHES "words_among(rowid) AND " NEWEST : MATCHES NEWEST,
		      SQL_S(q->match), SQL_I(from), SQL_I(until)));
	while (w->count < ARCHIVE_WINDOW && !e.kind && rows_next(&r))
		e = look(f, a, q, rows_i64(&r, 0), (uint64_t)rows_i64(&r, 1), w);
	err end = rows_end(&r);
	return e.kind ? e : end;
}

/* By conditions alone. */
static err walk(struct facts *f, struct arena *a, const struct archive_ask *q,
		const struct candidates *c, struct window *w)
{
	for (int64_t id = c->top - 1; id > 0 && w->count < ARCHIVE_WINDOW; id--)
		if (!c->bits || c->bits[id / 64] >> (id % 64) & 1)
			TRY(look(f, a, q, id, 0, w));
	return OK;
}

static err gather_all(struct book *b, struct arena *a, const struct archive_ask *q,
		      struct window *w)
{
	struct candidates some;
	struct facts f;
	facts_begin(b, &f);
	TRY(candidates_read(b, a, q, &some));
	if (!q->match.n)
		return walk(&f, a, q, &some, w);
	if (!some.bits)
		return gather(&f, a, q, false, 1, INT64_MAX, w);
	err e = OK;
	b->among = &some;
	for (size_t i = 0; i < some.count && !e.kind && w->count < ARCHIVE_WINDOW; i++)
		e = gather(&f, a, q, true, some.stretches[i].from,
			   some.stretches[i].until, w);
	b->among = NULL;
	return e;
}

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

static int by_score(const void *x, const void *y)
{
	const struct hit *a = x, *b = y;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->id > b->id ? -1 : 1;
}

static int by_date(const void *x, const void *y)
{
	const struct hit *a = x, *b = y;
	if (a->date != b->date)
		return a->date > b->date ? -1 : 1;
	return a->id > b->id ? -1 : 1;
}

/* Hits below this index are past. */
static size_t begin(const struct archive_ask *q, const struct window *w, bool best)
{
	size_t i = 0;
	if (best)
		return q->skip < (int64_t)w->count ? (size_t)q->skip : w->count;
	if (!q->after_date && !q->after_id)
		return 0;
	while (i < w->count
	       && (w->hits[i].date > q->after_date
		   || (w->hits[i].date == q->after_date && w->hits[i].id >= q->after_id)))
		i++;
	return i;
}

static err read_page(struct book *b, struct arena *a, const struct archive_ask *q,
		     const struct window *w, bool best, struct archive_found *out)
{
	size_t from = begin(q, w, best), left = w->count - from;
	size_t n = (int64_t)left < q->limit ? left : (size_t)q->limit;
	out->posts.list = arena_alloc(a, (n + 1) * sizeof *out->posts.list);
	out->more = arena_zero(a, (n + 1) * sizeof *out->more);
	for (size_t i = 0; i < n; i++) {
		bool found;
		struct archive_post *p = &out->posts.list[out->posts.count];
		TRY(archive_post_by_id(b, a, w->hits[from + i].id, p, &found));
		if (found)
			out->more[out->posts.count++] = w->hits[from + i].more;
	}
	return OK;
}

static err find(struct book *b, struct arena *a, const struct archive_ask *q,
		struct archive_found *out)
{
	struct window w = { 0 };
	bool best = q->match.n && q->order == ARCHIVE_BEST;
	TRY(gather_all(b, a, q, &w));
	*out = (struct archive_found){ .total = (int64_t)w.count };
	if (q->facets)
		window_facets(a, &w, &out->facets);
	if (best)
		score(&w);
	if (w.count)
		qsort(w.hits, w.count, sizeof *w.hits, best ? by_score : by_date);
	if (q->by_thread)
		window_by_thread(a, &w);
	out->groups = (int64_t)w.count;
	return read_page(b, a, q, &w, best, out);
}

/* All of one state: a post that goes meanwhile is not half there. */
err archive_words_search(struct book *b, struct arena *a, const struct archive_ask *q,
			 struct archive_found *out)
{
	if (b->mode == BOOK_WRITE || book_in_transaction(b))
		return find(b, a, q, out);
	TRY(book_begin(b));
	return book_end(b, find(b, a, q, out));
}
