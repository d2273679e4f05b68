/* web/pages/trace_inside.h: the page /trace among its own files.
 *
 *     trace.c          the question, and what it may be about
 *     trace_sight.c    who may see what
 *     trace_message.c  one message, recipient by recipient
 *     trace_address.c  what an address wrote and was sent
 */
#pragma once

#include "lists/addressbook.h"
#include "store/lists/address.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "web/pages/forms.h"

enum sight { SEES_NOTHING, SEES_OUTCOME, SEES_ALL }; /* OUTCOME: addresses are masked */

struct looking {
	struct request *q;
	struct worker *w;
	struct address_row *own;
	size_t own_count;
	bool is_author;
	struct arrival arrival;
	struct outbound_message *made; /* from the arrival */
	size_t made_count;
	int64_t waiting; /* one of those made, which has deliveries to come */
};

/* One of the visitor's own addresses. */
bool trace_is_own(const struct looking *l, str key);

/* Of what went through that list; "": through none. */
enum sight trace_sight(const struct looking *l, str list);
bool trace_sees_any(const struct looking *l); /* of the message that was taken up */

struct copy_row {
	struct page_trace_recipients row;
	const char *counts;
};

/* What an entry says of a copy to that address. */
void trace_set_row(struct looking *l, struct copy_row *row, str address, enum sight s,
		   const struct ledger_entry *e);
MUST_USE err trace_show_message(struct looking *l, struct page_trace *p);

/* A page of what an address wrote, and of what was sent to it, newest first; the cursors
 * of what is older are put into p. */
MUST_USE err trace_by_author(struct looking *l, str author, struct page_trace *p);
MUST_USE err trace_by_recipient(struct looking *l, str address, struct page_trace *p);
