/* wall/context.h: what engines are told of a message beside its octets: who sent it to
 * whom, and from where.
 *
 *     struct wall_context c = { .client = STR("192.0.2.7"), .reverse_path = path, … };
 *     wall_ask(a, channel, message, &c, within_ms, &verdict);
 *
 * Texts come from outside: whoever puts one into a protocol of lines leaves out what would
 * end a line there. */
#pragma once

#include "base/arena.h"

enum { WALL_RECIPIENTS_MAX = 1000, WALL_CONTEXT_MAX = 1024 * 1024 };

struct wall_context {
	bool is_file; /* not a message: a file that was put here; name is the file's */
	str name;
	str client;      /* "192.0.2.1"; empty: it came from within */
	str client_name; /* what DNS calls that; empty: nobody asked */
	str helo;
	str reverse_path; /* without < >; empty: <> */
	const str *to;    /* at most WALL_RECIPIENTS_MAX of them */
	size_t to_count;
	int64_t account; /* person who signed in; 0: none */
	str queue_id;    /* by which the log names the message; may be empty */
	bool tls;
};

str wall_context_json(struct arena *a, const struct wall_context *c);

/* False, with nothing written, for what wall_context_json did not write. */
bool wall_context_read(struct arena *a, str json, struct wall_context *c);
