/* smtp/reply.h: what the server says: a code, an enhanced status (RFC 2034,
 * RFC 5248) and words for people.
 *
 *     smtp_say(reply, 550, "5.1.1", STR("no such address here"));
 *     smtp_reply_add(&out, reply);    // "550 5.1.1 no such address here\r\n"
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* What follows the reply. */
enum smtp_next {
	SMTP_GO_ON,
	SMTP_CLOSE,    /* say it, then close */
	SMTP_STARTTLS, /* say it, then the handshake */
	SMTP_BODY,     /* DATA: say it, then read to the lone dot */
	SMTP_CHUNK,    /* BDAT: say nothing yet, read session->chunk.size octets first */
};

struct smtp_reply {
	int code;
	const char *status; /* "2.1.5"; "" where RFC 2034 wants none: EHLO, 3yz */
	str text;           /* one line, or several separated by LF */
	enum smtp_next next;
};

static inline void smtp_say(struct smtp_reply *r, int code, const char *status, str text)
{
	*r = (struct smtp_reply){ code, status, text, SMTP_GO_ON };
}

static inline bool smtp_is_yes(const struct smtp_reply *r)
{
	return r->code / 100 == 2;
}

/* Adds the reply as it goes over the wire, a multi-line one with "250-".
 * Control characters in the text become "?": a reply cannot be split by what a
 * peer made us repeat. */
void smtp_reply_add(struct buf *out, const struct smtp_reply *r);

/* The reply that fits a failure: SYNTAX 501 5.5.4, LIMIT 552 5.3.4, DENIED
 * 550 5.7.1, NOTFOUND 550 5.1.1, TEMP and IO 451 4.3.0, with its text. */
void smtp_reply_from(struct smtp_reply *r, err e);
