/* lists/challenge.h: a post in a member's name that nothing proves is shown to that
 * member, who says whether it is theirs (authenticate=challenge). A mail with a token
 * goes to the From address; the button behind it, or an answer, releases the post.
 *
 *     TRY(challenge_ask(books, a, &post, held, &asked));
 *     if (!asked) ... the moderators are told, as of any held post */
#pragma once

#include "lists/rules.h"
#include "lists/books.h"

/* Asks the author of a held post, where the rule proof held it and the list wants that. Not
 * asked, since it would bother a stranger: who is no member, whose domain disowns the
 * client (SPF fail) or the mail (DMARC, p=reject), the sender of automatic mail, and who
 * was asked three times today. Idempotent by p->source. */
MUST_USE err challenge_ask(struct books *books, struct arena *a, const struct post *p,
			   const char *rule, int64_t held, bool *asked);

/* Those that were not answered in time: the moderators of the list are told now. */
MUST_USE err challenge_expire(struct books *books, struct arena *a, int64_t now);
