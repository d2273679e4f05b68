#include "wall/engines.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "wall/clamd.h"
#include "wall/door.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ENGINES = 16, PASSED_OVER_MS = 5000 };

struct engine {
	struct clamd *clamd;
	_Atomic int64_t not_before; /* clock_mono_ms: it failed a moment ago */
};

struct engines {
	struct engine all[ENGINES];
	size_t count;
};

bool engines_named(const struct conf *conf)
{
	return conf->wall_clamd.n > 0;
}

int64_t engines_ms(const struct conf *conf)
{
	int64_t s = conf->wall_timeout, most = WALL_MS_MAX / 1000;
	return (s < 1 ? 1 : s < most ? s : most) * 1000;
}

struct engines *engines_new(const struct conf *conf)
{
	str rest = conf->wall_clamd, word;
	if (!engines_named(conf))
		return NULL;
	struct engines *e = mem_zero(sizeof *e);
	while (e->count < ENGINES && conf_word(&rest, &word))
		e->all[e->count++].clamd = clamd_new(word);
	return e;
}

void engines_free(struct engines *e)
{
	for (size_t i = 0; e && i < e->count; i++)
		clamd_free(e->all[i].clamd);
	free(e);
}

/* Those that failed a moment ago come last. */
static size_t in_order(struct engines *e, struct engine *order[ENGINES])
{
	int64_t now = clock_mono_ms();
	size_t n = 0;
	for (int late = 0; late < 2; late++)
		for (size_t i = 0; i < e->count; i++)
			if ((atomic_load(&e->all[i].not_before) > now) == late)
				order[n++] = &e->all[i];
	return n;
}

static void has_failed(struct engine *x, err e)
{
	int64_t now = clock_mono_ms();
	if (atomic_exchange(&x->not_before, now + PASSED_OVER_MS) <= now)
		log_warn("engine-failed", KS("clamd", clamd_where(x->clamd)), KE(e),
			 KZ("do", "see whether clamd runs there and its log; mail is "
				  "treated as [wall] on_failure says"));
}

/* One after the other, each with its share of the time that is left: one that is silent
 * leaves some for the next. What one finds too large another may take. */
static void ask_all(struct engines *e, struct arena *a, int fd, int64_t deadline,
		    struct wall_verdict *v)
{
	struct engine *order[ENGINES];
	size_t n = in_order(e, order);
	bool answered = false;
	for (size_t i = 0; i < n; i++) {
		int64_t now = clock_mono_ms();
		int64_t share = (deadline - now) / (int64_t)(n - i);
		err failed = clamd_scan(order[i]->clamd, a, fd, now + share, v);
		if (failed.kind == ERR_TEMP)
			has_failed(order[i], failed);
		if (failed.kind && !answered)
			v->why = str_first(arena_copy(a, str_from(failed.msg)),
					   WALL_TEXT_MAX);
		if (failed.kind)
			continue;
		atomic_store(&order[i]->not_before, 0);
		answered = true;
		if (v->result != WALL_UNSCANNED)
			return;
	}
}

void engines_scan(struct engines *e, struct arena *a, int fd, int64_t deadline,
		  struct wall_verdict *v)
{
	int64_t began = clock_mono_ms();
	struct wall_verdict x = { .result = WALL_UNSCANNED, .passing = true };
	ask_all(e, a, fd, deadline, &x);
	x.at = clock_now();
	x.ms = clock_mono_ms() - began;
	*v = x;
}

void engines_prune(struct engines *e)
{
	for (size_t i = 0; i < e->count; i++)
		clamd_prune(e->all[i].clamd);
}

/* ---- how they are */

size_t engines_count(const struct engines *e)
{
	return e ? e->count : 0;
}

/* In two halves: nothing on this machine's disk should take this program for a virus. */
static err write_eicar(struct arena *a, int *fd)
{
	*fd = memfd_create("eicar", MFD_CLOEXEC);
	if (*fd < 0)
		return FAIL(ERR_IO, "no memory file");
	return file_write_all(
		a, *fd,
		arena_cat(a, STR("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-"),
			  STR("ANTIVIRUS-TEST-FILE!$H+H*")));
}

void engines_look(struct engines *e, struct arena *a, size_t i, int64_t deadline,
		  struct engine_state *state)
{
	struct clamd *c = e->all[i].clamd;
	FD_AUTO fd = -1;
	*state = (struct engine_state){ .engine = arena_cat(a, STR("clamd "),
							    clamd_where(c)) };
	err failed = clamd_version(c, a, deadline, &state->version);
	if (!failed.kind)
		failed = write_eicar(a, &fd);
	if (!failed.kind)
		failed = clamd_scan(c, a, fd, deadline, &state->eicar);
	if (failed.kind) {
		state->version = STR_NONE;
		state->why = arena_copy(a, str_from(failed.msg));
	}
}
