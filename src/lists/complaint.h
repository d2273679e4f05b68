/* lists/complaint.h: feedback reports (ARF, RFC 5965) that a provider sends when somebody
 * marked a copy of a post as unwanted. What names the member is a tag of ours in it: the
 * copy's return path or its leave link, which only that copy bears. Providers cut out
 * the recipient's address, and anybody could write one: of copies without a tag it is
 * heard only from the server of that very mailbox (complaint_named.c), and the member asked. */
#pragma once

#include "lists/books.h"
#include "mail/header.h"
#include "store/inbound/message.h"

/* Enters it in the ledger, where score_run.h finds it. *taken: it is a complaint about a
 * copy of ours. Twice for one arrival is fine. */
MUST_USE err complaint_take(struct books *books, struct arena *a,
			    const struct inbound_message *arrival, str message,
			    const struct header *header, bool *taken);
