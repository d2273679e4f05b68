/* lists/autorespond.h: what a list answers by itself, whatever was written: to posts, to
 * its owners' mail and to commands, each with a text of its own.
 *
 *     TRY(autorespond(books, a, &(struct autorespond_mail){ .list = list, .what = MEANS_POST,
 *             .header = &h, .reverse_path = &path, .proven = true, .source = source }, &ends));
 *     if (ends) ... the mail goes no further
 *
 * Nobody hears more often than the grace period says, nor who may not be its sender, nor
 * a program (RFC 3834). A crash repeats the step, and the notice's source makes it one. */
#pragma once

#include "lists/books.h"
#include "mail/header.h"

struct autorespond_mail {
	const struct list_entry *list;
	enum meaning_kind what;
	const struct header *header;
	const struct address *reverse_path;
	bool proven; /* the return path is the sender's own */
	str source;  /* "17/dev@lists.example" */
};

/* *ends: the list's setting says that the mail goes no further. */
MUST_USE err autorespond(struct books *books, struct arena *a,
			 const struct autorespond_mail *m, bool *ends);
