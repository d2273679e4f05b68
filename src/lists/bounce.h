/* lists/bounce.h: a delivery report that came back to a copy's return path. The
 * path itself names the member; the report says what happened. */
#pragma once

#include "lists/books.h"
#include "store/inbound/message.h"

/* member: 0 where it came to the bare -bounces address. */
MUST_USE err bounce_take(struct books *books, struct arena *a,
			 const struct inbound_message *m, str message,
			 const struct list_entry *list, int64_t member);
