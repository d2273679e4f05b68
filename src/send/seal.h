/* send/seal.h: what we vouch with. Mail of ours leaves with a DKIM signature (RFC
 * 6376), which for a list's copy covers the personal fields, too (RFC 8058 section 4
 * wants that of List-Unsubscribe and List-Unsubscribe-Post). Forwarded mail leaves as
 * its author signed it, with an ARC set (RFC 8617) that says what we found when it
 * arrived, since its SPF cannot pass any more.
 *
 *     letter_seal(l, &sealer);             once a message, whoever comes first
 *     copy_make(a, l, &mac, member, &p);
 *     copy_sign(a, l, &p);                 one signature a copy */
#pragma once

#include "net/resolver.h"
#include "send/copy.h"
#include "trust/key.h"

struct sealer {
	const struct sign_key *key; /* NULL: nothing is signed or sealed */
	bool arc;                   /* forwarded mail is sealed */
	str domain, selector, hostname;
	struct resolver *resolver;
};

/* At the first call, from any thread: puts the set in front of a forwarded message,
 * or works out what the signatures of all copies share. A message that cannot be
 * sealed or signed stays as it is, which is logged. */
void letter_seal(struct letter *l, const struct sealer *by);

/* Puts the copy's DKIM-Signature in front of its parts; for a letter without a plan
 * it does nothing. The field is in a. */
void copy_sign(struct arena *a, const struct letter *l, struct copy_parts *p);
