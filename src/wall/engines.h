/* wall/engines.h: all engines that [wall] names. The first that answers decides; one that
 * does not is passed over for some seconds, unless none is left.
 *
 *     struct engines *all = engines_new(conf);        // NULL: none is named
 *     struct wall_verdict v;
 *     engines_scan(all, a, fd, clock_mono_ms() + 60000, &v);
 */
#pragma once

#include "base/conf.h"
#include "wall/verdict.h"

struct engines;

/* Whether [wall] names an engine: else there is no wall, and nothing costs anything. */
bool engines_named(const struct conf *conf);

/* [wall] timeout in milliseconds, from a second to ten minutes. */
int64_t engines_ms(const struct conf *conf);

/* Lives as long as conf. */
struct engines *engines_new(const struct conf *conf);
void engines_free(struct engines *e); /* NULL is fine */

/* Scans what the descriptor holds. Where no engine can say, v is WALL_UNSCANNED and says
 * why: passing, when it may go better another time. Any thread. */
void engines_scan(struct engines *e, struct arena *a, int fd, int64_t deadline,
		  struct wall_verdict *v);

/* Closes connections that nobody has needed of late. */
void engines_prune(struct engines *e);

/* How an engine is, asked by itself (doctor): its version, and what it says of EICAR, the
 * harmless file that every engine is to find. */
struct engine_state {
	str engine;  /* "clamd /run/clamav/clamd.ctl" */
	str version; /* empty: it does not answer, and why says more */
	str why;
	struct wall_verdict eicar; /* where it answers */
};
size_t engines_count(const struct engines *e);
void engines_look(struct engines *e, struct arena *a, size_t i, int64_t deadline,
		  struct engine_state *state);
