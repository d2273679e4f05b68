/* wall/verdict.h: what the engines made of a message, and how that travels: as the key
 * "wall" of the JSON in which smtpd states what it found out about it (trust/trust.h).
 *
 *     row.trust = wall_put(a, row.trust, &verdict);   -- smtpd
 *     if (wall_get(a, post->trust, &verdict)) ...     -- rules, pages
 *
 * A message without that key came while no engine was named. Texts are the arena's. */
#pragma once

#include "base/arena.h"

enum wall_result {
	WALL_CLEAN,
	WALL_INFECTED,
	WALL_SUSPICIOUS, /* encrypted, beyond the engine's limits, a guess: signatures.def */
	WALL_UNSCANNED,
	WALL_RESULTS
};

struct wall_verdict {
	enum wall_result result;
	bool passing;  /* not scanned, and another time it may be */
	str engine;    /* which one said so: "clamd 192.0.2.7:3310"; empty: none did */
	str version;   /* its program and database: "ClamAV 1.4.6/27743/Sun Aug 24 …" */
	str signature; /* what it found */
	str why;       /* not scanned: in words */
	int64_t at;    /* seconds: when it was looked at */
	int64_t ms;    /* how long that took */
};

enum { WALL_TEXT_MAX = 300 }; /* octets of each text */

const char *wall_word(enum wall_result r); /* "clean", "infected", … */

/* In English, for the trace and the log: "clean, says clamd … (ClamAV 1.4.6/27743/…)". */
str wall_text(struct arena *a, const struct wall_verdict *v);

str wall_json(struct arena *a, const struct wall_verdict *v);

/* False, with nothing written, for what wall_json did not write. */
bool wall_from_json(struct arena *a, str json, struct wall_verdict *v);

/* The JSON of what was found out, an object, with the verdict in it. */
str wall_put(struct arena *a, str json, const struct wall_verdict *v);

/* False: it holds no verdict. */
bool wall_get(struct arena *a, str json, struct wall_verdict *v);

/* When the engine's database was made (seconds), by what it says of its version; 0: it
 * names none. */
int64_t wall_database_at(str version);
