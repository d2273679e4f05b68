/* wall/engines.h: all engines that [wall] names, kind by kind. Of clamds the first that
 * answers decides; one that does not is passed over for some seconds, unless none is left.
 *
 *     struct engines *all = engines_new(conf);        // NULL: none is named
 *     struct engine_ask q = { .message = fd, .context = &c, .deadline = … };
 *     engines_scan(all, a, &q, &verdict);
 */
#pragma once

#include "base/conf.h"
#include "wall/engine.h"

struct engines;

/* Whether [wall] names an engine: else there is no wall, and nothing costs anything. */
bool engines_named(const struct conf *conf);

/* Whether one of them looks at files that are no messages. */
bool engines_for_files(const struct conf *conf);

/* [wall] timeout in milliseconds, from a second to ten minutes. */
int64_t engines_ms(const struct conf *conf);

/* Lives as long as conf. */
struct engines *engines_new(const struct conf *conf);
void engines_free(struct engines *e); /* NULL is fine */

/* Asks a kind after the other, each within its share of the time that is left, until one
 * finds a virus. v has what each says. Of a kind that cannot say anything it says so: not
 * scanned, and passing, when it may go better another time. q->context may be NULL, for a
 * message of which nothing is known; q->size is filled in here. Any thread. */
void engines_scan(struct engines *e, struct arena *a, const struct engine_ask *q,
		  struct wall_verdict *v);

/* Closes connections that nobody has needed of late. */
void engines_prune(struct engines *e);

/* How an engine is, asked by itself (doctor): its version, and what it says of the sample
 * of its kind. */
struct engine_state {
	str engine;  /* "clamd /run/clamav/clamd.ctl" */
	str version; /* empty: it does not answer, and why says more */
	str why;
	const struct engine_kind *kind;
	struct wall_verdict sample; /* where it answers */
};
size_t engines_count(const struct engines *e);
void engines_look(struct engines *e, struct arena *a, size_t i, int64_t deadline,
		  struct engine_state *state);
