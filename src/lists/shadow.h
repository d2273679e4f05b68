/* lists/shadow.h: a list in shadow (setting `shadow`) receives, archives and shows as any
 * other, and not one mail of it leaves: neither posts nor digests, nor notices, answers or
 * what its owners are written. Each copy that would have left is an entry "shadowed" of the
 * ledger, so it can be counted, and is never sent later.
 *
 * Whoever queues mail of a list does it by this:
 *
 *     TRY(shadow_deliver(books, a, list->address, &m, copies, count));
 */
#pragma once

#include "lists/books.h"
#include "store/outbound/delivery.h"
#include "store/outbound/message.h"

MUST_USE err shadow_is(struct books *books, struct arena *a,
		       const struct list_entry *list, bool *yes);

/* Adds deliveries to *m, or says in the ledger that it did not. address: the list's, or
 * one of its own (-owner); "" or another's: no list's mail. */
MUST_USE err shadow_deliver(struct books *books, struct arena *a, str address,
			    const struct outbound_message *m, struct delivery *d,
			    size_t n);

/* Copies of a list that would have left so far, of how many messages. */
MUST_USE err shadow_count(struct books *books, const struct list_entry *list,
			  int64_t *messages, int64_t *copies);
