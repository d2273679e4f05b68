#include "store/archive/window.h"

#include "store/archive/window_inside.h"
#include "store/table.h"
#include "store/tokenize.h"

#include <math.h>
#include <stdlib.h>

/* What every query is narrowed by, as ?2 to ?8, ?12 to ?15. */
#define CONDITIONS                                                                     \
	"p.date >= ?3 AND p.date < ?4 AND p.flags & ?5 = ?5 AND p.flags & ?6 = 0 "     \
	"AND (?7 = 0 OR p.attachments = 0) AND (?8 = '' OR p.received_at >= coalesce(" \
	"json_extract(?8, '$.\"' || p.list || '\"'), p.received_at)) "                 \
	"AND (?12 = '' OR EXISTS (SELECT 1 FROM attachment x WHERE x.post = p.id AND " \
	"instr(x.sniffed, ?12))) AND (?13 = '' OR p.message_id = ?13) "                \
	"AND (?15 = 0 OR p.attachments > 0) "
#define LISTS    "AND p.list IN (SELECT value FROM json_each(?2)) "
#define ONE_LIST "AND p.list = json_extract(?2, '$[0]') "

#define COLUMNS  "p.list, p.date, p.thread, p.flags, p.from_address "
#define BY_MATCH                                                                 \
	"SELECT p.id, words_hit(words), " COLUMNS                                \
	"FROM words w CROSS JOIN post p ON p.id = w.rowid WHERE words MATCH ?1 " \
	"AND " CONDITIONS LISTS
#define BY_CONDITIONS(how)                                                 \
	"SELECT p.id, 0, " COLUMNS "FROM post p " how " WHERE " CONDITIONS \
	"AND (?1 = '' OR p.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?1)) "
#define NEWEST_WORDS "ORDER BY w.rowid DESC LIMIT ?9"
#define NEWEST_POST  "ORDER BY p.id DESC LIMIT ?9"

/* One statement a way to find the posts: each condition that has an index of its own.
 * Those by words look only at ids from ?10 to ?11. */
static const char *statement(const struct archive_ask *q, bool some)
{
	if (q->match.n)
		return some ? BY_MATCH "AND words_among(w.rowid) AND w.rowid BETWEEN "
				       "?10 AND ?11 " NEWEST_WORDS
			    : BY_MATCH "AND w.rowid BETWEEN ?10 AND ?11 " NEWEST_WORDS;
	if (q->message_id.n)
		return BY_CONDITIONS("INDEXED BY post_message_id") LISTS
			"AND p.message_id <> '' AND p.message_id = ?13 " NEWEST_POST;
	if (q->thread)
		return BY_CONDITIONS("INDEXED BY post_thread") LISTS
			"AND p.thread IN (SELECT thread FROM post "
			"WHERE number = ?14 AND list IN (SELECT value FROM "
			"json_each(?2))) " NEWEST_POST;
	if (q->has_file)
		return BY_CONDITIONS("INDEXED BY post_attached") LISTS
			"AND p.attachments > 0 " NEWEST_POST;
	if (q->has & ARCHIVE_PATCH)
		return BY_CONDITIONS("INDEXED BY post_patch") LISTS
			"AND p.flags & 4 " NEWEST_POST;
	if (!memchr(q->lists.p, ',', q->lists.n))
		return BY_CONDITIONS("INDEXED BY post_date") ONE_LIST
			"ORDER BY p.date DESC, p.id DESC LIMIT ?9";
	return BY_CONDITIONS("NOT INDEXED") LISTS NEWEST_POST;
}

static struct hit *next_hit(struct arena *a, struct window *w)
{
	if (w->count == w->room) {
		size_t room = w->room ? 4 * w->room : 256;
		struct hit *more = arena_alloc(a, room * sizeof *more);
		if (w->count)
			memcpy(more, w->hits, w->count * sizeof *more);
		w->hits = more;
		w->room = room;
	}
	return &w->hits[w->count++];
}

/* Those with an id from `from` to `until`. */
static err gather(struct book *b, struct arena *a, const struct archive_ask *q, bool some,
		  int64_t from, int64_t until, struct window *w)
{
	struct rows r;
	TRY(book_rows(b, &r, statement(q, some),
		      SQL_S(q->match.n ? q->match : q->without), SQL_S(q->lists),
		      SQL_I(q->from), SQL_I(q->until), SQL_I(q->has), SQL_I(q->lacks),
		      SQL_I(q->lacks_file), SQL_S(q->floors),
		      SQL_I(ARCHIVE_WINDOW - (int64_t)w->count), SQL_I(from),
		      SQL_I(until), SQL_S(q->type), SQL_S(q->message_id),
		      SQL_I(q->thread), SQL_I(q->has_file)));
	while (rows_next(&r)) {
		struct hit *h = next_hit(a, w);
		*h = (struct hit){
			.id = rows_i64(&r, 0),
			.where = (uint64_t)rows_i64(&r, 1),
			.list = rows_i64(&r, 2),
			.date = rows_i64(&r, 3),
			.thread = rows_i64(&r, 4),
			.flags = (unsigned)rows_i64(&r, 5),
			.author = q->facets ? window_author(a, w, rows_view(&r, 6),
							    w->count - 1)
					    : 0,
		};
	}
	return rows_end(&r);
}

/* Where the conditions say which posts it may be, a few stretches of ids: only there. */
static err gather_all(struct book *b, struct arena *a, const struct archive_ask *q,
		      struct window *w)
{
	struct candidates some;
	if (!q->match.n)
		return gather(b, a, q, false, 1, INT64_MAX, w);
	TRY(candidates_read(b, a, q, &some));
	if (!some.bits)
		return gather(b, a, q, false, 1, INT64_MAX, w);
	err e = OK;
	b->among = &some;
	for (size_t i = 0; i < some.count && !e.kind && w->count < ARCHIVE_WINDOW; i++)
		e = gather(b, a, q, true, some.stretches[i].from, some.stretches[i].until,
			   w);
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
