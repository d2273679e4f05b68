/* store/lists/preference.h: what somebody chose for all memberships of a person or of one
 * address. A membership has its own choices before those of its address, those before its
 * person's, those before the usual ones; what is in effect stands in each membership, and is
 * written there again whenever a level changes.
 *
 *     struct preference p = { .person = 17, .set = PREFERS_OFF, .off = true };
 *     TRY(preference_put(b, &p));   // no mail of any list, until that is taken back
 */
#pragma once

#include "store/store.h"

enum { /* a bit for each; member.own is written of them */
       PREFERS_OFF = 1,
       PREFERS_FORM = 2,
       PREFERS_OWN_POSTS = 4,
       PREFERS_COPIES = 8,
       PREFERS_ACKNOWLEDGE = 16,
       PREFERS_HIDDEN = 32,
       PREFERS_LANGUAGE = 64, /* not in member.own: there its text says it */
};

struct preference {
	int64_t person, address; /* whose: one of the two */
	unsigned set;            /* which are chosen; the others hold the usual */
	bool off;                /* no posts by mail */
	str form;                /* regular, mime, plain, summary */
	bool own_posts, copies, acknowledge, hidden;
	str language; /* of a person it stands in person.language */
};

/* What holds where nobody has chosen: none is set. */
struct preference preference_usual(void);

/* Of p->person or p->address, as p names one; where nothing is chosen, the usual. */
MUST_USE err preference_get(struct book *b, struct arena *a, struct preference *p);

/* What holds for a membership under that address that chooses nothing itself; set: what
 * somebody said. */
MUST_USE err preference_above(struct book *b, struct arena *a, int64_t address,
			      struct preference *p);

/* Writes all that is set, and brings the memberships into line. ERR_NOTFOUND: nobody. */
MUST_USE err preference_put(struct book *b, const struct preference *p);

/* Brings into line what memberships of an address inherit. */
MUST_USE err preference_spread(struct book *b, int64_t address);

/* In which language the address's owner reads mails about the list (0: about none): what the
 * membership says, else the address, else the person; or "". */
MUST_USE err preference_language(struct book *b, struct arena *a, int64_t list, str key,
				 str *language);
