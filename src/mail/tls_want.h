/* mail/tls_want.h: what TLS a message asks for on its way (RFC 8689).
 *
 *     m.tls = tls_want_of(a, &header);
 *
 * That REQUIRETLS came with MAIL stands as a comment in our own Received, the topmost:
 * a post that was held knows it by nothing else. */
#pragma once

#include "mail/header.h"

enum tls_want {                    /* kept in the outbound book: never renumbered */
		TLS_WANT_USUAL,    /* what the domain it goes to asks for, and we */
		TLS_WANT_REQUIRED, /* REQUIRETLS: verified at each step, or not at all */
		TLS_WANT_ANYHOW,   /* TLS-Required: No: in clear rather than not at all */
		TLS_WANT_OFFERED, /* a report on REQUIRETLS mail: with it where the server
				    * has it, else as usual (RFC 8689 section 5) */
};

#define TLS_REQUIRED_MARK \
	"(REQUIRETLS)" /* behind the protocol: "with ESMTPS (REQUIRETLS)" */

enum tls_want tls_want_of(struct arena *a, const struct header *h);
