/* archive/pseudonym.h: somebody's posts go on standing, but not in their name. Their
 * addresses are replaced wherever they stand, the name in what they wrote and where it
 * stands beside one of these addresses, so never in words of others; of their own posts' headers only what holds threads together
 * and describes the body is left. What they wrote of themselves in other words stays:
 * nobody can find that.
 *
 *     struct pseudonym p = { .addresses = keys, .count = 2, .names = names,
 *             .name_count = 1, .as = STR("former-3f2a") };
 *     TRY(pseudonym_message(a, &p, message, &out));
 *     TRY(pseudonym_posts(b, a, &p, 50, &done, &more));
 */
#pragma once

#include "store/store.h"

struct pseudonym {
	const str *addresses; /* keys, in lower case */
	size_t count;
	const str
		*names; /* as others saw them (pseudonym_text.h: which are looked for) */
	size_t name_count;
	str as; /* "former-3f2a": its address is at hidden.invalid, which reaches nobody */
	bool address_only; /* names stay, and the header of their own posts: an address alone
			    * is to go */
};

/* *out is the message itself where it names them nowhere.
 * ERR_LIMIT: the header is beyond header.h's limits. */
MUST_USE err pseudonym_message(struct arena *a, const struct pseudonym *p, str message,
			       str *out);

/* The messages that owners took out of sight, all of them: they are few. */
MUST_USE err pseudonym_hidden(struct book *b, const struct pseudonym *p);
/* One of them. *changed: it named them; that, and where it is not hidden, is no failure. */
MUST_USE err pseudonym_hidden_post(struct book *b, struct arena *a,
				   const struct pseudonym *p, int64_t id, bool *changed);

struct pseudonym_done {
	int64_t after; /* the cursor; 0 at first */
	int64_t changed;
	int64_t missed; /* damaged, or beyond what is read: the name stays, and the log
			 * says where (erasure-left) */
};

/* The next posts, of every list: message, row and words of those that they wrote or that name
 * an address of theirs. At most limit are looked at, and no more than 16 MB of messages but for the
 * last. *more: there may be others. One transaction; the same again changes nothing. */
MUST_USE err pseudonym_posts(struct book *b, struct arena *a, const struct pseudonym *p,
			     size_t limit, struct pseudonym_done *d, bool *more);
