/* smtp/answer.h: reading what a server says, line by line (RFC 5321 section
 * 4.2). No I/O.
 *
 *     struct smtp_answer x = { 0 };
 *     smtp_answer_line(&x, STR("250-2.1.5 one\r\n"), &whole);   // whole: false
 *     smtp_answer_line(&x, STR("250 2.1.5 two\r\n"), &whole);   // whole: true
 *     x.code == 250, x.status == "2.1.5", x.text == "one\ntwo"
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum {
	SMTP_ANSWER_TEXT = 512,  /* octets of text that are kept */
	SMTP_ANSWER_LINES = 128, /* lines of one answer */
	SMTP_ANSWER_LINE = 2048, /* octets of a line; RFC 5321 says 512 */
};

struct smtp_answer {
	int code;
	char status[12]; /* "5.1.1", or "": none was given or it contradicts the code */
	unsigned lines;
	size_t n;
	char text
		[SMTP_ANSWER_TEXT]; /* lines separated by LF, control characters as "?" */
};

static inline str smtp_answer_text(const struct smtp_answer *x)
{
	return (str){ x->text, x->n };
}

/* Takes the next line. The first line of an answer sets code; *whole is true at
 * its last. Set .lines to 0 before the next answer (smtp_answer_reset).
 * ERR_SYNTAX: no reply line, or another code than the line before.
 * ERR_LIMIT: too many lines. */
MUST_USE err smtp_answer_line(struct smtp_answer *x, str line, bool *whole);
static inline void smtp_answer_reset(struct smtp_answer *x)
{
	x->code = 0, x->status[0] = 0, x->lines = 0, x->n = 0;
}

struct smtp_offers { /* what the EHLO answer offers */
	bool pipelining, chunking, starttls, eight_bit, utf8, dsn, size_known;
	bool require_tls; /* RFC 8689 */
	int64_t size;     /* SIZE's limit; 0: none told */
	int64_t mail_max; /* LIMITS MAILMAX (RFC 9422); 0: none told */
	int64_t rcpt_max; /* LIMITS RCPTMAX; 0: none told */
};

/* One line of the EHLO answer, without code: "SIZE 50000000". Unknown ones pass. */
void smtp_offer(struct smtp_offers *o, str line);
