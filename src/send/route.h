/* send/route.h: where the mail of a destination goes.
 *
 *     struct route r;
 *     route_find(&conf, resolver, a, STR("uni.example"), deadline, &r);
 *     if (r.code) ... no way there: r.code, r.status, r.why
 *     for (size_t i = 0; i < r.count; i++) dial(&r.hops[i]);
 *
 * In order: a line of [route]; ourselves, for [site] domain; [send] relay; the MX
 * records, of which the best may be ourselves, too; where there are none, the
 * addresses of the name itself (RFC 5321 section 5.1). */
#pragma once

#include "base/conf.h"
#include "net/resolver.h"

struct hop {
	str name;             /* the server's, for TLS and the ledger */
	struct net_addr addr; /* len 0: path */
	str path;             /* a Unix socket */
	str canonical; /* the proven name at the end of the host's aliases, or empty */
	bool lmtp;
	bool own; /* our own smtpd */
	bool by_mx; /* DNS names it: an MX record, or the lack of one (RFC 5321 section 5.1) */
	bool proven; /* its name: written by us, the destination's own, or by DNSSEC */
	bool secure; /* and DNSSEC proves its addresses: DANE is possible (RFC 7672) */
};

struct route {
	struct hop *hops; /* to be tried in this order */
	size_t count;
	bool partial; /* addresses of some of its servers could not be looked up */
	int code;     /* 0: a way was found; else 4yz or 5yz for all mail to there */
	const char *status; /* enhanced */
	str why;
};

enum { HOPS_MAX = 20 };

void route_find(const struct conf *conf, struct resolver *resolver, struct arena *a,
		str destination, int64_t deadline, struct route *r);
