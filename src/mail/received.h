/* mail/received.h: what a server wrote of the client that a message came from
 * (RFC 5321 section 4.4). The grammar leaves the client's address to comments, and
 * each program has its own.
 *
 *     struct received r;
 *     received_read(field->value, &r);
 *     if (r.kind == RECEIVED_FROM) ... r.client, r.helo
 *
 * Whether to believe it is the caller's question: anybody can write such a field. */
#pragma once

#include "base/str.h"
#include "net/addr.h"

enum received_kind {
	RECEIVED_FROM, /* from a client with an address */
	RECEIVED_HERE, /* no client is named: the message began at that server, or
			* the field is in no known form */
	RECEIVED_NOTE, /* about no hop at all, as qmail's second field of one hop */
};

struct received {
	enum received_kind kind;
	struct net_addr client; /* RECEIVED_FROM alone */
	str helo;               /* what the client called itself; may be empty */
	str by;                 /* the server that wrote the field; may be empty */
};

/* Where two addresses stand, the one counts that the server saw, not the one that the
 * client said. Texts are views of the value. */
void received_read(str value, struct received *out);
