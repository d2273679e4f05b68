/* lists/proof.h: whom mail may be answered, and what is not taken at all, so that
 * nobody gets mail from us because a stranger wrote in their name (backscatter).
 *
 *     struct trust_said said = trust_said(row.trust);
 *     if ((why = proof_refusal(&said, MEANS_JOIN))) ... 550 5.7.1
 *     if (proof_of_path(a, &m)) ... what goes to m.reverse_path reaches who wrote
 */
#pragma once

#include "lists/addressbook.h"
#include "mail/header.h"
#include "trust/trust.h"

/* Why mail with these results is refused at an address of that meaning, in
 * words; NULL: it is not. Commands refuse a return path whose domain disowns the client
 * (SPF fail) unless the author is proven, and an author whose domain asks for that
 * (DMARC, p=reject); aliases and owners the latter. What can make a letter go to whoever
 * stands in From, a request to join, is refused wherever DMARC fails. */
const char *proof_refusal(const struct trust_said *said, enum meaning_kind what);

struct proof_mail {
	int64_t account; /* who signed in, or 0 */
	str trust;
	const struct header *header;
	str reverse_path; /* "" the null path: never proven */
};

/* Whether the return path is the sender's own: by sign-in, by the local door, by SPF, or
 * since the author's domain stands behind the message and is the path's, too. */
bool proof_of_path(struct arena *a, const struct proof_mail *m);
