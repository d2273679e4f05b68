/* send/sts.h: MTA-STS (RFC 8461) as text: what a domain publishes. Pure; sts_find.h
 * is where it comes from and how long it holds.
 *
 *     if (sts_record(STR("v=STSv1; id=20261126;"), &id)) ...
 *     TRY(sts_parse(a, body, &p));
 *     if (p.mode == STS_ENFORCE && !sts_names(&p, STR("mx.uni.example"))) ... not there */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { STS_MOST = 64 * 1024, STS_MX_MOST = 256, STS_ID_MOST = 32 };
enum { STS_AGE_MOST = 31557600 /* s: a year */ };

enum sts_mode { STS_NONE, STS_TESTING, STS_ENFORCE };

struct sts_policy {
	enum sts_mode mode;
	int64_t max_age; /* seconds */
	str *mx;         /* host names, or "*.suffix" */
	size_t mx_count;
};

/* Whether a text record under _mta-sts is one, and its id. A domain has exactly one
 * (section 3.1). */
bool sts_record(str text, str *id);

/* The policy file; its texts are views of text. ERR_SYNTAX, ERR_LIMIT: there is no
 * policy in it, and why. */
MUST_USE err sts_parse(struct arena *a, str text, struct sts_policy *p);

/* Whether mail may go to that server (section 4.1). */
bool sts_names(const struct sts_policy *p, str host);
