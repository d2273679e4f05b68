/* mail/bounce.h: what a mail that came back says: which address failed, for good or
 * for now, and of what kind the failure is. Reads delivery reports (RFC 3464) and the
 * many shapes that servers sent before and beside them (bounce.def).
 *
 *     struct bounce b;
 *     TRY(bounce_read(a, message, &b));
 *     for (size_t i = 0; i < b.count; i++)
 *             if (b.failures[i].permanent && b.failures[i].class == BOUNCE_MAILBOX) ...
 *
 * It believes what it reads: whether the report itself is to be believed is the
 * caller's to know (the return path's MAC, or a Message-ID of ours). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* What a failure says, and so who is to blame for it. */
enum bounce_class {
	BOUNCE_OTHER,   /* nothing that can be told apart */
	BOUNCE_MAILBOX, /* the mailbox is unknown, gone or closed: 5.1.1, 5.1.6, 5.2.1 */
	BOUNCE_DOMAIN,  /* its domain or host is gone: 5.1.2, 5.4.4, null MX */
	BOUNCE_FULL,    /* it is full: 4.2.2, 5.2.2 */
	BOUNCE_POLICY,  /* the sender, its server or the content is not wanted: 5.7.x */
	BOUNCE_MESSAGE, /* this message cannot be had there: size, form: 5.2.3, 5.3.4, 5.6.x */
	BOUNCE_NETWORK, /* the way there: 4.4.x, 5.4.x, a server in trouble */
};
const char *bounce_class_word(enum bounce_class c);

struct bounce_failure {
	str address; /* as the report spells it, without < > */
	bool permanent;
	enum bounce_class class;
	str status;     /* "5.1.1", the most telling that is said; or empty */
	str diagnostic; /* the remote's words, or empty */
	str remote;     /* the server that said so, or empty */
};

struct bounce {
	struct bounce_failure *failures; /* each address once */
	size_t count;                    /* 0: no report of a failure */
	str message_id;     /* of the mail that came back or that the report answers,
			 * without < >; or empty */
	const char *format; /* "rfc3464", "x-failed-recipients", or the row of
			     * bounce.def that knew it; NULL: none */
};

/* Reads a whole message; what it finds are views and lives in a. A vacation answer,
 * a success or a mail of a person gives count 0. ERR_LIMIT: as mime_parse. */
MUST_USE err bounce_read(struct arena *a, str message, struct bounce *b);

/* The class of a server's reply: its enhanced status code ("5.1.1", or empty) and its
 * words, which decide where the code is missing or is one that servers misuse. */
enum bounce_class bounce_classify(str status, str words);
