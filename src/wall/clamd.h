/* wall/clamd.h: one clamd, by its protocol. A connection is a session (IDSESSION) that
 * scans one message after the other by INSTREAM; several threads have one each, and what
 * is idle waits for the next. A session is not older than a minute, so that the version
 * of its database, asked for at its beginning, is a fresh one.
 *
 *     struct clamd *c = clamd_new(STR("/run/clamav/clamd.ctl"));
 *     struct wall_finding f;
 *     TRY(clamd_scan(c, a, fd, clock_mono_ms() + 60000, &f));
 */
#pragma once

#include "base/err.h"
#include "wall/engine.h"

struct clamd;

/* where: a path, ADDRESS:PORT or localhost:PORT, as [wall] clamd takes them. It lives as
 * long as its text; nothing is dialled. */
struct clamd *clamd_new(str where);
void clamd_free(struct clamd *c);
str clamd_where(const struct clamd *c);

/* Scans what the descriptor holds from its beginning to its end, in pieces. OK: f is
 * clean, infected, suspicious or, where clamd takes nothing of this size, not scanned.
 * ERR_TEMP: it did not answer by the deadline, or not as clamd does; the text says what.
 * ERR_IO: the descriptor cannot be read. Any thread. */
MUST_USE err clamd_scan(struct clamd *c, struct arena *a, int fd, int64_t deadline,
			struct wall_finding *f);

/* Its program and database, over a new connection. ERR_TEMP. */
MUST_USE err clamd_version(struct clamd *c, struct arena *a, int64_t deadline,
			   str *version);

/* Closes the connections that have been idle for long. */
void clamd_prune(struct clamd *c);
