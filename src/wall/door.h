/* wall/door.h: the talk between smtpd, or post, and the role wall: one question and one answer over
 * a socketpair of SOCK_SEQPACKET, the message as a descriptor, and beside it what is known
 * of it, as a second one where that is long.
 *
 *     socketpair(AF_UNIX, SOCK_SEQPACKET | …, 0, pair);       // smtpd; pair[1] goes to wall
 *     TRY(wall_ask(a, pair[0], message_fd, &context, 60000, &verdict));
 *
 *     TRY(wall_hear(a, fd, deadline, &q));                     // wall
 *     engines_scan(engines, a, &ask, &verdict);
 *     TRY(wall_answer(a, fd, &verdict));
 *
 * The descriptor's offset is shared: wall reads with pread. */
#pragma once

#include "base/err.h"
#include "wall/context.h"
#include "wall/verdict.h"

enum { WALL_MS_MAX = 600000 };

/* Waits for the answer as long as the question gives wall, and two seconds. c: NULL where
 * nothing is known of the message. ERR_TEMP: none came in time; ERR_IO: the role has ended,
 * or answers something else. */
MUST_USE err wall_ask(struct arena *a, int channel, int message,
		      const struct wall_context *c, int64_t within_ms,
		      struct wall_verdict *v);

/* What is written in a PDF: UTF-8, at most `most` octets. ERR_TEMP: nobody looks at it now: the role
 * is busy, restarting or short of something; ask again later. ERR_NOTFOUND: it has no pdftotext.
 * ERR_IO: it looked, and has ended, or does not answer. ERR_SYNTAX: the PDF cannot be read. */
MUST_USE err wall_ask_text(struct arena *a, int channel, int pdf, size_t most, str *text);

enum wall_wants { WALL_WANTS_VERDICT, WALL_WANTS_TEXT };

struct wall_question {
	enum wall_wants wants;
	int message;                 /* yours to close */
	struct wall_context context; /* WALL_WANTS_VERDICT: the arena's */
	size_t text_most;            /* WALL_WANTS_TEXT: octets */
	int64_t within_ms;           /* 1 to WALL_MS_MAX */
};

/* ERR_TEMP: none came by the deadline. ERR_SYNTAX: what came is no question. ERR_IO. */
MUST_USE err wall_hear(struct arena *a, int channel, int64_t deadline,
		       struct wall_question *q);
/* Before it looks at a PDF, which may take a while. ERR_IO: nobody waits for it any more. */
MUST_USE err wall_take_text(int channel);
/* failed: why there is no text; ERR_TEMP, ERR_IO: not now. */
MUST_USE err wall_answer_text(struct arena *a, int channel, str text, err failed);
MUST_USE err wall_answer(struct arena *a, int channel, const struct wall_verdict *v);
