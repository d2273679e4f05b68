/* trust/upstream.h: mail that the laboratory's own gateway hands on ([trust] upstream).
 * Its client is whom the gateway had it from, and what the gateway saw before its
 * filters touched the message counts where we see less.
 *
 *     TRY(upstream_read(a, conf->trust_upstream, conf->trust_sealers, &up));
 *     struct handed via;
 *     upstream_walk(&up, &peer, helo, &h, &via);       via.client, via.helo
 *     if (via.top) upstream_vouched(a, &up, &via, &arc, &h, &vouched);
 *
 * A peer outside these networks is believed nothing. */
#pragma once

#include "trust/arc.h"

struct upstream {
	struct net_block *networks;
	size_t count;
	str sealers; /* words: domains of seals, and names in Authentication-Results */
};

/* networks, sealers: words of the configuration. ERR_SYNTAX: names the word. */
MUST_USE err upstream_read(struct arena *a, str networks, str sealers,
			   struct upstream *out);

/* u may be NULL: no network is one. */
bool upstream_has(const struct upstream *u, const struct net_addr *client);

struct handed {                  /* how the message came */
	struct net_addr client;  /* who gave it to the first gateway; else the peer */
	str helo;                /* what that one called itself */
	str by;                  /* the gateway that wrote so; or empty */
	const struct field *top; /* its Received; NULL: no gateway wrote one */
};

/* Goes down the topmost Received fields as long as the address before is a gateway's; one
 * that names no client ends it there. */
void upstream_walk(const struct upstream *u, const struct net_addr *peer, str helo,
		   const struct header *h, struct handed *out);

enum { VOUCHED_MAX = 10 };

struct vouched {               /* passes that a gateway saw */
	const char *how;       /* "arc" or "authres"; NULL: nothing */
	str by;                /* the seal's domain, or the name the results bear */
	str spf;               /* the domain that SPF spoke for; or empty */
	str dkim[VOUCHED_MAX]; /* the domains of signatures */
	size_t dkim_count;
	str dmarc; /* the author's domain; or empty */
};

/* By the newest seal of a chain that holds, where it is a trusted sealer's. Else by
 * Authentication-Results: those above via->top, which nobody but gateways wrote, in a
 * gateway's or a sealer's name, and those of the same hop below it in a sealer's
 * alone, who is known to remove what comes in its name (RFC 8601 section 5). */
void upstream_vouched(struct arena *a, const struct upstream *u, const struct handed *via,
		      const struct arc_result *arc, const struct header *h,
		      struct vouched *out);
