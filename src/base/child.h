/* base/child.h: another program at work for a command: what it prints is read as it comes,
 * and it never waits for what it says on its standard error, the first of which is kept.
 * For commands alone: a role may start nothing.
 *
 *     struct child *c;
 *     TRY(child_start(a, (const char *[]){ "git", "--version", NULL }, -1, &c));
 *     while (!(e = child_line(c, &line, &more)).kind && more) ...
 *     e = child_end(c, e);
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct child;

/* argv[0] is looked for in PATH. in: its standard input from where it stands, which stays the
 * caller's; -1: none. It lives in a until child_end.
 * ERR_NOTFOUND: there is no such program. ERR_IO: it cannot be started. */
MUST_USE err child_start(struct arena *a, const char *const *argv, int in,
			 struct child **out);

/* The next n octets, good until the next call. ERR_IO: it ended before, or was silent for two
 * minutes. n is what the caller can bear. */
MUST_USE err child_octets(struct child *c, size_t n, str *octets);

/* The next line without its end, good until the next call. *more false: there was none.
 * ERR_LIMIT: it is longer than 64 KB. ERR_IO: as above. */
MUST_USE err child_line(struct child *c, str *line, bool *more);

/* Ends it, be it at work or not. e: how it went so far, which is given back where it has
 * failed. ERR_IO: it had failed by its own account, with what it said. */
MUST_USE err child_end(struct child *c, err e);
