/* lists/sort.h: an arrival, recipient by recipient, to where it belongs. This is
 * the role post's one job; everything it does is safe to do twice. */
#pragma once

#include "lists/books.h"
#include "store/inbound/message.h"

/* Deals with one message for all of its recipients and takes it off the inbound
 * book. ERR_TEMP, ERR_IO: nothing was taken off; try again later. */
MUST_USE err arrival_sort(struct books *books, struct arena *a,
			  const struct inbound_message *m);
