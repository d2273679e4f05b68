/* send/tls_result.h: what came of an attempt at TLS, for reports to the domain
 * (RFC 8460). Whoever collects them is told after each attempt, by any thread:
 *
 *     static void tell(void *ctx, const struct tls_attempt *t) { ... }
 *     sender_start(a, &(struct sender_conf){ ..., .told = tell, .told_ctx = x }, &s);
 */
#pragma once

#include "net/addr.h"
#include "send/tls_policy.h"

struct tls_attempt { /* borrowed for the call */
	const struct tls_policy *policy;
	str destination; /* the recipients' domain */
	str mx;          /* the server's name */
	const struct net_addr *addr;
	bool by_mx; /* as route.h has it */
	enum tls_result result;
	str reason; /* in words; empty for a success */
	bool sent;  /* mail goes there all the same */
};

typedef void tls_told(void *ctx, const struct tls_attempt *t);

/* "starttls-not-supported" and kin: RFC 8460 section 4.3; "" for a success. */
str tls_result_word(enum tls_result r);
