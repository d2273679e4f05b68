/* store/inbound/dmarc_seen.h: what DMARC made of mail, as smtpd counted it, on its way
 * to the outbound book, where reports are made of it (store/outbound/dmarc_tally.h,
 * dmarc_failure.h).
 *
 *     TRY(book_begin(inbound));
 *     for each kind:
 *             TRY(dmarc_seen_add(inbound, &row));
 *     TRY(book_commit(inbound));
 *
 *     TRY(dmarc_seen_next(inbound, a, after, 1000, &rows, &count));
 *     ... written to the outbound book together with the cursor ...
 *     TRY(dmarc_seen_done(inbound, rows[count - 1].id)); */
#pragma once

#include "store/store.h"

struct dmarc_seen {
	int64_t id;
	int64_t day;       /* since 1970, UTC */
	str domain;        /* whose record applied, lower case A-labels */
	str registrant;    /* the registered name that it is part of */
	str record;        /* the record, as DNS has it */
	str source_ip;     /* of the client that was judged */
	str disposition;   /* "pass", "none", "quarantine", "reject" */
	str dkim, spf;     /* aligned: "pass" or "fail" */
	str reason;        /* why it is not what the policy asks for; or "" */
	str comment;       /* the same in words, or "" */
	str header_from;   /* a domain */
	str envelope_from; /* a domain; "" is the null path */
	str spf_domain, spf_result;
	str signatures; /* "RESULT DOMAIN SELECTOR", a line each */
	int64_t messages;
	int64_t failed_at; /* seconds: for a report on the message itself, of which the
			    * first came then (RFC 9991); 0: for the daily one */
	str message_id;    /* of that first, without < >; or "" */
};

struct dmarc_signature { /* a line of signatures */
	str result, domain, selector;
};

/* Takes the next one off *lines. False: none is left, or that is no such line. */
static inline bool dmarc_signature_next(str *lines, struct dmarc_signature *s)
{
	str line;
	return str_line(lines, &line) && str_word(&line, &s->result)
	       && str_word(&line, &s->domain) && str_word(&line, &s->selector);
}

enum { DMARC_SEEN_MOST = 20000 }; /* rows that may wait for post */

/* Beyond DMARC_SEEN_MOST it adds nothing. */
MUST_USE err dmarc_seen_add(struct book *b, const struct dmarc_seen *x);

/* At most limit of those behind that id, in order. */
MUST_USE err dmarc_seen_next(struct book *b, struct arena *a, int64_t after, size_t limit,
			     struct dmarc_seen **x, size_t *count);

/* The highest id that there ever was in this book; 0: none. */
MUST_USE err dmarc_seen_last(struct book *b, int64_t *id);

/* Those up to that id go. */
MUST_USE err dmarc_seen_done(struct book *b, int64_t id);
