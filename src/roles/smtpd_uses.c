#include "roles/smtpd_uses.h"

#include "base/arena.h"
#include "base/mem.h"
#include "store/inbound/token_use.h"

#include <pthread.h>
#include <stdlib.h>

enum { STEP = 3600, ROOM = 16 };

struct use {
	struct token_use row;
	bool written;
};

struct token_uses {
	pthread_mutex_t lock;
	struct use *x; /* of all tokens that have signed in since the start */
	size_t count, room;
};

struct token_uses *token_uses_new(void)
{
	struct token_uses *u = mem_zero(sizeof *u);
	pthread_mutex_init(&u->lock, NULL);
	return u;
}

void token_uses_free(struct token_uses *u)
{
	if (!u)
		return;
	pthread_mutex_destroy(&u->lock);
	free(u->x);
	free(u);
}

static struct use *find(struct token_uses *u, int64_t token)
{
	for (size_t i = 0; i < u->count; i++)
		if (u->x[i].row.token == token)
			return &u->x[i];
	if (u->count == u->room) {
		u->room = u->room ? 2 * u->room : ROOM;
		u->x = mem_grow(u->x, u->room * sizeof *u->x);
	}
	u->x[u->count] = (struct use){ .row.token = token, .written = true };
	return &u->x[u->count++];
}

void token_uses_note(struct token_uses *u, int64_t token, int64_t now)
{
	pthread_mutex_lock(&u->lock);
	struct use *x = find(u, token);
	if (now >= x->row.at + STEP)
		*x = (struct use){ { token, now }, false };
	pthread_mutex_unlock(&u->lock);
}

/* Takes what is not written; what fails is given back, unless it was used anew. */
static struct token_use *take(struct token_uses *u, struct arena *a, size_t *count)
{
	size_t n = 0;
	pthread_mutex_lock(&u->lock);
	struct token_use *rows = arena_zero(a, (u->count + 1) * sizeof *rows);
	for (size_t i = 0; i < u->count; i++)
		if (!u->x[i].written) {
			rows[n++] = u->x[i].row;
			u->x[i].written = true;
		}
	pthread_mutex_unlock(&u->lock);
	*count = n;
	return rows;
}

static void give_back(struct token_uses *u, const struct token_use *rows, size_t count)
{
	pthread_mutex_lock(&u->lock);
	for (size_t i = 0; i < count; i++)
		find(u, rows[i].token)->written = false;
	pthread_mutex_unlock(&u->lock);
}

static err write_rows(struct book *inbound, const struct token_use *rows, size_t count)
{
	err e = OK;
	TRY(book_begin(inbound));
	for (size_t i = 0; i < count && !e.kind; i++)
		e = token_use_add(inbound, &rows[i]);
	return book_end(inbound, e);
}

err token_uses_write(struct token_uses *u, struct book *inbound)
{
	ARENA(a);
	size_t count;
	struct token_use *rows = take(u, a, &count);
	err e = count ? write_rows(inbound, rows, count) : OK;
	if (e.kind)
		give_back(u, rows, count);
	return e;
}
