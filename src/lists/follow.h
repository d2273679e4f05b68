/* lists/follow.h: threads by mail, for who does not get the list's posts anyway. Each new post of a
 * thread goes to who follows it as members get it, in a message of its own with two differences:
 * List-Unsubscribe ends that follow alone, and the return path names the follow, as a number below
 * zero where a member's stands. Who may not read the archive any more follows no more. */
#pragma once

#include "lists/steps.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

enum {
	FOLLOW_MOST = 500,          /* threads of a person */
	FOLLOW_QUIET = 365 * 86400, /* seconds without a post, then it ends */
};

/* The copies of a post that has gone to the members: like m, and the text that left. To be called
 * when out->audience has all the lists whose members have it. A message of its own, idempotent by
 * its source. */
MUST_USE err follow_send(struct books *books, struct arena *a, const struct outgoing *out,
			 const struct outbound_message *m, str text);

/* Begins and ends one's own; *number is a post of the thread. ERR_DENIED: no address is shown to be
 * the person's, or there are FOLLOW_MOST. ERR_NOTFOUND: no such thread. */
MUST_USE err follow_begin(struct books *books, struct arena *a,
			  const struct list_entry *list, int64_t person, int64_t number);
MUST_USE err follow_end(struct books *books, struct arena *a,
			const struct list_entry *list, int64_t person, int64_t number);

/* The button of the link in a copy. ERR_DENIED: it was not made for that list. What has ended is
 * ended. */
MUST_USE err follow_end_by_link(struct books *books, struct arena *a,
				const struct list_entry *list, str token);

/* Whether a link's or a return path's number is that of a follow. */
bool follow_is_number(int64_t member);

/* A copy of a follow came back, or was reported as unwanted: where that says that the mailbox is
 * gone or nobody wants it, the follow ends. What is passing, and what a server thinks of the
 * message, counts for nothing: there is no score, since it is begun again by one button. */
MUST_USE err follow_came_back(struct books *books, const struct ledger_entry *e);
