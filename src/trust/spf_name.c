#include "trust/name.h"
#include "trust/spf_inside.h"

/* The names that the address's PTR records give and that lead back to it:
 * section 5.5. A failing DNS means no name, never an error. */

static bool leads_back(struct spf_session *s, str name)
{
	struct dns_answer answer;
	spf_ask_dns(s, name, s->v6 ? DNS_AAAA : DNS_A, &answer);
	for (size_t i = 0; i < answer.count; i++)
		if (spf_same_net(s, answer.records[i].data, s->v6 ? 128 : 32))
			return true;
	return false;
}

str spf_validated_name(struct spf_session *s, str domain)
{
	enum { NAMES_MAX = 10 }; /* section 4.6.4: the rest is ignored */
	struct dns_answer answer;
	str below = STR_NONE, any = STR_NONE;
	spf_ask_dns(s, resolver_reverse_name(s->a, s->ask->client), DNS_PTR, &answer);
	for (size_t i = 0; i < answer.count && i < NAMES_MAX; i++) {
		str name = answer.records[i].name;
		if (!leads_back(s, name))
			continue;
		if (str_ieq(name, domain))
			return name;
		if (!below.n && name_within(name, domain))
			below = name;
		if (!any.n)
			any = name;
	}
	return below.n ? below : any;
}
