/* trust/spf_inside.h: what the parts of SPF share: the record as read, and one
 * evaluation at work. Inside src/trust only. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "trust/spf.h"

enum spf_mechanism {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
};

struct spf_term {
	enum spf_mechanism what;
	char qualifier;            /* + - ~ ? */
	str text;                  /* as written */
	str domain;                /* domain-spec with its macros; empty when absent */
	unsigned v4_bits, v6_bits; /* of an address that still count */
	unsigned char ip[16];      /* ip4: 4 octets, ip6: 16 */
};

struct spf_record {
	struct spf_term *terms;
	size_t count;
	str redirect, exp; /* domain-specs; empty when absent */
};

/* A record that works for others has some 450 octets (RFC 7208 section 3.4). */
enum { SPF_TERMS_MAX = 256, SPF_OCTETS_MAX = 4096, SPF_NAMES_MAX = 10 };

/* Is it "v=spf1" and then a space or nothing (section 4.5)? */
bool spf_is_record(str text);

/* ERR_SYNTAX: says which term is wrong. ERR_LIMIT: more terms or octets than any
 * record needs. */
MUST_USE err spf_record_parse(struct arena *a, str text, struct spf_record *record);

struct spf_session { /* one call of spf_check */
	struct arena *a;
	const struct spf_ask *ask;
	struct spf_result *out;
	bool v6;
	unsigned char ip[16]; /* 4 or 16 octets of it */
	str local, domain;    /* of the sender: macros l and o */
	unsigned voids;       /* lookups that found nothing */
	bool named;           /* the client's names are known: */
	str names[SPF_NAMES_MAX];
	size_t name_count;
	enum spf_verdict stop; /* why evaluation ended early */
	str exp, exp_domain; /* exp= of the record whose term matched, and whose it is */
};

enum spf_macro_use { SPF_IN_DOMAIN, SPF_IN_TEXT }; /* c, r, t only in a text */

/* Is it a macro-string, in IN_DOMAIN also a domain-spec (section 7.1)? */
bool spf_macro_valid(str text, enum spf_macro_use use);

/* Expands a valid macro-string; domain: the one whose record this is. A result
 * that is to be a name loses labels on the left until it fits (section 7.3).
 * False, with nothing written: it grows past SPF_OCTETS_MAX. */
bool spf_expand(struct spf_session *s, str text, str domain, enum spf_macro_use use,
		str *out);

/* A name of the client that leads back to its address: domain itself, else one
 * below it, else any; empty for none (section 5.5). DNS is asked once a session. */
str spf_validated_name(struct spf_session *s, str domain);

/* Asks DNS in the session's name. */
void spf_ask_dns(struct spf_session *s, str name, enum dns_type type,
		 struct dns_answer *out);

/* Does an address of the client's family hold within bits? */
bool spf_same_net(const struct spf_session *s, str address, unsigned bits);
