/* store/archive/facts.h: what ranking, counting and the conditions of a search need of each
 * post, close together: a row of post is looked up and read fifty times slower. The rows of
 * the table facts hold FACTS_BLOCK posts each; where one is missing, as a post of it came or
 * changed, the same is read from post.
 *
 *     struct facts f;
 *     struct fact x;
 *     facts_begin(b, &f);
 *     TRY(facts_of(&f, id, &x)); newest first is cheapest
 *     TRY(facts_end(&f));
 */
#pragma once

#include "store/store.h"

enum {
	FACTS_BLOCK = 252, /* posts; the triggers of archive-008.sql have it, too */
	FACT_OCTETS = 16   /* a block fills a page of the book */
};

struct fact {
	int64_t list;   /* 0: there is no such post; ids up to a million */
	int64_t thread; /* id */
	int64_t date;   /* seconds, from 1970 to 2106 */
	/* A hash of the address in lower case. It counts who wrote most of what was found:
	 * where 5,000 did, one of them shares it with one of the ten that are shown in one
	 * search of 100,000. Whoever finds an address that shares somebody's adds to the
	 * count of both, no more: what is found does not ask it. */
	uint32_t author;
	unsigned flags; /* enum archive_flag */
	bool attached;
};

struct facts {
	struct book *book;
	struct rows rows; /* of the table, going down */
	bool reading;
	int64_t at;    /* the block on which it stands */
	int64_t block; /* the one that was asked for last; -1: none */
	unsigned char bytes[FACTS_BLOCK * FACT_OCTETS];
};

void facts_begin(struct book *b, struct facts *f);
MUST_USE err facts_of(struct facts *f, int64_t id, struct fact *x);
MUST_USE err facts_end(struct facts *f); /* always, also after a failure */

/* Makes some of the missing rows, in the caller's transaction; never the newest, to which
 * posts still come. And: is there one to make? */
MUST_USE err facts_fill(struct book *b);
MUST_USE err facts_missing(struct book *b, bool *missing);
