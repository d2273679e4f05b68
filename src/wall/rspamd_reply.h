/* wall/rspamd_reply.h: what rspamd answers to /checkv2
 * (https://rspamd.com/doc/developers/protocol.html), as a finding and as fields that it wants
 * in front of the message.
 *
 *     TRY(rspamd_reply_read(a, body, &f, &verdict));
 */
#pragma once

#include "base/err.h"
#include "wall/verdict.h"

enum { RSPAMD_REPLY_MAX = 1024 * 1024 };

/* Fills in f->result, passing, signature and why, and adds the edits to v. An action that
 * rspamd_actions.def does not know, a site's own, is suspicious. ERR_SYNTAX: not an answer of
 * rspamd; f and v are as they were. */
MUST_USE err rspamd_reply_read(struct arena *a, str body, struct wall_finding *f,
			       struct wall_verdict *v);
