/* trust/iprev.h: does the client's address lead to a name, and that name back
 * to the address (RFC 8601 section 3)? Says little, but every receiver asks. */
#pragma once

#include "net/resolver.h"

enum iprev_verdict { IPREV_PASS, IPREV_FAIL, IPREV_TEMPERROR, IPREV_PERMERROR };
const char *iprev_word(enum iprev_verdict v);

struct iprev_result {
	enum iprev_verdict verdict; /* permerror: the address has no name at all */
	str name; /* that led back; else the first one found, or empty */
};

void iprev_check(struct arena *a, struct resolver *r, int64_t deadline,
		 const struct net_addr *client, struct iprev_result *out);
