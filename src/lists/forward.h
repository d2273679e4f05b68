/* lists/forward.h: mail that leaves as it came: aliases and role addresses, to
 * persons elsewhere, with an SRS return path (send adds an ARC seal), a member's
 * own mail to other sites, and bounces of such mail on their way back. All are
 * idempotent by the arrival's number. */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"
#include "store/inbound/message.h"

struct forward {
	const struct inbound_message *arrival;
	str message;                        /* the bytes */
	const struct inbound_recipient *to; /* as it was addressed */
	size_t to_count;
	str source; /* of what leaves; empty: made of the arrival and its address */
};

MUST_USE err forward_alias(struct books *books, struct arena *a, const struct forward *f,
			   const struct alias_entry *alias);
MUST_USE err forward_admin(struct books *books, struct arena *a, const struct forward *f);
MUST_USE err forward_owner(struct books *books, struct arena *a, const struct forward *f,
			   const struct list_entry *list);

/* An accepted post to the list's owners alone. Its source is the post's. */
MUST_USE err forward_post(struct books *books, struct arena *a, const struct post *p);
MUST_USE err forward_srs(struct books *books, struct arena *a, const struct forward *f);

/* A person's mail to all its foreign recipients, within that person's budget. */
MUST_USE err forward_submission(struct books *books, struct arena *a,
				const struct forward *f);
