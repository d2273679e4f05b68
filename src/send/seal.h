/* send/seal.h: forwarded mail leaves with an ARC set (RFC 8617) that says what we
 * found when it arrived, since its SPF cannot pass any more. One seal a message. */
#pragma once

#include "net/resolver.h"
#include "send/copy.h"
#include "trust/key.h"

struct sealer {
	const struct sign_key *key; /* NULL: nothing is sealed */
	str domain, selector, hostname;
	struct resolver *resolver;
};

/* Puts the set in front of a forwarded message, at the first call; any thread. A
 * chain that cannot be continued leaves the message as it is. */
void letter_seal(struct letter *l, const struct sealer *by);
