#include "roles/smtpd_dmarc.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

enum { HOUR = 3600 };
enum { KINDS_MOST = 2000 /* between two writings: names are a stranger's */ };

struct dmarc_counts {
	pthread_mutex_t lock;
	struct arena *a; /* of the counts */
	struct map rows; /* all fields -> struct dmarc_seen */
};

struct dmarc_counts *dmarc_counts_new(void)
{
	struct dmarc_counts *c = mem_zero(sizeof *c);
	pthread_mutex_init(&c->lock, NULL);
	c->a = arena_new();
	return c;
}

enum { TEXTS = 14 };

static void texts_of(struct dmarc_seen *x, str *texts[static TEXTS])
{
	str *const all[TEXTS] = { &x->domain,      &x->registrant,    &x->record,
				  &x->source_ip,   &x->disposition,   &x->dkim,
				  &x->spf,         &x->reason,        &x->comment,
				  &x->header_from, &x->envelope_from, &x->spf_domain,
				  &x->spf_result,  &x->signatures };
	memcpy(texts, all, sizeof all);
}

static str key_of(struct arena *a, struct dmarc_seen *x)
{
	BUF(b);
	str *texts[TEXTS];
	texts_of(x, texts);
	/* Failures of one hour are told together, with the first of them. */
	buf_addf(&b, "%lld.%lld", (long long)x->day, (long long)(x->failed_at / HOUR));
	for (size_t i = 0; i < TEXTS; i++) {
		buf_add_char(&b, '\0');
		buf_add(&b, *texts[i]);
	}
	return arena_copy(a, buf_str(&b));
}

static void add(struct dmarc_counts *c, str key, const struct dmarc_seen *from)
{
	struct dmarc_seen *row = map_get(&c->rows, key);
	str *texts[TEXTS];
	if (row) {
		row->messages += from->messages;
		return;
	}
	if (c->rows.used == KINDS_MOST)
		return;
	row = arena_alloc(c->a, sizeof *row);
	*row = *from;
	texts_of(row, texts);
	for (size_t i = 0; i < TEXTS; i++)
		*texts[i] = arena_copy(c->a, *texts[i]);
	row->message_id = arena_copy(c->a, row->message_id);
	map_set(&c->rows, key, row);
}

void dmarc_counts_add(struct dmarc_counts *c, const struct dmarc_seen *row)
{
	ARENA(a);
	struct dmarc_seen x = *row;
	str key = key_of(a, &x);
	pthread_mutex_lock(&c->lock);
	add(c, key, &x);
	pthread_mutex_unlock(&c->lock);
}

static err write_rows(struct book *inbound, const struct map *rows)
{
	err e = OK;
	TRY(book_begin(inbound));
	for (struct map_slot *s = NULL; !e.kind && (s = map_next(rows, s));)
		e = dmarc_seen_add(inbound, s->value);
	return book_end(inbound, e);
}

err dmarc_counts_write(struct dmarc_counts *c, struct book *inbound)
{
	struct arena *fresh = arena_new();
	pthread_mutex_lock(&c->lock);
	struct map rows = c->rows;
	struct arena *a = c->a;
	c->rows = (struct map){ 0 };
	c->a = fresh;
	pthread_mutex_unlock(&c->lock);
	err e = rows.used ? write_rows(inbound, &rows) : OK;
	pthread_mutex_lock(&c->lock);
	for (struct map_slot *s = NULL; e.kind && (s = map_next(&rows, s));)
		add(c, s->key, s->value);
	pthread_mutex_unlock(&c->lock);
	map_free(&rows);
	arena_free(a);
	return e;
}

void dmarc_counts_free(struct dmarc_counts *c)
{
	if (!c)
		return;
	map_free(&c->rows);
	arena_free(c->a);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
