/* net/tlsa.h: TLSA records (RFC 6698): which certificate a server is to have, said
 * by its DNS zone.
 *
 *     struct tlsa t;
 *     if (tlsa_read(answer.records[i].data, &t) && tlsa_usable(&t)) ...
 *
 * Only a record that DNSSEC has validated says anything. */
#pragma once

#include "base/str.h"

enum { TLSA_ANCHOR = 2, TLSA_SERVER = 3 }; /* DANE-TA, DANE-EE (RFC 7218) */

struct tlsa {
	unsigned char usage, selector, matching;
	str data;
};

/* A record's data, as it came; t views it. False: too short to be one. */
bool tlsa_read(str wire, struct tlsa *t);

/* Whether mail can be sent by it: usage 2 or 3 (RFC 7672 section 3.1.3 leaves the
 * others out), with data that its selector and matching type can have. */
bool tlsa_usable(const struct tlsa *t);
