/* wall/engine.h: what a kind of engine is. base/engines.def names the kinds; each is a
 * struct engine_kind, engine_KIND, in the file of its client.
 *
 *     const struct engine_kind engine_clamd = { .word = "clamd", .scan = …, … };
 *
 * An engine of a kind is what open gives; its functions are called by any thread. */
#pragma once

#include "base/err.h"
#include "wall/context.h"
#include "wall/verdict.h"

#include <sys/types.h>

struct engine_ask {
	int message; /* read with pread: its offset is everybody's */
	off_t size;
	const struct wall_context *context; /* never NULL */
	int64_t deadline;                   /* clock_mono_ms */
};

struct engine_kind {
	const char *word;  /* as [wall] calls it */
	bool takes_files;  /* also what is no message */
	bool has_database; /* its version tells how old its signatures are */
	/* A message that proves that it looks, in halves, so that nothing takes this program
	 * for one, and what it makes of that. */
	const char *sample, *halves[2];
	enum wall_result expects;

	void *(*open)(
		str where); /* where lives as long as the engine; nothing is dialled */
	void (*close)(void *e);

	/* Closes connections that nobody has needed of late. */
	void (*prune)(void *e);

	/* Adds what it finds (wall_add) to v. ERR_TEMP: it did not answer by the deadline, or
	 * not as one of its kind does; the text says what, and v is as it was. ERR_IO: the
	 * message cannot be read. */
	err (*scan)(void *e, struct arena *a, const struct engine_ask *q,
		    struct wall_verdict *v);

	/* Its program and database; its kind alone where it tells neither. ERR_TEMP. */
	err (*version)(void *e, struct arena *a, int64_t deadline, str *version);
};

#define ENGINE(kind, member, several) extern const struct engine_kind engine_##kind;
#include "base/engines.def"
#undef ENGINE
