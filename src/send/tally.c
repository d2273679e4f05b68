#include "send/tally.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

/* Of different kinds, between two writings: names and reasons are a stranger's. */
enum { KINDS_MOST = 10000, REASON_MOST = 200, DAY = 86400 };

struct tally {
	pthread_mutex_t lock;
	struct arena *a; /* of the counts */
	struct map rows; /* all fields -> struct tls_tally_row */
	size_t kinds;
	struct book *book;
};

err tally_open(struct arena *a, str data, struct tally **out)
{
	struct tally *t = mem_zero(sizeof *t);
	pthread_mutex_init(&t->lock, NULL);
	t->a = arena_new();
	err e = book_open(a, data, BOOK_OUTBOUND, BOOK_WRITE, &t->book);
	if (e.kind) {
		arena_free(t->a);
		free(t);
		return e;
	}
	*out = t;
	return OK;
}

struct book *tally_book(struct tally *t)
{
	return t->book;
}

static str key_of(struct arena *a, const struct tls_tally_row *r)
{
	str nul = { "", 1 };
	str day = arena_printf(a, "%lld", (long long)r->day);
	return arena_cat(a, day, nul, r->domain, nul, r->type, nul, r->policy, nul,
			 r->result, nul, r->mx, nul, r->from, nul, r->to, nul, r->reason);
}

static void add(struct tally *t, str key, const struct tls_tally_row *from)
{
	struct tls_tally_row *row = map_get(&t->rows, key);
	if (row) {
		row->sessions += from->sessions;
		return;
	}
	if (t->kinds == KINDS_MOST)
		return;
	t->kinds++;
	row = arena_alloc(t->a, sizeof *row);
	*row = *from;
	str *const texts[] = { &row->domain, &row->type, &row->policy, &row->result,
			       &row->mx,     &row->from, &row->to,     &row->reason };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_copy(t->a, *texts[i]);
	map_set(&t->rows, key, row);
}

void tally_add(struct tally *t, const struct tls_tally_row *row)
{
	ARENA(a);
	struct tls_tally_row r = *row;
	r.day = clock_now() / DAY;
	r.reason = str_first(r.reason, REASON_MOST);
	str key = key_of(a, &r);
	pthread_mutex_lock(&t->lock);
	add(t, key, &r);
	pthread_mutex_unlock(&t->lock);
}

static err write_rows(struct tally *t, const struct map *rows)
{
	err e = OK;
	TRY(book_begin(t->book));
	for (struct map_slot *s = NULL; !e.kind && (s = map_next(rows, s));)
		e = tls_tally_add(t->book, s->value);
	return book_end(t->book, e);
}

/* What cannot be written now is counted again. */
err tally_write(struct tally *t)
{
	struct arena *fresh = arena_new();
	pthread_mutex_lock(&t->lock);
	struct map rows = t->rows;
	struct arena *a = t->a;
	t->rows = (struct map){ 0 };
	t->kinds = 0;
	t->a = fresh;
	pthread_mutex_unlock(&t->lock);
	err e = rows.used ? write_rows(t, &rows) : OK;
	pthread_mutex_lock(&t->lock);
	for (struct map_slot *s = NULL; e.kind && (s = map_next(&rows, s));)
		add(t, s->key, s->value);
	pthread_mutex_unlock(&t->lock);
	map_free(&rows);
	arena_free(a);
	return e;
}

void tally_close(struct tally *t)
{
	if (!t)
		return;
	(void)!tally_write(t).kind;
	book_close(t->book);
	map_free(&t->rows);
	arena_free(t->a);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
