/* lists/bounce.h: mail that came back to a copy's return path, or to LIST-bounces. What
 * it reports is entered in the ledger, at the post that it is about; what follows of that
 * is score_run.h's. The path itself names the member; the bare address does not, so there
 * a report counts only of who was sent the post that it returns. */
#pragma once

#include "lists/books.h"
#include "mail/header.h"
#include "store/inbound/message.h"

struct bounce_mail {
	const struct inbound_message *arrival;
	str message;
	const struct header *header;
	const struct list_entry *list;
	int64_t member; /* 0: the bare address */
	bool probe;     /* it came to the path of a probe */
};

/* *unread: it is neither a report that can be read nor an answer of a program, and the
 * caller takes it to where such mail goes. Twice for one arrival is fine. */
MUST_USE err bounce_take(struct books *books, struct arena *a,
			 const struct bounce_mail *x, bool *unread);
