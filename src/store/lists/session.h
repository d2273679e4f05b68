/* store/lists/session.h: browsers that are signed in, by the SHA-256 of their
 * cookie. Times are seconds. */
#pragma once

#include "store/store.h"

struct session_row {
	int64_t person;
	int64_t created_at, seen_at, expires_at;
	int64_t proven_at; /* when its person showed last who they are */
	str client, agent;
	str hash; /* of the cookie; names the session on the account's page */
};

MUST_USE err session_add(struct book *b, str cookie, const struct session_row *s);

/* ERR_NOTFOUND: unknown or expired. */
MUST_USE err session_find(struct book *b, struct arena *a, str cookie, int64_t now,
			  struct session_row *s);

/* Seen now, valid until then. Not on every request: every write costs a sync. */
MUST_USE err session_touch(struct book *b, str cookie, int64_t now, int64_t expires_at);

/* Its person has shown just now who they are. */
MUST_USE err session_prove(struct book *b, str cookie, int64_t now);
MUST_USE err session_remove(struct book *b, str cookie);
MUST_USE err session_remove_hash(struct book *b, int64_t person,
				 str hash); /* ERR_NOTFOUND */

/* All of a person's, or all but the one of that cookie ("": none is spared). */
MUST_USE err session_remove_person(struct book *b, int64_t person, str but);
MUST_USE err session_list(struct book *b, struct arena *a, int64_t person,
			  struct session_row **s, size_t *count);
MUST_USE err session_expire(struct book *b, int64_t now, int64_t *gone);
