/* lists/complaint_inside.h: the files of complaint.h among themselves. */
#pragma once

#include "lists/books.h"
#include "mail/arf.h"
#include "mail/header.h"
#include "store/inbound/message.h"

struct culprit {
	const struct list_entry *list;
	int64_t member; /* 0: no copy of ours */
	bool named;     /* by words alone, without a tag of ours */
};

/* Of a report that bears no tag: the member whom it names, where the server of that
 * mailbox has proven to have written it and the ledger has a copy of the post that it
 * returns, which went to that member. Leaves *who alone otherwise. */
MUST_USE err complaint_by_name(struct books *books, struct arena *a,
			       const struct inbound_message *arrival,
			       const struct header *header, const struct arf *r,
			       struct culprit *who);
