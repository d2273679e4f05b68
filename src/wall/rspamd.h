/* wall/rspamd.h: an rspamd, by its protocol: POST /checkv2 over HTTP with the message as it
 * came, and what is known of it in the fields of the request. A connection a message; so many
 * at one time. As an engine: engine_rspamd (wall/engine.h).
 *
 *     struct rspamd *r = rspamd_new(STR("127.0.0.1:11333"));
 *     struct wall_verdict v = { 0 };
 *     TRY(rspamd_scan(r, a, &ask, &v));
 */
#pragma once

#include "wall/engine.h"

struct rspamd;

/* where: as [wall] rspamd takes it; it lives as long as its text; nothing is dialled. */
struct rspamd *rspamd_new(str where);
void rspamd_free(struct rspamd *r);

/* Adds what it says to v. ERR_TEMP: it did not answer by the deadline, or not as rspamd does.
 * ERR_IO: the message cannot be read. Any thread. */
MUST_USE err rspamd_scan(struct rspamd *r, struct arena *a, const struct engine_ask *q,
			 struct wall_verdict *v);

/* "rspamd/3.4", as it calls itself. ERR_TEMP. */
MUST_USE err rspamd_version(struct rspamd *r, struct arena *a, int64_t deadline,
			    str *version);
