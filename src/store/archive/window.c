#include "store/archive/window.h"

#include "base/buf.h"
#include "store/archive/facts.h"
#include "store/archive/window_inside.h"

#include <inttypes.h>

#define MATCHES "SELECT rowid, words_hit(words) FROM words WHERE words MATCH ?1 AND "
#define NEWEST  "rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC"

static struct hit *next_hit(struct arena *a, struct window *w)
{
	if (w->count == w->room) {
		size_t room = w->room ? ARCHIVE_WINDOW : ARCHIVE_WINDOW / 10;
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

static int64_t since_of(const struct archive_ask *q, const struct hit *x)
{
	return scope_of(q, x->list)->since;
}

/* Leaves of the hits that are not sifted those that came late enough; r has the times of all that it is
 * asked of, in their order. */
static void drop_early(const struct archive_ask *q, struct window *w, struct rows *r)
{
	size_t n = w->sifted;
	for (size_t i = w->sifted; i < w->count; i++) {
		int64_t since = since_of(q, &w->hits[i]);
		if (!since || (rows_next(r) && rows_i64(r, 0) >= since))
			w->hits[n++] = w->hits[i];
	}
	w->count = n;
}

/* Facts do not tell when a post came, and few lists show only what came since a day: it is asked of
 * all hits at once. */
static err sift(struct book *b, const struct archive_ask *q, struct window *w)
{
	BUF(ids);
	struct rows r;
	for (size_t i = w->sifted; i < w->count; i++)
		if (since_of(q, &w->hits[i]))
			buf_addf(&ids, "%c%" PRId64, ids.n ? ',' : '[', w->hits[i].id);
	if (ids.n) {
		buf_add(&ids, STR("]"));
		TRY(book_rows(b, &r,
			      "SELECT coalesce(p.received_at, 0) FROM json_each(?1) j "
			      "LEFT JOIN post p ON p.id = j.value ORDER BY j.key",
			      SQL_S(buf_str(&ids))));
		drop_early(q, w, &r);
		TRY(rows_end(&r));
	}
	w->sifted = w->count;
	return OK;
}

static bool passes(const struct archive_ask *q, const struct fact *x)
{
	return x->date >= q->from && x->date < q->until && (x->flags & q->has) == q->has
	       && !(x->flags & q->lacks) && (x->attached || !q->has_file)
	       && (!x->attached || !q->lacks_file);
}

static err look(struct facts *f, struct arena *a, const struct archive_ask *q, int64_t id,
		uint64_t where, struct window *w)
{
	struct fact x;
	TRY(facts_of(f, id, &x));
	if (!scope_of(q, x.list) || !passes(q, &x))
		return OK;
	*next_hit(a, w) = (struct hit){ .id = id,
					.where = where,
					.list = (uint32_t)x.list,
					.date = x.date,
					.thread = (uint32_t)x.thread,
					.flags = x.flags,
					.author = x.author };
	return w->count == ARCHIVE_WINDOW ? sift(f->book, q, w) : OK;
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

static err gather_all(struct facts *f, struct arena *a, const struct archive_ask *q,
		      struct window *w)
{
	struct candidates some;
	TRY(candidates_read(f->book, a, q, &some));
	if (!q->match.n)
		return walk(f, a, q, &some, w);
	if (!some.bits)
		return gather(f, a, q, false, 1, INT64_MAX, w);
	err e = OK;
	f->book->among = &some;
	for (size_t i = 0; i < some.count && !e.kind && w->count < ARCHIVE_WINDOW; i++)
		e = gather(f, a, q, true, some.stretches[i].from, some.stretches[i].until,
			   w);
	f->book->among = NULL;
	return e;
}

static err fill(struct book *b, struct arena *a, const struct archive_ask *q,
		struct window *w)
{
	struct facts f;
	facts_begin(b, &f);
	err e = gather_all(&f, a, q, w);
	if (!e.kind)
		e = sift(b, q, w);
	err end = facts_end(&f);
	return e.kind ? e : end;
}

static err read_page(struct book *b, struct arena *a, const struct archive_ask *q,
		     struct window *w, bool best, struct archive_found *out)
{
	size_t skip = best ? (size_t)q->skip : 0, most = skip + (size_t)q->limit;
	if (!best && (q->after_date || q->after_id))
		window_behind(w, q->after_date, q->after_id);
	window_first(w, most);
	most = most < w->count ? most : w->count;
	size_t from = skip < most ? skip : most, n = most - from;
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
	TRY(fill(b, a, q, &w));
	*out = (struct archive_found){ .total = (int64_t)w.count };
	if (q->facets)
		window_facets(a, &w, &out->facets);
	window_score(&w, best);
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
