/* mail/report_tls.h: reports on TLS (RFC 8460): how our mail to a domain fared on a
 * day, for whom that domain names in its DNS.
 *
 *     if (report_tls_record(STR("v=TLSRPTv1; rua=mailto:tls@uni.example"), a, rua, &n))
 *     str json = report_tls_json(a, &report);
 *     str mail = report_tls_mail(a, &report, hostname, &to, gzip_pack(a, json));
 *     TRY(report_tls_read(a, file, &report));      // one about us */
#pragma once

#include "mail/address.h"

struct report_tls_failure {
	str result;       /* "certificate-expired" and kin: section 4.3 */
	str mx, from, to; /* the server, our address, its address; each may be empty */
	str reason;       /* in words */
	int64_t sessions;
};

struct report_tls_policy {
	str type;     /* "sts", "tlsa", "no-policy-found" */
	str domain;   /* whose it is */
	str *strings; /* the policy as published, a line each */
	size_t string_count;
	str *mx; /* sts: the names in it */
	size_t mx_count;
	int64_t successes, failures; /* sessions */
	struct report_tls_failure *details;
	size_t detail_count;
};

struct report_tls {
	str domain;         /* whom it is about: its first policy's */
	str organization;   /* who says so */
	str submitter;      /* its domain */
	str contact;        /* an address */
	str id;             /* "2026-11-26.uni.example@lists.example" */
	int64_t begin, end; /* seconds: the first and the last */
	struct report_tls_policy *policies;
	size_t policy_count;
};

enum { REPORT_TLS_URIS = 4 }; /* of one record; more are not served */

/* The text record under _smtp._tls (section 3): the mailto: and https: URIs that
 * reports are to go to. False: it is no such record or names none. */
bool report_tls_record(str text, struct arena *a, str uris[static REPORT_TLS_URIS],
		       size_t *count);

/* The address of a mailto: URI. False: it has no single good one. */
bool report_tls_address(struct arena *a, str uri, struct address *to);

str report_tls_json(struct arena *a, const struct report_tls *r); /* section 4.4 */

/* The whole message (section 5.3); packed: its JSON as gzip. */
str report_tls_mail(struct arena *a, const struct report_tls *r, str hostname,
		    const struct address *to, str packed);

enum {
	REPORT_TLS_MOST = 8 << 20,
	REPORT_TLS_POLICIES = 1000,
	REPORT_TLS_DETAILS = 10000,
	REPORT_TLS_NESTS = 40000, /* objects and arrays: each takes 200 octets and more */
	REPORT_TLS_VALUES = 400000
};

/* A report of others: the message that brought it, or its JSON alone, as gzip or not.
 * What is not as section 4.4 has it is left out. ERR_SYNTAX: no such report is in it.
 * ERR_LIMIT: more octets, objects or values than are read. */
MUST_USE err report_tls_read(struct arena *a, str bytes, struct report_tls *r);
