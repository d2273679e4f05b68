/* lists/moderate_inside.h: what moderate.c, moderate_letters.c and decide.c share. */
#pragma once

#include "lists/moderate.h"
#include "store/lists/held.h"

/* The held post, its list and its bytes. ERR_DENIED: it was decided already. */
MUST_USE err moderate_fetch(struct books *books, struct arena *a, int64_t id,
			    struct held_row *h, struct post *p);

/* To each moderator, where they want that at once, a letter with a link of their own. */
MUST_USE err moderate_tell_all(struct books *books, struct arena *a, const struct post *p,
			       const struct held_row *h);

/* To its author, as below: that it waits, and by which link they take it back. */
MUST_USE err moderate_tell_waits(struct books *books, struct arena *a,
				 const struct post *p, const struct held_row *h);

/* A notice to an author who is proven: a forged From must not make us bother a stranger. */
MUST_USE err moderate_tell_author(struct books *books, struct arena *a,
				  const struct post *p, const struct held_row *h,
				  const char *name, str reason);

/* Whether it is shown that the author wrote it, for whoever gets a letter about it. */
str moderate_proof(const struct post *p);

/* Counts a letter to people who have not asked for it, of the list, this day. */
MUST_USE err moderate_may_send(struct books *books, struct arena *a, const char *what,
			       const struct post *p, int64_t most, bool *may);

/* A line of the ledger about it. */
MUST_USE err moderate_record(struct books *books, const struct held_row *h, str list,
			     str what, str detail);

/* Kept for whoever looks for it (filter_action=preserve); nobody is told. */
bool moderate_is_quiet(str rule, const struct settings *s);

struct ending {
	str verdict, note;
	str detail; /* for the ledger; "": by whom */
	str also;   /* for the audit: what else was done; or "" */
	/* done in the same transaction; or NULL */
	err (*act)(struct books *books, struct arena *a, const struct held_row *h,
		   const struct post *p);
};

/* It waits no longer: row, audit and what else belongs to it in one transaction. */
MUST_USE err moderate_end(struct books *books, struct arena *a, const struct held_row *h,
			  const struct post *p, const struct ending *x,
			  const struct actor *by);
