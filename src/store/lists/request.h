/* store/lists/request.h: people who wait for a moderator to be let in, or out. */
#pragma once

#include "store/store.h"

struct request_row {
	int64_t id, list;
	str address, name;
	int64_t asked_at; /* seconds */
	bool leaves;      /* it is a member, who wants to leave */
};

/* Sets r->id; who asks twice waits since the first time, who asks for
 * the contrary asks anew. */
MUST_USE err request_add(struct book *b, struct request_row *r);

/* ERR_NOTFOUND: answered already. */
MUST_USE err request_get(struct book *b, struct arena *a, int64_t id,
			 struct request_row *r);
MUST_USE err request_list(struct book *b, struct arena *a, int64_t list,
			  struct request_row **r, size_t *count); /* oldest first */

/* Those of an address, of whatever list. */
MUST_USE err request_by_address(struct book *b, struct arena *a, str address,
				struct request_row **r, size_t *count);

/* A member's wish to leave is that of the membership at its other address, which asks to join
 * no more. */
MUST_USE err request_readdress(struct book *b, int64_t list, str from, str to);

struct request_end {
	str verdict; /* granted, refused */
	str note;    /* the answer, or empty */
	str by, via; /* page, link, mail, command, API */
	int64_t at;  /* seconds */
};

/* It waits no longer, and it is kept what became of it. ERR_NOTFOUND: somebody else
 * answered it. */
MUST_USE err request_end(struct book *b, int64_t id, const struct request_end *how);

struct request_handled {
	struct request_row was;
	struct request_end end;
};

/* The newest of a list first. */
MUST_USE err request_handled(struct book *b, struct arena *a, int64_t list, size_t limit,
			     struct request_handled **r, size_t *count);

/* Of an address (without ASCII case), of whatever list. */
MUST_USE err request_handled_by_address(struct book *b, struct arena *a, str address,
					struct request_handled **r, size_t *count);

/* Forgets those handled before that time. */
MUST_USE err request_expire(struct book *b, int64_t before, int64_t *gone);
