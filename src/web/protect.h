/* web/protect.h: [web] protect: folders that not everybody reads, as
 * PATH=WHO words: "/internal=members:dev@example.org, /lists/=signed-in".
 * WHO is signed-in, admin or members:LIST.
 *
 *     TRY(protect_parse(a, conf.web_protect, &p));
 *     const struct protect_row *row = protect_find(&p, q);
 */
#pragma once

#include "web/request.h"

enum protect_who { PROTECT_SIGNED_IN, PROTECT_ADMIN, PROTECT_MEMBERS };

struct protect_row {
	const str *segments;
	size_t count;
	enum protect_who who;
	str list; /* PROTECT_MEMBERS */
};

struct protect {
	const struct protect_row *rows;
	size_t count;
};

/* ERR_SYNTAX: names the word and what would be right. */
MUST_USE err protect_parse(struct arena *a, str words, struct protect *p);

/* The row with the longest path that holds the request's; NULL: none. */
const struct protect_row *protect_find(const struct protect *p, const struct request *q);
