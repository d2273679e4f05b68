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

static void find_names(struct spf_session *s)
{
	struct dns_answer answer;
	spf_ask_dns(s, resolver_reverse_name(s->a, s->ask->client), DNS_PTR, &answer);
	/* section 4.6.4: of more than ten the rest is ignored */
	for (size_t i = 0; i < answer.count && i < SPF_NAMES_MAX; i++)
		if (leads_back(s, answer.records[i].name))
			s->names[s->name_count++] = answer.records[i].name;
	s->named = true;
}

str spf_validated_name(struct spf_session *s, str domain)
{
	str below = STR_NONE;
	if (!s->named)
		find_names(s);
	for (size_t i = 0; i < s->name_count; i++) {
		if (str_ieq(s->names[i], domain))
			return s->names[i];
		if (!below.n && name_within(s->names[i], domain))
			below = s->names[i];
	}
	return below.n ? below : s->name_count ? s->names[0] : STR_NONE;
}
