/* lists/lent.h: whether a copy of ours would prove an author whom nothing has proven. SPF
 * passes for our domains, and send signs in their name: to whoever receives the copy that
 * is the proof of every From of our organization. So a stranger's From there becomes ours,
 * as a list's is for an author of a strict domain.
 *
 *     struct lent_mail m = { .header = &h, .trust = arrival->trust, .list = STR("") };
 *     if (lent_proof(books->conf, a, &m) == LENDS)
 *             from = lent_name(a, &author, STR("info"));       "Boss via info" */
#pragma once

#include "base/conf.h"
#include "mail/address.h"
#include "mail/header.h"
#include "trust/lends.h"

struct lent_mail {
	const struct header *header;
	str trust; /* as it is kept of the message */
	str list;  /* whose copies they are; empty for what is forwarded */
};

/* Of what From names, the most that a proof of ours does. A From that we cannot read
 * somebody else might: it counts where our name stands in it. */
enum lends lent_proof(const struct conf *conf, struct arena *a,
		      const struct lent_mail *m);

/* Why From is ours then, for the ledger. */
extern const char *const lent_why;

/* "Anna Meyer via dev": the author's name, unless it looks like an address, which would be
 * one more From without proof. */
str lent_name(struct arena *a, const struct mailbox *author, str by);

/* The author for Reply-To and the like: the name left out where it looks like an address. */
struct mailbox lent_author(const struct mailbox *author);

/* X-Original-From with what From says; empty where that is too long. */
str lent_original(struct arena *a, const struct header *h);
