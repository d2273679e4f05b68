/* smtp/judge.h: whether a whole message may be had at all, before anybody looks
 * at what it says. Pure. */
#pragma once

#include "mail/header.h"
#include "smtp/reply.h"

enum {
	SMTP_HOPS_MAX = 50
}; /* RFC 5321 section 6.3 asks for 100 at least where nothing else
    * stops loops; list and forwarding loops are ours to stop */

/* False, with the refusal: the header block is too large (552 5.3.4): with
 * what we add (HEADER_ROOM) it could not be read; is no header
 * block (554 5.6.0), or the message has been through too many servers (554 5.4.6). */
bool smtp_judge(struct arena *a, str text, struct header *h, struct smtp_reply *r);
