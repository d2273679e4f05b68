/* send/seal.h: what we vouch with. Mail of ours leaves with DKIM signatures (RFC 6376),
 * one a key, which for a list's copy cover the personal fields, too (RFC 8058 section 4
 * wants that of List-Unsubscribe and List-Unsubscribe-Post). They bear the domain of the
 * list, or of From in what was written here or handed in by an account; the site's where
 * it is nearer to From or has our record alone. Posts and
 * forwarded mail leave with an ARC set (RFC 8617) that says what we found when they
 * arrived; it covers no personal field, so one set serves all copies, and it is verified
 * before anybody sees it. Copies that say in their text who reads them have a hash and
 * a set each; of those the first copy's is verified, as it leaves.
 *
 *     letter_seal(l, &sealer);             once a message, whoever comes first
 *     copy_make(a, l, &mac, member, &p);
 *     copy_sign(a, l, &p);                 the signatures of one copy */
#pragma once

#include "net/resolver.h"
#include "send/copy.h"
#include "trust/keyring.h"

struct sealer {
	const struct keyring *ring; /* NULL or empty: nothing is signed or sealed */
	bool arc;                   /* posts and forwarded mail are sealed */
	str domain, hostname;       /* the site's */
	struct resolver *resolver;
};

/* At the first call, from any thread: puts the ARC set in front of the message and works
 * out what the signatures of all copies share. A message that cannot be sealed or signed
 * stays as it is, which is logged. */
void letter_seal(struct letter *l, const struct sealer *by);

/* Puts the copy's DKIM-Signature fields in front of its parts; for a letter without a
 * plan it does nothing. The fields are in a. Whoever comes first verifies the copy's own ARC
 * set; where that does not hold no copy has one, which is logged. */
void copy_sign(struct arena *a, struct letter *l, struct copy_parts *p);
