/* send/tls_policy.h: what TLS must be on the way to one server, where that comes
 * from, and why. The only place that decides it.
 *
 *     struct tls_policy p;
 *     tls_policy_find(&rules, a, &(struct tls_question){ STR("uni.example"), hop,
 *                     TLS_WANT_USUAL, deadline }, &p);
 *     if (p.status) ... this server is not used: p.status, p.why
 *     p.must        ... never in clear
 *     p.peer        ... for conn_tls_connect
 *
 * In order: our own door; "TLS-Required: No" of the message (RFC 8689), which
 * sets aside what the domain asks for, but [send] require_tls only for our reports on TLS;
 * DANE (RFC 7672), which goes before MTA-STS (RFC 8461 section 2); MTA-STS; [send]
 * require_tls; else TLS where it is offered (RFC 7435). */
#pragma once

#include "base/conf.h"
#include "mail/tls_want.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "send/route.h"

enum tls_kind {
	TLS_POLICY_NONE,          /* our own smtpd, or a Unix socket */
	TLS_POLICY_OPPORTUNISTIC, /* where it is offered and works; else in clear */
	TLS_POLICY_MUST,          /* never in clear, whoever answers */
	TLS_POLICY_STS_TESTING,   /* by name; a failure is told, and mail goes */
	TLS_POLICY_STS_ENFORCE,   /* by name, or not at all */
	TLS_POLICY_DANE,          /* by its TLSA records, or not at all */
	TLS_POLICY_NAMED,         /* by name, since the message wants it (REQUIRETLS) */
};

/* tls_result.def: what RFC 8460 section 4.3 can say of an attempt. */
enum tls_result {
#define RESULT(name, word) TLS_RESULT_##name,
#include "send/tls_result.def"
#undef RESULT
};

struct tls_policy {
	enum tls_kind kind;
	bool must; /* no STARTTLS, no mail */
	struct tls_peer peer;
	str why; /* where it comes from, in words: "DANE: 2 TLSA records of mx.example" */
	const char *status; /* not NULL: the server must not be used: "4.7.5", and why */
	enum tls_result refused; /* then: what to tell the domain; SUCCESS: nothing */
	bool unsure; /* whether the domain has a policy is not known at the moment */
};

struct tls_question {
	str destination; /* the recipients' domain, A-labels */
	const struct hop *hop;
	enum tls_want want;
	int64_t deadline;
};

/* MTA-STS: false where the domain has no policy, or one of mode none; p stays as it is.
 * Else p is filled in: kind, must, peer and why; and where the policy does not name the
 * server, in mode enforce, status and refused (RFC 8461 section 4.1). */
typedef bool tls_sts(void *ctx, struct arena *a, const struct tls_question *q,
		     struct tls_policy *p);

struct tls_rules {
	const struct conf *conf;
	struct resolver *resolver;
	tls_sts *sts; /* NULL: nobody knows the domains' policies */
	void *sts_ctx;
};

void tls_policy_find(const struct tls_rules *by, struct arena *a,
		     const struct tls_question *q, struct tls_policy *p);

/* One word for log and ledger: "dane", "sts-testing", … */
str tls_policy_word(enum tls_kind kind);
