/* store/archive/redaction.h: what owners did to posts of the archive, and the messages that
 * they took out of sight until they show them again (blob.h reads and packs). */
#pragma once

#include "store/store.h"

struct redaction_row {
	int64_t id, list, post, number;
	str what;          /* a row of archive/redact.def */
	int64_t at;        /* seconds */
	str actor, reason; /* an address or "command"; one line */
	str detail;        /* which part, which thread; "" */
	int64_t clean_at;  /* since then no file holds what is gone; 0: one may */
};

/* r->id is filled in. */
MUST_USE err redaction_add(struct book *b, struct redaction_row *r);

/* All of a post, the oldest first. */
MUST_USE err redactions_of_post(struct book *b, struct arena *a, int64_t post,
				struct redaction_row **rows, size_t *count);

/* Those whose bytes may still stand in a file. */
MUST_USE err redactions_unclean(struct book *b, struct arena *a,
				struct redaction_row **rows, size_t *count);
MUST_USE err redaction_cleaned(struct book *b, int64_t id, int64_t at);

/* Who did it goes by another name from now on. */
MUST_USE err redaction_rename(struct book *b, str actor, str as);

/* ---- messages out of sight */

MUST_USE err archive_hidden_keep(struct book *b, int64_t post); /* as the blob is now */
MUST_USE err archive_hidden_drop(struct book *b, int64_t post);
MUST_USE err archive_hidden_next(struct book *b, int64_t after,
				 int64_t *post); /* 0: none */

/* ---- where owners put posts */

struct placed_row {
	int64_t post, parent; /* parent 0: it starts a thread */
};
MUST_USE err placed_put(struct book *b, int64_t list, int64_t post, int64_t parent);
MUST_USE err placed_drop(struct book *b, int64_t post);
MUST_USE err placed_of_list(struct book *b, struct arena *a, int64_t list,
			    struct placed_row **rows, size_t *count);
