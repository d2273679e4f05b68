/* net/resolver.h: DNS. One resolver a process (libunbound, one thread of its
 * own, our TTL cache in front); any thread may ask and waits for its answer.
 *
 *     struct dns_answer mx;
 *     resolver_ask(r, a, STR("uni.example"), DNS_MX, clock_mono_ms() + 5000, &mx);
 *     if (mx.status == DNS_FOUND) ...
 *
 * A resolver is a struct with a function, so that tests can answer from a
 * table. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/addr.h"

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_TLSA = 52
};

enum dns_status {
	DNS_FOUND,
	DNS_NODATA,   /* the name exists, this type does not */
	DNS_NXDOMAIN, /* the name does not exist */
	DNS_FAILED, /* no answer in time, SERVFAIL, or DNSSEC says bogus: try again later */
};

struct dns_record {
	unsigned preference; /* MX */
	str name; /* MX, CNAME, PTR: lower case, no dot at the end; "." of a null MX is "" */
	str data; /* A: 4 octets, AAAA: 16, TXT: all strings of the record joined, TLSA:
		     raw */
};

struct dns_answer {
	enum dns_status status;
	bool secure;                /* DNSSEC validated it */
	struct dns_record *records; /* in the arena; MX sorted by preference */
	size_t count;
	str canonical;   /* where aliases led elsewhere: the last name; else empty */
	const char *why; /* DNS_FAILED: what happened, for people; DNS_SILENT where it is
			    not this name's trouble */
};

/* Of names that share nothing none was answered for a while (log event dns-silent): our own
 * server or line is dead, and nothing is said about the name that was asked for. */
#define DNS_SILENT "this server's own DNS gives no answer to anything"

struct resolver {
	void (*ask)(struct resolver *r, struct arena *a, str name, enum dns_type type,
		    int64_t deadline, struct dns_answer *answer);
};

/* server: "address:port" or empty for the system's; trust_anchor: a file or
 * empty. ERR_IO, ERR_SYNTAX: what is wrong with them. */
MUST_USE err resolver_new(struct arena *a, str server, str trust_anchor,
			  struct resolver **r);
void resolver_free(struct resolver *r);

/* Whether such a resolver validates (DNSSEC): else no answer is ever secure. A server of
 * one's own is believed as it is where no anchor is named. */
bool resolver_validates(str server, str trust_anchor);

static inline void resolver_ask(struct resolver *r, struct arena *a, str name,
				enum dns_type type, int64_t deadline,
				struct dns_answer *answer)
{
	r->ask(r, a, name, type, deadline, answer);
}

/* The name under in-addr.arpa or ip6.arpa that holds an address's PTR. */
str resolver_reverse_name(struct arena *a, const struct net_addr *addr);
