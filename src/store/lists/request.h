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

/* ERR_NOTFOUND: somebody else answered it. */
MUST_USE err request_remove(struct book *b, int64_t id);
