/* net/dnslist.h: lists of addresses that DNS serves, of those who send what nobody wants
 * or of those whom one may trust (RFC 5782).
 *
 *     struct dnslist list;
 *     dnslist_read(STR("bl.example=127.0.0.2"), &list);
 *     if (dnslist_ask(r, a, &list, &client, deadline, &why) == DNSLIST_HAS) ... why
 */
#pragma once

#include "net/resolver.h"

struct dnslist {
	str zone;
	str code; /* the one answer that counts; empty: any */
};

enum dnslist_answer {
	DNSLIST_HAS_NOT,
	DNSLIST_HAS,
	DNSLIST_SILENT, /* no answer, or one that says we may not ask: lists nobody */
};

/* "ZONE" or "ZONE=127.0.0.2", as postern.conf has it. The texts are views. */
void dnslist_read(str word, struct dnslist *out);

/* *why: the list's own words where it has the client, printable ASCII; may be empty.
 * Untouched otherwise. */
enum dnslist_answer dnslist_ask(struct resolver *r, struct arena *a,
				const struct dnslist *list, const struct net_addr *client,
				int64_t deadline, str *why);
