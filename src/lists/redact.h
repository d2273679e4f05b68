/* lists/redact.h: what the owners of a list do to its archive (archive/redact.h), with its row in
 * the audit, and what else keeps a post that is to go for good: digests that wait, copies that
 * have left, what trace shows. Then the books are written anew, so that no file holds it.
 *
 *     struct redaction x = { .list = list, .number = 17, .what = STR("hide"),
 *                            .reason = reason };
 *     TRY(list_redact(&books, a, &x, &by));
 *     do TRY(clean_continue(&books, a, &state, &more)); while (more);
 */
#pragma once

#include "lists/books.h"

struct redaction { /* what is asked for */
	const struct list_entry *list;
	int64_t number;
	str what;   /* hide show purge part address split merge undo */
	str reason; /* for owners; "" none */
	str address;
	bool all;        /* address: in all posts of the list */
	int64_t part;    /* part: as the page counts, from 0 */
	int64_t under;   /* merge: the post below which the thread goes */
	int64_t changed; /* address: in so many posts; else 1 */
};

/* One or, of an address in all posts, several transactions of the archive, each whole; the
 * same again does the rest. ERR_SYNTAX: no such act, or an argument that it cannot take.
 * Others as archive/redact.h says. */
MUST_USE err list_redact(struct books *books, struct arena *a, struct redaction *x,
			 const struct actor *by);

/* How far a process has come; zero at first. It may begin anew in another. */
struct cleaning {
	int64_t packed;   /* the post that was packed anew last */
	int64_t last;     /* of the redactions that the index is merged for; 0: none */
	int64_t seen;     /* the newest that was taken on */
	int64_t retry_at; /* clock_mono_ms: a copy that has not left is waited for */
};

/* A step of getting what is redacted out of the files: the books' writers wait for some of
 * them. *more: there are others. Only after a kill is anything done twice. */
MUST_USE err clean_continue(struct books *books, struct arena *a, struct cleaning *c,
			    bool *more);
