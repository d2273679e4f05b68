/* lists/sort_inside.h: what arrivals.c and sort.c share. */
#pragma once

#include "lists/books.h"
#include "mail/header.h"
#include "store/inbound/message.h"

struct sorting { /* one recipient of one arrival */
	struct books *books;
	struct arena *a;
	const struct inbound_message *arrival;
	const struct inbound_recipient *recipient;
	str message;
	struct header header;
	struct address reverse_path;
	struct meaning meaning;
	err broken;    /* why nothing at all can be done with the message */
	bool together; /* in a transaction of the outbound book with others */
	const struct inbound_recipient *foreign; /* of a submission */
	size_t foreign_count;
};

/* Whether all that is written for the recipient stands in the outbound book, and nothing
 * of it before the rest. */
bool sort_only_leaves(struct sorting *s);

/* The recipient to where it belongs. ERR_TEMP, ERR_IO: to be tried again. */
MUST_USE err sort_take(struct sorting *s);

/* Tells whoever may be told that the recipient cannot be served, and why. */
MUST_USE err sort_give_up(struct sorting *s, err why);

/* Runs act; where it fails, what it wrote is undone as a whole, and what was written with
 * it for other mail stays. */
MUST_USE err sort_in_part(struct sorting *s, err (*act)(struct sorting *s));

/* A line in the ledger about the recipient. */
MUST_USE err sort_note(struct sorting *s, const char *what, str detail);
