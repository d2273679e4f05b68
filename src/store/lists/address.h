/* store/lists/address.h: whose an address is. The key is mail/address.h's
 * address_key(); the text is as its owner writes it. */
#pragma once

#include "store/store.h"

struct address_row {
	int64_t id, person;
	str key, text;
	int64_t verified_at; /* seconds; 0: not shown to be theirs yet */
};

/* ERR_NOTFOUND: nobody's. */
MUST_USE err address_find(struct book *b, struct arena *a, str key,
			  struct address_row *x);
MUST_USE err address_get(struct book *b, struct arena *a, int64_t id,
			 struct address_row *x);

/* ERR_DENIED: it is somebody's already. */
MUST_USE err address_add(struct book *b, int64_t person, str key, str text, int64_t *id);

/* The row of that key; where there is none, a new address of a new person of that
 * name, not verified. A person who has no name yet gets this one. */
MUST_USE err address_ensure(struct book *b, struct arena *a, str key, str text, str name,
			    int64_t now, struct address_row *x);

MUST_USE err address_verify(struct book *b, int64_t id,
			    int64_t now); /* 0: not theirs any more */

/* Gives an address to another person, with its memberships but those that are the other's
 * own (member_row.follows) and can go to another of theirs; the one who has none left after
 * that goes. */
MUST_USE err address_move(struct book *b, int64_t id, int64_t person);

/* With its memberships, but those as above, and roles; a person's last one takes the person
 * along. */
MUST_USE err address_remove(struct book *b, int64_t id);

/* The one that stands for the person first (person_prefer), then the oldest. */
MUST_USE err address_of_person(struct book *b, struct arena *a, int64_t person,
			       struct address_row **x, size_t *count);

/* Everybody's, in order of person and address; by position, for programs that count in pages. */
MUST_USE err address_list_all(struct book *b, struct arena *a, size_t skip, size_t limit,
			      struct address_row **x, size_t *count);
MUST_USE err address_count(struct book *b, int64_t *count);
