/* smtp/data.h: the octets of a message as they come, by DATA or BDAT: where it
 * ends, and whether it may be had at all. No I/O and no copy.
 *
 *     smtp_data_start(&d, true, max_size);
 *     while (!d.ended)
 *             input = str_skip(input, smtp_data_feed(&d, input, &text)); // keep text
 *
 * DATA ends at CRLF.CRLF and nowhere else. A CR or LF that stands alone makes
 * the message refused, after its real end: servers that take LF.LF or CRLF.LF
 * for an end are how a second message is smuggled inside a first. */
#pragma once

#include "base/str.h"
#include "smtp/reply.h"

enum smtp_data_flag {
	SMTP_DATA_BARE_CR = 1,
	SMTP_DATA_BARE_LF = 2,
	SMTP_DATA_NUL = 4,
	SMTP_DATA_TOO_LARGE = 8,
	SMTP_DATA_LONG_LINE = 16, /* over 998 octets: known, not refused */
	SMTP_DATA_REFUSED = 15,   /* any of those before it */
};

struct smtp_data {
	int64_t limit;
	int64_t size; /* octets of the message so far, also of those thrown away */
	unsigned flags;
	bool ended;

	/* for data.c alone */
	unsigned char state;
	bool dots;
	size_t line; /* octets of the line so far */
};

enum { SMTP_LINE_OCTETS = 998 }; /* RFC 5321 section 4.5.3.1.6, without CRLF */

/* dots: DATA. Without: BDAT, which ends when the caller says so. */
void smtp_data_start(struct smtp_data *d, bool dots, int64_t limit);

/* Takes a piece of input, at least an octet of it, and says how many. *text is what of
 * it belongs to the message: a view of input, empty once the message is refused. */
size_t smtp_data_feed(struct smtp_data *d, str input, str *text);

/* BDAT: the last chunk is in. A CR at the very end stood alone. True where the message
 * lacks its last CRLF. */
bool smtp_data_finish(struct smtp_data *d);

/* False, and the refusal, where flags make the message refused. */
bool smtp_data_fine(const struct smtp_data *d, struct smtp_reply *r);
