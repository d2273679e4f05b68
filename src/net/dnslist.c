#include "net/dnslist.h"

enum { WHY_MAX = 200 };

void dnslist_read(str word, struct dnslist *out)
{
	*out = (struct dnslist){ .zone = word };
	str_cut(word, '=', &out->zone, &out->code);
}

/* The address turned round, as it stands in the reverse zones, under the list's own name
 * (RFC 5782 sections 2.1 and 2.4). */
static str name_of(struct arena *a, const struct dnslist *list,
		   const struct net_addr *client)
{
	str name = resolver_reverse_name(a, client), arpa = STR("in-addr.arpa");
	if (net_is_v6(client))
		arpa = STR("ip6.arpa");
	return str_ends(name, arpa)
		       ? arena_cat(a, str_first(name, name.n - arpa.n), list->zone)
		       : STR_NONE;
}

/* Entries are addresses of 127.0.0.0/8; lists in use say by 127.255.255.x that they do
 * not answer this resolver. Whatever else comes is a zone that was sold. */
static bool is_entry(str data)
{
	const unsigned char *o = (const unsigned char *)data.p;
	return data.n == 4 && o[0] == 127 && !(o[1] == 255 && o[2] == 255);
}

static bool is_code(const struct dnslist *list, str data)
{
	const unsigned char *o = (const unsigned char *)data.p;
	struct net_addr wanted;
	unsigned char w[16];
	if (!list->code.n)
		return true;
	return !net_parse_ip(list->code, &wanted).kind && net_octets(&wanted, w) == 4
	       && !memcmp(w, o, 4);
}

static str words(struct resolver *r, struct arena *a, str name, int64_t deadline)
{
	struct dns_answer text;
	resolver_ask(r, a, name, DNS_TXT, deadline, &text);
	if (text.status != DNS_FOUND || !text.count)
		return STR("");
	str s = str_first(text.records[0].data, WHY_MAX);
	char *out = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[i] >= ' ' && s.p[i] < 0x7f ? s.p[i] : '?';
	return (str){ out, s.n };
}

enum dnslist_answer dnslist_ask(struct resolver *r, struct arena *a,
				const struct dnslist *list, const struct net_addr *client,
				int64_t deadline, str *why)
{
	struct dns_answer answer;
	str name = name_of(a, list, client);
	bool odd = false;
	if (!name.n)
		return DNSLIST_HAS_NOT;
	resolver_ask(r, a, name, DNS_A, deadline, &answer);
	if (answer.status == DNS_FAILED)
		return DNSLIST_SILENT;
	for (size_t i = 0; answer.status == DNS_FOUND && i < answer.count; i++) {
		str data = answer.records[i].data;
		if (!is_entry(data)) {
			odd = true;
		} else if (is_code(list, data)) {
			*why = words(r, a, name, deadline);
			return DNSLIST_HAS;
		}
	}
	return odd ? DNSLIST_SILENT : DNSLIST_HAS_NOT;
}
