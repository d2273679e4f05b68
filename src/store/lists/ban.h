/* store/lists/ban.h: who may neither join nor post. */
#pragma once

#include "store/store.h"

enum { /* of a list, or of the site; each is asked about each post */
       BANS_MAX = 10000,
       BAN_EXPRESSIONS_MAX = 500 /* of them: no order finds these faster */
};

struct ban_row {
	int64_t id;
	int64_t list; /* 0: the whole site */
	str pattern;  /* address, @domain, or ^pattern */
	str reason;
	int64_t created_at;
};

MUST_USE err
ban_add(struct book *b,
	struct ban_row *x); /* sets id; twice is fine; ERR_DENIED: BANS_MAX others, or
			  * BAN_EXPRESSIONS_MAX others of its kind */
MUST_USE err ban_is(struct book *b, int64_t list, str pattern, bool *there);
MUST_USE err ban_remove(struct book *b, int64_t list, str pattern); /* ERR_NOTFOUND */

/* Of that list alone; 0: the site's. */
MUST_USE err ban_list(struct book *b, struct arena *a, int64_t list, struct ban_row **x,
		      size_t *count);

/* All that bear on a list: its own and the site's. */
MUST_USE err ban_for(struct book *b, struct arena *a, int64_t list, struct ban_row **x,
		     size_t *count);

/* A reason that names the held post of that subject names none from now on. */
MUST_USE err ban_forget_held(struct book *b, int64_t list, str subject);
