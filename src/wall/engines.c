#include "wall/engines.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "wall/door.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { ENGINES = 48, PASSED_OVER_MS = 5000 };

enum several { FIRST, ALL };

static const struct {
	const struct engine_kind *kind;
	enum several several;
} kinds[] = {
#define ENGINE(kind, member, several) { &engine_##kind, several },
#include "base/engines.def"
#undef ENGINE
};

enum { KINDS = sizeof kinds / sizeof *kinds };

struct engine {
	const struct engine_kind *kind;
	void *its;
	str where;
	_Atomic int64_t not_before; /* clock_mono_ms: it failed a moment ago */
};

struct engines {
	struct engine all[ENGINES]; /* kind by kind */
	size_t count;
};

bool engines_named(const struct conf *conf)
{
	return conf_engine_next(conf, &(struct engine_at){ 0 });
}

bool engines_for_files(const struct conf *conf)
{
	struct engine_at at = { 0 };
	while (conf_engine_next(conf, &at))
		if (kinds[at.kind].kind->takes_files)
			return true;
	return false;
}

int64_t engines_ms(const struct conf *conf)
{
	int64_t s = conf->wall_timeout, most = WALL_MS_MAX / 1000;
	return (s < 1 ? 1 : s < most ? s : most) * 1000;
}

struct engines *engines_new(const struct conf *conf)
{
	if (!engines_named(conf))
		return NULL;
	struct engines *e = mem_zero(sizeof *e);
	struct engine_at at = { 0 };
	while (e->count < ENGINES && conf_engine_next(conf, &at)) {
		struct engine *x = &e->all[e->count++];
		x->kind = kinds[at.kind].kind;
		x->where = at.where;
		x->its = x->kind->open(at.where);
	}
	return e;
}

void engines_free(struct engines *e)
{
	for (size_t i = 0; e && i < e->count; i++)
		e->all[i].kind->close(e->all[i].its);
	free(e);
}

static str name_of(struct arena *a, const struct engine *x)
{
	return arena_cat(a, str_from(x->kind->word), STR(" "), x->where);
}

/* ---- one kind */

struct group { /* the engines of a kind; those that failed a moment ago come last */
	struct engine *order[ENGINES];
	size_t count;
	enum several several;
};

static void group_of(struct engines *e, size_t kind, bool is_file, struct group *g)
{
	int64_t now = clock_mono_ms();
	g->count = 0;
	g->several = kinds[kind].several;
	if (is_file && !kinds[kind].kind->takes_files)
		return;
	for (int late = 0; late < 2; late++)
		for (size_t i = 0; i < e->count; i++)
			if (e->all[i].kind == kinds[kind].kind
			    && (atomic_load(&e->all[i].not_before) > now) == late)
				g->order[g->count++] = &e->all[i];
}

static void has_failed(struct arena *a, struct engine *x, err e)
{
	int64_t now = clock_mono_ms();
	if (atomic_exchange(&x->not_before, now + PASSED_OVER_MS) <= now)
		log_warn("engine-failed", KS("engine", name_of(a, x)), KE(e),
			 KZ("do", "see whether it runs there and its log; mail is "
				  "treated as [wall] on_failure says"));
}

static err ask_one(struct engine *x, struct arena *a, const struct engine_ask *q,
		   struct wall_verdict *v)
{
	err e = x->kind->scan(x->its, a, q, v);
	if (e.kind == ERR_TEMP)
		has_failed(a, x, e);
	else if (!e.kind)
		atomic_store(&x->not_before, 0);
	return e;
}

/* In words, since it gave no verdict. */
static void add_silent(struct arena *a, str by, err e, struct wall_verdict *v)
{
	wall_add(a, v,
		 &(struct wall_finding){ .result = WALL_UNSCANNED,
					 .passing = true,
					 .by = by,
					 .why = str_from(e.msg) });
}

/* One after the other, each with its share of the time that is left: one that is silent
 * leaves some for the next. What one finds too large another may take. */
static void ask_first(struct group *g, struct arena *a, struct engine_ask q,
		      struct wall_verdict *v)
{
	struct wall_verdict its = { .result = WALL_UNSCANNED };
	int64_t end = q.deadline;
	err failed = OK;
	for (size_t i = 0; i < g->count; i++) {
		int64_t now = clock_mono_ms();
		struct wall_verdict x = { 0 };
		q.deadline = now + (end - now) / (int64_t)(g->count - i);
		err e = ask_one(g->order[i], a, &q, &x);
		if (e.kind)
			failed = e;
		else
			its = x;
		if (!e.kind && its.result != WALL_UNSCANNED)
			break;
	}
	for (size_t i = 0; i < its.count; i++)
		wall_add(a, v, &its.all[i]);
	for (size_t i = 0; i < its.edit_count; i++)
		(void)wall_edit_add(a, v, &its.edits[i]);
	if (!its.count)
		add_silent(a, STR(""), failed, v);
}

static void ask_each(struct group *g, struct arena *a, struct engine_ask q,
		     struct wall_verdict *v)
{
	int64_t end = q.deadline;
	for (size_t i = 0; i < g->count; i++) {
		int64_t now = clock_mono_ms();
		q.deadline = now + (end - now) / (int64_t)(g->count - i);
		err e = ask_one(g->order[i], a, &q, v);
		if (e.kind)
			add_silent(a, name_of(a, g->order[i]), e, v);
	}
}

/* ---- all of them */

static const struct wall_context nothing_known;

static off_t size_of(int message)
{
	struct stat st;
	return fstat(message, &st) ? 0 : st.st_size;
}

static size_t groups_left(struct engines *e, size_t from, bool is_file)
{
	struct group g;
	size_t n = 0;
	for (size_t k = from; k < KINDS; k++) {
		group_of(e, k, is_file, &g);
		n += g.count > 0;
	}
	return n;
}

static void ask_all(struct engines *e, struct arena *a, struct engine_ask q,
		    struct wall_verdict *v)
{
	int64_t end = q.deadline;
	bool is_file = q.context->is_file;
	for (size_t k = 0; k < KINDS && v->result != WALL_INFECTED; k++) {
		struct group g;
		group_of(e, k, is_file, &g);
		if (!g.count)
			continue;
		int64_t now = clock_mono_ms();
		q.deadline = now + (end - now) / (int64_t)groups_left(e, k, is_file);
		if (g.several == FIRST)
			ask_first(&g, a, q, v);
		else
			ask_each(&g, a, q, v);
	}
}

void engines_scan(struct engines *e, struct arena *a, const struct engine_ask *given,
		  struct wall_verdict *v)
{
	int64_t began = clock_mono_ms();
	struct engine_ask q = *given;
	struct wall_verdict x = { .result = WALL_UNSCANNED, .passing = true };
	q.size = size_of(q.message);
	if (!q.context)
		q.context = &nothing_known;
	ask_all(e, a, q, &x);
	x.at = clock_now();
	x.ms = clock_mono_ms() - began;
	*v = x;
}

void engines_prune(struct engines *e)
{
	for (size_t i = 0; i < e->count; i++)
		e->all[i].kind->prune(e->all[i].its);
}

/* ---- how they are */

size_t engines_count(const struct engines *e)
{
	return e ? e->count : 0;
}

static err write_sample(struct arena *a, const struct engine_kind *kind, int *fd)
{
	*fd = memfd_create("sample", MFD_CLOEXEC);
	if (*fd < 0)
		return FAIL(ERR_IO, "no memory file");
	return file_write_all(
		a, *fd,
		arena_cat(a, str_from(kind->halves[0]), str_from(kind->halves[1])));
}

static err look(struct engine *x, struct arena *a, int64_t deadline,
		struct engine_state *s)
{
	FD_AUTO fd = -1;
	TRY(x->kind->version(x->its, a, deadline, &s->version));
	TRY(write_sample(a, x->kind, &fd));
	return x->kind->scan(
		x->its, a,
		&(struct engine_ask){ fd, size_of(fd), &nothing_known, deadline },
		&s->sample);
}

void engines_look(struct engines *e, struct arena *a, size_t i, int64_t deadline,
		  struct engine_state *state)
{
	struct engine *x = &e->all[i];
	*state = (struct engine_state){ .engine = name_of(a, x), .kind = x->kind };
	err failed = look(x, a, deadline, state);
	if (failed.kind) {
		state->version = STR_NONE;
		state->why = arena_copy(a, str_from(failed.msg));
	}
}
