/* mail/report_dmarc.h: DMARC aggregate reports (RFC 9990, and those of RFC 7489 that most
 * still write): what receivers saw of mail in a domain's name. Read from a mail, from the
 * file that it bears (gzip, zip) or from bare XML.
 *
 *     struct dmarc_report r;
 *     TRY(dmarc_report_read(a, bytes, &r));
 *     for (size_t i = 0; i < r.count; i++)
 *             ... r.records[i].source_ip, r.records[i].count
 *
 * Ours to the domains that ask for them (rua= of their record):
 *
 *     n = dmarc_report_uris(a, record.rua, to);
 *     str xml = dmarc_report_xml(a, &report);
 *     str mail = dmarc_report_mail(a, &report, &by, &to[0].address, gzip_pack(a, xml));
 *
 * Whoever wrote it is a stranger: sizes, depth and numbers are bounded, a document type
 * is refused, and nothing in it is more than a claim. */
#pragma once

#include "mail/address.h"

enum {
	DMARC_REPORT_MAX = 32 << 20,  /* octets of XML */
	DMARC_RECORDS_MAX = 100000,   /* records; of a record: */
	DMARC_RECORD_PARTS_MAX = 100, /* DKIM results, SPF results, reasons */
	DMARC_PARTS_MAX = 400000,     /* of all records together */
	DMARC_REPORT_DEPTH_MAX = 32,  /* elements in elements */
	DMARC_REPORT_TEXT_MAX = 1000, /* octets of a value; the rest is cut */
	DMARC_REPORT_URIS = 4,        /* of one rua=; more are not served */
};

/* Words that the format defines are lower case; "" is what was not said. */
struct dmarc_auth {
	str method; /* dkim or spf */
	str domain, selector, scope, result, human_result;
};

struct dmarc_reason {
	str type, comment;
};

struct dmarc_report_record {
	str source_ip; /* as it stands there */
	int64_t count;
	str disposition, dkim, spf; /* what the policy made of it */
	str header_from, envelope_from, envelope_to;
	struct dmarc_reason *reasons;
	size_t reason_count;
	struct dmarc_auth *auths;
	size_t auth_count;
};

struct dmarc_report {
	str version;
	str org_name, email, extra_contact, report_id, generator;
	int64_t begin, end; /* seconds */
	str *errors;
	size_t error_count;
	str domain, adkim, aspf, p, sp, np, testing, discovery, fo, pct;
	struct dmarc_report_record *records;
	size_t count;
};

/* ERR_NOTFOUND: there is none in it. ERR_SYNTAX: it is no well-formed XML, or its root is
 * no feedback. ERR_LIMIT: larger than the above, packed or not. */
MUST_USE err dmarc_report_read(struct arena *a, str bytes, struct dmarc_report *r);

/* Bare XML, of at most so many records, and parts of all of them together. */
MUST_USE err dmarc_report_parse(struct arena *a, str xml, size_t records, size_t parts,
				struct dmarc_report *r);

struct dmarc_report_to {
	struct address address;
	int64_t most; /* octets of the mail that it takes, as "!10m" says; 0: any */
};

/* The mailto: URIs of rua=, in order; how many. Those of other schemes and those that
 * are broken are passed over (RFC 9990 section 3.5). */
size_t dmarc_report_uris(struct arena *a, str rua,
			 struct dmarc_report_to to[static DMARC_REPORT_URIS]);

/* Appendix A's schema; of errors the first. */
str dmarc_report_xml(struct arena *a, const struct dmarc_report *r);

struct dmarc_report_by {
	str domain;   /* the submitter: From is its postmaster */
	str hostname; /* for the Message-ID */
};

/* The whole message (section 3.5.2); packed: its XML as gzip. */
str dmarc_report_mail(struct arena *a, const struct dmarc_report *r,
		      const struct dmarc_report_by *by, const struct address *to,
		      str packed);
