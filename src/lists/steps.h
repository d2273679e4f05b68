/* lists/steps.h: from the post as it came to the copy that leaves. The steps are
 * one table, steps.def. */
#pragma once

#include "base/buf.h"
#include "lists/audience.h"
#include "lists/books.h"
#include "lists/rules.h"

struct outgoing {
	const struct post *post; /* with the list's own words, once they are in it */
	const struct post *bare; /* without them, and with its files; NULL: as post */
	str marks;           /* in them: of what each copy says of its reader; or "" */
	str words;           /* where they stand, for the ledger; or empty */
	int64_t links;       /* files that are links in the copies */
	int64_t number;      /* in the archive; 0: not archived */
	int64_t digest_post; /* among those for digests; 0: no digest will have it */
	struct arena *a;     /* of the run */
	str *drop;           /* header fields that go */
	size_t drop_count, drop_room;
	struct buf prepend, append; /* fields that come */
	str personal;               /* fields of each copy, with {leave} */
	bool replies_taken;         /* the list has written Reply-To */
	bool cc_taken;              /* and Cc: what stands there now */
	str cc;
	bool author_signed; /* From stays, and rests on the author's signature alone */
	str body;   /* that takes the place of the post\'s; empty: the post\'s own */
	str author; /* what became of From and why, for the ledger */
	struct audience audience; /* who is passed over */
};

/* Runs all steps. */
MUST_USE err steps_run(struct books *books, struct arena *a, struct outgoing *out);

/* The header as it leaves, without what is each copy's own. */
str steps_header(struct arena *a, const struct outgoing *out);

/* The field that each copy of a list's has of its own: how to leave it (RFC 8058). */
str steps_leave(struct books *books, struct arena *a, const struct list_entry *list);

/* The post as an anonymous list keeps it: without what names its author. */
MUST_USE err steps_anonymous(struct books *books, struct arena *a, const struct post *p,
			     str *message);

struct step_doc {
	const char *name, *text;
};
const struct step_doc *step_docs(size_t *count);
