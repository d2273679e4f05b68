/* store/lists/bounce.h: what came back of a list's copies, for its health page; and
 * the mark by which each entry of the ledger counts once. */
#pragma once

#include "store/store.h"

struct bounce_row {
	int64_t id;
	int64_t list, member; /* the member may be gone */
	str address;
	int64_t at;        /* seconds */
	str class;         /* mail/bounce.h's word, or complaint */
	str status;        /* "5.1.1", or "" */
	str author_domain; /* of the post's author, or "" */
	str text;          /* the remote's words */
	str act;           /* what followed: score.def's word */
	double score;      /* after it */
	int64_t event;     /* the ledger's entry */
};

MUST_USE err bounced_add(struct book *b, struct bounce_row *x);

/* What was made of an entry. ERR_NOTFOUND: nothing yet. */
MUST_USE err bounced_by_event(struct book *b, struct arena *a, int64_t event,
			      struct bounce_row *x);

/* Newest first; class: only those, "" for all. */
MUST_USE err bounced_list(struct book *b, struct arena *a, int64_t list, str class,
			  int64_t since, size_t limit, struct bounce_row **x,
			  size_t *count);

/* Those of an address, without ASCII case, newest first. */
MUST_USE err bounced_by_address(struct book *b, struct arena *a, str address,
				size_t limit, struct bounce_row **x, size_t *count);

/* Refusals of one class by the author's domain and the recipients' domain, most of them
 * first. */
struct bounce_group {
	str author_domain, domain;
	int64_t times, members, last; /* last: seconds */
	str text;                     /* of the last one */
};
MUST_USE err bounced_groups(struct book *b, struct arena *a, int64_t list, str class,
			    int64_t since, size_t limit, struct bounce_group **x,
			    size_t *count);

MUST_USE err bounced_expire(struct book *b, int64_t before, int64_t *gone);
