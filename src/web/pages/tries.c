#include "web/pages/tries.h"

#include "account/password.h"
#include "base/language.h"
#include "web/pages/pages.h"

#include <stdatomic.h>

enum { TRIES = 2 /* at once */ };

_Static_assert(TRIES + ORDER_WAITERS + PASSWORD_WAITING <= HTTP_WORKERS * 7 / 8,
	       "tries, too, leave threads to make pages");

static atomic_uint tries; /* that run in this process */

bool try_begin(void)
{
	return atomic_fetch_add(&tries, 1) < TRIES;
}

void try_end(void)
{
	atomic_fetch_sub(&tries, 1);
}

static const struct {
	const char *state, *word;
} fates[REPLAY_VERDICTS] = {
	[VERDICT_ACCEPT] = { "ok", N_("goes out") },
	[VERDICT_HOLD] = { "wait", N_("waits for a moderator") },
	[VERDICT_REJECT] = { "bad", N_("is refused") },
	[VERDICT_DISCARD] = { "bad", N_("is dropped") },
};

str try_state(enum verdict v)
{
	return str_from(fates[v].state);
}

str try_word(enum verdict v)
{
	return S_(fates[v].word);
}

str try_href(struct request *q, const struct replayed *x)
{
	const struct books *books = &worker_of(q)->books;
	str path = list_url_path(q->arena, books, x->list);
	return arena_printf(q->arena, x->held ? "%.*s/admin/held#p%lld" : "%.*s/%lld",
			    STR_F(path), (long long)(x->held ? x->held : x->number));
}
