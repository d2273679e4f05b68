/* trust/trust.h: a message judged whole, for those who receive mail.
 *
 *     struct trust_ask ask = { .resolver = r, .deadline = clock_mono_ms() + 30000,
 *             .client = &peer, .helo = helo, .sender = reverse_path,
 *             .receiver = hostname, .header = &h, .body = h.body, .now = clock_now() };
 *     struct trust_result trust;
 *     trust_judge(a, &ask, &trust);
 *     str text = trust_authres(a, &ask, &trust);       "mx.uni.example; spf=pass ..."
 *     str row = trust_json(a, &trust);                 what the inbound book keeps
 *
 * and later, without a network, over the copy as it will leave:
 *
 *     TRY(trust_again(a, row, &copy, copy.body, arrived, &again));
 *     if (!again.dmarc.dkim_aligned && again.dmarc.published != DMARC_POLICY_NONE) ... */
#pragma once

#include "mail/address.h"
#include "trust/arc.h"
#include "trust/dmarc.h"
#include "trust/iprev.h"
#include "trust/kept.h"
#include "trust/upstream.h"

struct trust_ask {
	struct resolver *resolver;
	int64_t deadline;              /* clock_mono_ms, for all of DNS */
	const struct net_addr *client; /* who connected */
	str helo;
	const struct upstream *upstream; /* whose word counts; NULL: nobody's */
	str sender;   /* the reverse-path without < >; empty for the null sender */
	str receiver; /* our host name: the authserv-id, and SPF's macro r */
	const struct header *header;
	str body;
	int64_t now; /* seconds since 1970, for x= of signatures */
};

struct trust_author {           /* who From says wrote it */
	size_t count;           /* mailboxes, of all From fields */
	struct mailbox mailbox; /* the only one; empty where there is not one */
	str domain;             /* the one all share; empty where there is not one */
	const char *why;        /* why it is empty */
};
void trust_author(struct arena *a, const struct header *h, struct trust_author *out);

struct trust_result {
	struct handed via; /* the client that is judged: a gateway's, or who connected */
	struct vouched vouched;
	bool vouched_aligned; /* by what a gateway saw, the author's domain stands
			       * behind it, though not by what we see */
	struct iprev_result iprev;
	struct spf_result spf;
	struct dkim_result *dkim;
	size_t dkim_count;
	struct arc_result arc;
	struct trust_author author;
	struct dmarc_result dmarc;
	struct kept kept;
	bool aligned;   /* the author's domain stands behind the message: a DMARC pass, or
			 * where it has no policy an aligned SPF or DKIM pass */
	bool temporary; /* DNS left open what could have made it aligned: try again later */
};

/* Everything lives in a. */
void trust_judge(struct arena *a, const struct trust_ask *ask, struct trust_result *out);

/* For mail of our own people, who signed in: only what trust_again will ask, which is the
 * keys of its signatures and the policy of the author's domain. */
void trust_policy(struct arena *a, struct resolver *r, int64_t deadline,
		  const struct header *h, struct trust_result *out);

/* The text for Authentication-Results and for an ARC seal (RFC 8601 section 2.2). */
str trust_authres(struct arena *a, const struct trust_ask *ask,
		  const struct trust_result *t);

/* The same for who signed in (section 2.7.4): that, and not as whom. The list's members,
 * the archive and every server behind us read it, and From is the account's own in any
 * case (it may write under no other). */
str trust_authres_account(struct arena *a, str receiver);

/* {"spf", "dkim": [{"result", "domain", "selector"}], "arc": {"cv"}, "dmarc":
 * {"result", "policy", "domain"}, "aligned", ...}, one line. */
str trust_json(struct arena *a, const struct trust_result *t);

/* {"account": true, "dns": [...]} of trust_policy; how: "account" or "local". */
str trust_json_own(struct arena *a, const char *how, const struct trust_result *t);

/* What was kept of a judgement, for those who decide by it. Of no JSON: nothing is
 * true. */
struct trust_said {
	bool account;         /* somebody signed in */
	bool local;           /* put in by the administrator */
	bool aligned;         /* the author's domain stands behind it */
	bool spf;             /* the return path is the sender's own */
	bool spf_fail;        /* it is not, as its domain says outright (-all) */
	bool dmarc_fail;      /* From is forged, as far as its domain tells */
	bool dmarc_reject;    /* From is forged, and its domain asks for a refusal */
	bool is_signed;       /* a DKIM signature of anybody held when it came, or DNS did
			       * not give its key */
	bool unsigned_strict; /* its domain asks for proof, and no signature of it is there
			       * that holds or whose key DNS did not give */
	bool quarantine;      /* what it asks for is p=quarantine */
};
struct trust_said trust_said(str json);
struct trust_said trust_says(const struct trust_result *t); /* the same, at once */

/* Whose signature or return path made From proven, lower case: with relaxed alignment
 * another name of its organization, maybe. Empty where nothing did, or a gateway's word. */
str trust_aligned_by(struct arena *a, str json);

/* Judges DKIM and DMARC of a copy again by the answers that trust_json kept. SPF
 * counts no more, since we are the client now, nor does ARC.
 * ERR_SYNTAX: json is none of trust_json. */
MUST_USE err trust_again(struct arena *a, str json, const struct header *h, str body,
			 int64_t now, struct trust_result *out);

/* A signature that bears the author's domain could not be checked, since DNS did not give
 * its key: it may be good. */
bool trust_open(const struct trust_result *t);
