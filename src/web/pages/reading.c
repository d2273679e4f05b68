#include "web/pages/reading.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/pages/forms.h"

#include <pthread.h>

enum { ROOM = 2000, WRITE_EVERY = 60 };

struct seen {
	int64_t person, list;
	struct reading_row row;
};

static struct {
	pthread_mutex_t lock;
	struct seen all[ROOM];
	size_t count;
	int64_t written_at; /* seconds */
} waiting = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool is_reader(const struct request *q)
{
	const struct worker *w = worker_of(q);
	return q->session && worker_may(w, RIGHT_account_set)
	       && worker_may(w, RIGHT_archive_read);
}

/* ---- in memory */

static struct seen *find(int64_t person, int64_t list, int64_t number)
{
	for (size_t i = 0; i < waiting.count; i++) {
		struct seen *s = &waiting.all[i];
		if (s->person == person && s->list == list && s->row.number == number)
			return s;
	}
	return NULL;
}

/* Where there is no room any more what was seen stays news. */
static void keep(int64_t person, int64_t list, struct reading_row row)
{
	pthread_mutex_lock(&waiting.lock);
	struct seen *s = find(person, list, row.number);
	if (!s && waiting.count < ROOM) {
		s = &waiting.all[waiting.count++];
		*s = (struct seen){ person, list, row };
	}
	if (s && row.upto > s->row.upto)
		s->row.upto = row.upto;
	pthread_mutex_unlock(&waiting.lock);
}

/* All that waits, where its time has come: it is the caller's to write. */
static size_t take(struct arena *a, struct seen **all)
{
	int64_t now = clock_now();
	size_t n = 0;
	pthread_mutex_lock(&waiting.lock);
	if (waiting.count
	    && (now - waiting.written_at >= WRITE_EVERY || now < waiting.written_at)) {
		n = waiting.count;
		*all = arena_alloc(a, n * sizeof **all);
		memcpy(*all, waiting.all, n * sizeof **all);
		waiting.count = 0;
		waiting.written_at = now;
	}
	pthread_mutex_unlock(&waiting.lock);
	return n;
}

/* A person or a list that is gone meanwhile takes nobody else's along. */
static err write_all(struct book *b, const struct seen *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		TRY(book_part(b));
		err e = book_part_end(
			b, reading_put(b, all[i].person, all[i].list, &all[i].row));
		if (e.kind && e.kind != ERR_DENIED)
			return e;
	}
	return OK;
}

static void write_some(struct request *q)
{
	struct book *b = worker_of(q)->books.lists;
	struct seen *all;
	size_t n = take(q->arena, &all);
	if (!n)
		return;
	err e = book_begin(b);
	if (!e.kind)
		e = book_end(b, write_all(b, all, n));
	if (e.kind)
		log_warn("reading-not-kept", KE(e),
			 KZ("do", "mend what the error names; what was read meanwhile "
				  "shows as new again"));
}

/* ---- what a page asks */

/* What the book has, and what waits to be written. */
static err read_rows(struct request *q, struct reading *r)
{
	struct worker *w = worker_of(q);
	struct reading_row *kept;
	size_t n;
	TRY(reading_of(w->books.lists, q->arena, w->viewer.person, w->list->id, &kept,
		       &n));
	pthread_mutex_lock(&waiting.lock);
	r->rows = arena_alloc(q->arena, (n + waiting.count + 1) * sizeof *r->rows);
	for (size_t i = 0; i < waiting.count; i++)
		if (waiting.all[i].person == w->viewer.person
		    && waiting.all[i].list == w->list->id)
			r->rows[r->count++] = waiting.all[i].row;
	pthread_mutex_unlock(&waiting.lock);
	for (size_t i = 0; i < n; i++)
		r->rows[r->count++] = kept[i];
	return OK;
}

/* Of who comes for the first time all that is there is no news. */
static err read_or_begin(struct request *q, struct reading *r)
{
	struct worker *w = worker_of(q);
	struct reading_row all = { 0 };
	int64_t version;
	*r = (struct reading){ .may = is_reader(q) };
	if (!r->may)
		return OK;
	TRY(read_rows(q, r));
	if (r->count)
		return OK;
	TRY(archive_newest(w->books.archive, w->list->id, &all.upto, &version));
	keep(w->viewer.person, w->list->id, all);
	r->rows[r->count++] = all;
	return OK;
}

/* The newest post of the thread where it is news; else 0. */
static err news_of(struct request *q, const struct reading *r,
		   const struct archive_thread *t, int64_t *news)
{
	int64_t newest, upto = 0;
	for (size_t i = 0; i < r->count; i++)
		if ((!r->rows[i].number || r->rows[i].number == t->number)
		    && r->rows[i].upto > upto)
			upto = r->rows[i].upto;
	TRY(archive_thread_newest(worker_of(q)->books.archive, t->id, &newest));
	*news = newest > upto ? newest : 0;
	return OK;
}

static err see(struct request *q, int64_t number)
{
	struct worker *w = worker_of(q);
	struct reading r;
	struct archive_thread t;
	int64_t news;
	bool found;
	TRY(read_or_begin(q, &r));
	TRY(archive_read_thread_row(w->books.archive, q->arena, w->list->id, number, &t,
				    &found));
	if (!found)
		return OK;
	TRY(news_of(q, &r, &t, &news));
	if (news)
		keep(w->viewer.person, w->list->id,
		     (struct reading_row){ t.number, news });
	return OK;
}

void reading_saw(struct request *q, int64_t number)
{
	if (!is_reader(q))
		return;
	err e = see(q, number);
	if (e.kind)
		log_warn("reading-not-kept", KE(e),
			 KZ("do", "mend what the error names; what was read meanwhile "
				  "shows as new again"));
	write_some(q);
}

err reading_of_list(struct request *q, struct reading *r)
{
	TRY(read_or_begin(q, r));
	if (r->may)
		write_some(q);
	return OK;
}

err reading_is_news(struct request *q, const struct reading *r,
		    const struct archive_thread *t, bool *news)
{
	int64_t newest = 0;
	if (r->may)
		TRY(news_of(q, r, t, &newest));
	*news = newest;
	return OK;
}

/* ---- the button */

static err read_all(struct request *q)
{
	struct worker *w = worker_of(q);
	struct reading_row row = { 0 };
	int64_t version;
	TRY(archive_newest(w->books.archive, w->list->id, &row.upto, &version));
	return reading_put(w->books.lists, w->viewer.person, w->list->id, &row);
}

void reading_post(struct request *q, struct response *r)
{
	if (!is_reader(q)) {
		router_refuse(q, r, MAY_NOT);
		return;
	}
	if (!page_failed(q, r, read_all(q)))
		response_redirect(r, 303, arena_cat(q->arena, list_path(q), STR("/")));
}
