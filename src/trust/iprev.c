#include "trust/iprev.h"

#include "trust/name.h"

#include <netinet/in.h>

const char *iprev_word(enum iprev_verdict v)
{
	static const char *const words[] = { [IPREV_PASS] = "pass",
					     [IPREV_FAIL] = "fail",
					     [IPREV_TEMPERROR] = "temperror",
					     [IPREV_PERMERROR] = "permerror" };
	return words[v];
}

/* Compares as text: net_ip_text shows a mapped IPv4 address as IPv4. */
static bool is_client(struct arena *a, const struct net_addr *client, str octets)
{
	struct net_addr found = { 0 };
	if (octets.n == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)&found.ss;
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, octets.p, 4);
		found.len = sizeof *in;
	} else if (octets.n == 16) {
		struct sockaddr_in6 *in = (struct sockaddr_in6 *)&found.ss;
		in->sin6_family = AF_INET6;
		memcpy(&in->sin6_addr, octets.p, 16);
		found.len = sizeof *in;
	} else {
		return false;
	}
	return str_eq(net_ip_text(a, &found), net_ip_text(a, client));
}

void iprev_check(struct arena *a, struct resolver *r, int64_t deadline,
		 const struct net_addr *client, struct iprev_result *out)
{
	enum { NAMES_MAX = 10 }; /* as SPF's section 4.6.4 */
	struct dns_answer names, answer;
	enum dns_type type = net_is_v6(client) ? DNS_AAAA : DNS_A;
	*out = (struct iprev_result){ .verdict = IPREV_FAIL };
	resolver_ask(r, a, resolver_reverse_name(a, client), DNS_PTR, deadline, &names);
	if (names.status != DNS_FOUND || !names.count) {
		out->verdict = names.status == DNS_FAILED ? IPREV_TEMPERROR
							  : IPREV_PERMERROR;
		return;
	}
	out->name = names.records[0].name;
	for (size_t i = 0; i < names.count && i < NAMES_MAX; i++) {
		if (!name_fits(names.records[i].name))
			continue;
		resolver_ask(r, a, names.records[i].name, type, deadline, &answer);
		if (answer.status == DNS_FAILED)
			out->verdict = IPREV_TEMPERROR;
		for (size_t k = 0; k < answer.count; k++)
			if (is_client(a, client, answer.records[k].data)) {
				out->verdict = IPREV_PASS;
				out->name = names.records[i].name;
				return;
			}
	}
}
