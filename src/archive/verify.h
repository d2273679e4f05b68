/* archive/verify.h: does the archive hold what it says, and building anew what can
 * be built from the messages. */
#pragma once

#include "store/store.h"

struct verify_result {
	int64_t posts, unreadable,
		changed; /* changed: the message is not what was indexed */
};

/* Reads every post of a list (0: of all) and compares it with its row and blob;
 * report (may be NULL) hears of each that is not well. ERR_IO: the index is damaged. */
MUST_USE err archive_verify(struct book *b, int64_t list,
			    void (*report)(void *arg, int64_t list, int64_t number,
					   const char *what),
			    void *arg, struct verify_result *r);

/* Threads of a list anew, what the rows of its posts say, read in this charset where they
 * declare none, and the words of all posts of all lists, from their messages, in one
 * transaction. */
MUST_USE err archive_reindex(struct book *b, int64_t list, str charset, int64_t *posts);
