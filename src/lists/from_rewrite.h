/* lists/from_rewrite.h: whether a copy of ours would align with an author whom nothing has
 * proven. SPF passes for our domains, and send signs in their name: to whoever receives the
 * copy that is the proof of every From of our organization. So a stranger's From there
 * becomes ours, as a list's is for an author of a strict domain.
 *
 *     struct from_rewrite_mail m = { &h, arrival->trust, STR("") };
 *     if (from_rewrite_alignment(books->conf, a, &m) == ALIGNMENT_HOLDS)
 *             from = from_rewrite_name(a, &author, STR("info"));       "Boss via info" */
#pragma once

#include "base/conf.h"
#include "mail/address.h"
#include "mail/header.h"
#include "trust/alignment.h"

struct from_rewrite_mail {
	const struct header *header;
	str trust; /* as it is kept of the message */
	str list;  /* whose copies they are; empty for what is forwarded */
};

/* Of all that From names, the most that aligns with ours. A From that we cannot read
 * somebody else might: it counts where our name stands in it. */
enum alignment from_rewrite_alignment(const struct conf *conf, struct arena *a,
				      const struct from_rewrite_mail *m);

/* Why From is ours then, for the ledger. */
extern const char *const from_rewrite_why;

/* "Anna Meyer via dev": the author's name, unless it looks like an address, which would be
 * one more From without proof. */
str from_rewrite_name(struct arena *a, const struct mailbox *author, str by);

/* The author for Reply-To and the like: the name left out where it looks like an address. */
struct mailbox from_rewrite_author(const struct mailbox *author);

/* X-Original-From with what From says; empty where that is too long. */
str from_rewrite_original(struct arena *a, const struct header *h);
