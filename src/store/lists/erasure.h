/* store/lists/erasure.h: persons who have gone for good. The row is what is known of one
 * while the archive is being rewritten, and goes when that is done.
 *
 *     TRY(erasure_add(b, &e));
 *     TRY(erasure_scrub(b, address, e.pseudonym, now));     -- each address
 *     while (erasure_next(b, a, &e, &found), found) ... erasure_progress ... erasure_end
 */
#pragma once

#include "store/store.h"

struct erasure_row {
	int64_t id;
	str addresses; /* keys, one a line */
	str names;     /* one a line */
	str pseudonym; /* "former-3f2a" */
	int64_t begun_at;
	int64_t after;  /* the archive's post up to which it has come */
	int64_t posts;  /* changed so far */
	int64_t missed; /* posts that could not be given it: the log says which */
};

MUST_USE err erasure_add(struct book *b, struct erasure_row *e); /* sets id */
MUST_USE err erasure_next(struct book *b, struct arena *a, struct erasure_row *e,
			  bool *found); /* the oldest */
MUST_USE err erasure_progress(struct book *b, const struct erasure_row *e);
MUST_USE err erasure_end(struct book *b, int64_t id);

/* What names the address in this book beside its person, as store/personal.def says: posts
 * of it that wait are discarded; decided ones, bounces, memory of duplicates and the audit
 * bear the pseudonym; requests, plans, tokens, answers and targets of aliases go. Bans stay: they
 * name it on purpose. So stays an address of which this one is but the end or the beginning. */
MUST_USE err erasure_scrub(struct book *b, str address, str pseudonym, int64_t now);

/* What a person had asked for by pages, once it is done. */
MUST_USE err erasure_scrub_orders(struct book *b, int64_t person);
