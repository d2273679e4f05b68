/* store/outbound/ledger.h: what became of every message and every recipient, in
 * order; only ever appended to (the table is called event). Whoever makes something
 * of its failures keeps the id up to which it has come as a cursor:
 *
 *     TRY(ledger_cursor(b, STR("bounce"), &after));
 *     TRY(ledger_failures(b, a, after, 200, &e, &count));
 *     ...
 *     TRY(ledger_set_cursor(b, STR("bounce"), e[count - 1].id));
 */
#pragma once

#include "store/store.h"

struct ledger_entry {
	int64_t id;
	int64_t at;      /* milliseconds */
	int64_t inbound; /* id of the arrival, 0 unknown */
	int64_t message; /* outbound message, 0 for none */
	str recipient;
	int64_t member; /* member id, 0 for none */
	str what;       /* a word of ledger.def */
	str detail;     /* as it says there */
	str class;      /* of a failure for good: mail/bounce.h's word; else "" */
	str status;     /* of such a failure: "5.1.1", or "" */
	int64_t report; /* the arrival that reported it, 0 where none did */
};

/* Appends entries and sets their ids. A fan-out is one entry "queued", not one a
 * copy: this table grows by what became of copies, which is enough. What stands one
 * after the other and differs in nothing but whom it was delivered to, and the reply,
 * becomes one row; that is seen here alone. */
MUST_USE err ledger_add(struct book *b, struct ledger_entry *e, size_t count);

/* All below: in order of id, after that id, at most limit. */
MUST_USE err ledger_after(struct book *b, struct arena *a, int64_t after, size_t limit,
			  struct ledger_entry **e, size_t *count);
MUST_USE err ledger_failures(struct book *b, struct arena *a, int64_t after, size_t limit,
			     struct ledger_entry **e, size_t *count);
MUST_USE err ledger_by_message(struct book *b, struct arena *a, int64_t message,
			       int64_t after, size_t limit, struct ledger_entry **e,
			       size_t *count);

/* Of an arrival and of every message that was made from it. */
MUST_USE err ledger_by_inbound(struct book *b, struct arena *a, int64_t inbound,
			       int64_t after, size_t limit, struct ledger_entry **e,
			       size_t *count);

/* Of every arrival and message that bears this Message-ID (without < >). */
MUST_USE err ledger_by_message_id(struct book *b, struct arena *a, str message_id,
				  int64_t after, size_t limit, struct ledger_entry **e,
				  size_t *count);

/* Of one recipient, ASCII case ignored; at most 10,000. */
MUST_USE err ledger_by_recipient(struct book *b, struct arena *a, str recipient,
				 int64_t after, size_t limit, struct ledger_entry **e,
				 size_t *count);

/* The same from the other end: the newest first, before that id (0: all). */
MUST_USE err ledger_newest_of(struct book *b, struct arena *a, str recipient,
			      int64_t before, size_t limit, struct ledger_entry **e,
			      size_t *count);

/* Of an arrival that could not be dealt with for a recipient. */
#define LEDGER_NOT_SERVED "not-served"

/* Of a copy that did not leave since its list is in shadow; the detail names the list. */
#define LEDGER_SHADOWED "shadowed"
MUST_USE err ledger_shadowed(struct book *b, str list, int64_t *messages,
			     int64_t *copies);

/* How many arrivals were so since then (ms). */
MUST_USE err ledger_not_served(struct book *b, int64_t since, int64_t *arrivals);

/* Whether what an arrival reported of a member stands there already. */
MUST_USE err ledger_has_report(struct book *b, int64_t report, int64_t member, bool *yes);

/* Whether a copy of the message went to the member, however it ended there. */
MUST_USE err ledger_went_to(struct book *b, int64_t message, int64_t member, bool *yes);

/* Whether a copy was delivered to the member since then (ms). Looks at the entries of
 * its address, so it is for rare questions. */
MUST_USE err ledger_delivered_since(struct book *b, struct arena *a, str recipient,
				    int64_t member, int64_t since, bool *yes);

/* Whether between those times (ms) anything of that member failed beside x's message: said
 * in session, or by a report at the copy's own return path; "bounce-named" is anybody's word.
 * As rare. */
MUST_USE err ledger_failed_before(struct book *b, struct arena *a,
				  const struct ledger_entry *x, int64_t from, int64_t to,
				  bool *yes);

/* Our own reports (kind "dsn") that were refused since then (ms): the ends of the line. */
MUST_USE err ledger_lost_reports(struct book *b, int64_t since, int64_t *count);

/* Those "kept" because of relay = outbox, newest first, before id (0: all). */
MUST_USE err ledger_kept(struct book *b, struct arena *a, int64_t before, size_t limit,
			 struct ledger_entry **e, size_t *count);

/* ERR_NOTFOUND: no such entry. */
MUST_USE err ledger_get(struct book *b, struct arena *a, int64_t id,
			struct ledger_entry *e);

MUST_USE err ledger_cursor(struct book *b, str name, int64_t *event); /* 0 at first */
MUST_USE err ledger_set_cursor(struct book *b, str name, int64_t event);

/* Forgets about limit entries before that time (ms). */
MUST_USE err ledger_expire(struct book *b, int64_t before, size_t limit, int64_t *gone);
