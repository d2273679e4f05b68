/* account/scope.h: what a token may of what its person may: words of scopes.def, each for
 * every list or for one.
 *
 *     TRY(scopes_read(a, STR("read members:17"), &s));  // 17: the list's id
 *     viewer.denied = scopes_denied(&s, list_id);       // for right_may
 */
#pragma once

#include "account/rights.h"
#include "base/arena.h"
#include "base/err.h"

enum { SCOPES_MOST = 32 };

struct scopes {
	struct scope_row {
		unsigned char scope;
		int64_t list; /* 0: every list, and what concerns none */
	} rows[SCOPES_MOST];
	size_t count;
};

/* Takes the next word off a text of scopes; empty at its end. */
str scope_next(str *text);

/* Words, apart by spaces or commas. ERR_SYNTAX: another word, none or too many. */
MUST_USE err scopes_read(struct arena *a, str text, struct scopes *s);

/* The bits of the rights that these scopes keep from their person there; list 0: where no
 * list is meant. */
uint64_t scopes_denied(const struct scopes *s, int64_t list);

/* Everything: nothing is ever denied. */
bool scopes_are_all(const struct scopes *s);

/* As scopes_read takes them; with names of lists in place of ids where name knows one. */
str scopes_text(struct arena *a, const struct scopes *s,
		str (*name)(void *ctx, int64_t list), void *ctx);

/* The scopes that would allow it, for RFC 6750 section 3: "members all". */
str scopes_granting(struct arena *a, enum right right);

/* One row of scopes.def; NULL behind the last. */
const char *scope_word(size_t i);
const char *scope_purpose(size_t i);
