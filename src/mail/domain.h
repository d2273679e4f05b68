/* mail/domain.h: the right side of an address. For src/mail alone; address.h
 * has what others need. */
#pragma once

#include "base/arena.h"

enum domain_allow {
	DOMAIN_UTF8 = 1 << 0,       /* U-labels (RFC 5890) */
	DOMAIN_UNDERSCORE = 1 << 1, /* hosts that exist although they should not */
};

/* Labels of RFC 5321 section 4.1.2, a single one, too. */
bool domain_labels(str domain, unsigned allow);

/* "[192.0.2.1]" or "[IPv6:...]" of RFC 5321 section 4.1.3. */
bool domain_literal(str domain);
