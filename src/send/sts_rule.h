/* send/sts_rule.h: MTA-STS among the rules of tls_policy.h, and what came of TLS as a
 * line of a report: what sender_start is given besides.
 *
 *     sender_start(a, &(struct sender_conf){ ..., .sts = sts_rule, .sts_ctx = finder,
 *                  .told = tally_told, .told_ctx = tally }, &s); */
#pragma once

#include "send/sts_find.h"
#include "send/tls_result.h"

/* tls_sts of a struct sts_finder. */
bool sts_rule(void *finder, struct arena *a, const struct tls_question *q,
	      struct tls_policy *p);

/* tls_told of a struct tally: what a server that DNS names did. */
void tally_told(void *tally, const struct tls_attempt *t);
