#include "send/letters.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct letters {
	pthread_mutex_t reading; /* the book; taken before the other one */
	struct book *outbound;
	pthread_mutex_t lock; /* of what follows: nobody reads a body under it */
	struct letter *all[LETTERS_MOST]; /* last used first */
	size_t count, octets;
};

err letters_open(struct arena *a, str data, struct letters **out)
{
	struct book *b;
	TRY(book_open(a, data, BOOK_OUTBOUND, BOOK_READ, &b));
	struct letters *l = mem_zero(sizeof *l);
	pthread_mutex_init(&l->reading, NULL);
	pthread_mutex_init(&l->lock, NULL);
	l->outbound = b;
	*out = l;
	return OK;
}

static void forget(struct letters *l, size_t i)
{
	l->octets -= l->all[i]->octets;
	letter_drop(l->all[i]);
	l->count--;
	memmove(l->all + i, l->all + i + 1, (l->count - i) * sizeof *l->all);
}

/* Who else holds one can only let go of it: under the lock none is handed out. */
static bool is_idle(const struct letter *letter)
{
	return atomic_load(&letter->users) == 1;
}

static void trim(struct letters *l, size_t octets, size_t count)
{
	for (size_t i = l->count; i-- && (l->octets > octets || l->count > count);)
		if (is_idle(l->all[i]))
			forget(l, i);
}

static void put_first(struct letters *l, size_t from, struct letter *letter)
{
	memmove(l->all + 1, l->all, from * sizeof *l->all);
	l->all[0] = letter;
}

/* Where all places are taken by those in use, this one is its user's alone. */
static void keep(struct letters *l, struct letter *letter)
{
	pthread_mutex_lock(&l->lock);
	trim(l, SIZE_MAX, LETTERS_MOST - 1);
	if (l->count < LETTERS_MOST) {
		put_first(l, l->count++, letter_keep(letter));
		l->octets += letter->octets;
		trim(l, LETTERS_IDLE, LETTERS_MOST);
	}
	pthread_mutex_unlock(&l->lock);
}

static bool find(struct letters *l, int64_t message, struct letter **letter)
{
	bool found = false;
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->count && !found; i++) {
		if (l->all[i]->row.id != message)
			continue;
		*letter = letter_keep(l->all[i]);
		put_first(l, i, *letter);
		found = true;
	}
	pthread_mutex_unlock(&l->lock);
	return found;
}

err letters_get(struct letters *l, int64_t message, struct letter **letter)
{
	err e = OK;
	if (find(l, message, letter))
		return OK;
	pthread_mutex_lock(&l->reading);
	if (!find(l, message, letter)) { /* nobody has read it meanwhile */
		e = letter_load(l->outbound, message, letter);
		if (!e.kind)
			keep(l, *letter);
	}
	pthread_mutex_unlock(&l->reading);
	return e;
}

void letters_put(struct letters *l, struct letter *letter)
{
	pthread_mutex_lock(&l->lock);
	letter_drop(letter);
	trim(l, LETTERS_IDLE, LETTERS_MOST);
	pthread_mutex_unlock(&l->lock);
}

size_t letters_octets(struct letters *l)
{
	pthread_mutex_lock(&l->lock);
	size_t n = l->octets;
	pthread_mutex_unlock(&l->lock);
	return n;
}

void letters_close(struct letters *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++)
		letter_drop(l->all[i]);
	book_close(l->outbound);
	pthread_mutex_destroy(&l->reading);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
