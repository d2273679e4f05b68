#include "net/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { IP_TEXT = INET6_ADDRSTRLEN, V4 = 4, V6 = 16 };

static const struct sockaddr_in *v4(const struct net_addr *addr)
{
	return (const struct sockaddr_in *)(const void *)&addr->ss;
}

static const struct sockaddr_in6 *v6(const struct net_addr *addr)
{
	return (const struct sockaddr_in6 *)(const void *)&addr->ss;
}

/* From 4 or 16 octets in network order. */
static struct net_addr from_octets(const unsigned char *octets, size_t n, unsigned port)
{
	struct net_addr addr = { 0 };
	if (n == V4) {
		struct sockaddr_in *to = (struct sockaddr_in *)(void *)&addr.ss;
		to->sin_family = AF_INET;
		to->sin_port = htons((uint16_t)port);
		memcpy(&to->sin_addr, octets, V4);
		addr.len = sizeof *to;
	} else {
		struct sockaddr_in6 *to = (struct sockaddr_in6 *)(void *)&addr.ss;
		to->sin6_family = AF_INET6;
		to->sin6_port = htons((uint16_t)port);
		memcpy(&to->sin6_addr, octets, V6);
		addr.len = sizeof *to;
	}
	return addr;
}

size_t net_octets(const struct net_addr *addr, unsigned char octets[static 16])
{
	if (addr->ss.ss_family == AF_INET) {
		memcpy(octets, &v4(addr)->sin_addr, V4);
		return V4;
	}
	if (addr->ss.ss_family != AF_INET6)
		return 0;
	const unsigned char *from = v6(addr)->sin6_addr.s6_addr;
	if (IN6_IS_ADDR_V4MAPPED(&v6(addr)->sin6_addr)) {
		memcpy(octets, from + V6 - V4, V4);
		return V4;
	}
	memcpy(octets, from, V6);
	return V6;
}

bool net_is_v6(const struct net_addr *addr)
{
	unsigned char octets[V6];
	return net_octets(addr, octets) == V6;
}

unsigned net_port(const struct net_addr *addr)
{
	switch (addr->ss.ss_family) {
	case AF_INET:
		return ntohs(v4(addr)->sin_port);
	case AF_INET6:
		return ntohs(v6(addr)->sin6_port);
	default:
		return 0;
	}
}

void net_set_port(struct net_addr *addr, unsigned port)
{
	if (addr->ss.ss_family == AF_INET)
		((struct sockaddr_in *)(void *)&addr->ss)->sin_port = htons(
			(uint16_t)port);
	else if (addr->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)&addr->ss)->sin6_port = htons(
			(uint16_t)port);
}

err net_parse_ip(str text, struct net_addr *addr)
{
	char z[IP_TEXT];
	unsigned char octets[V6];
	if (text.n && text.n < sizeof z && !str_has(text, '\0')) {
		memcpy(z, text.p, text.n);
		z[text.n] = '\0';
		int family = str_has(text, ':') ? AF_INET6 : AF_INET;
		if (inet_pton(family, z, octets) == 1) {
			*addr = from_octets(octets, family == AF_INET ? V4 : V6, 0);
			return OK;
		}
	}
	return FAIL(ERR_SYNTAX, "not an IP address; write 192.0.2.1 or 2001:db8::1");
}

/* An IPv6 address stands in brackets, an IPv4 address does not. */
static bool split_port(str text, str *host, uint64_t *port)
{
	str digits;
	if (!str_cut_last(text, ':', host, &digits) || digits.n > 5
	    || !str_u64(digits, port) || *port > 65535)
		return false;
	bool brackets = str_starts(*host, STR("[")) && str_ends(*host, STR("]"));
	if (brackets)
		*host = str_first(str_skip(*host, 1), host->n - 2);
	return brackets == str_has(*host, ':');
}

err net_parse(struct arena *a, str text, struct net_addr *addr)
{
	str host;
	uint64_t port;
	struct net_addr found;
	if (!split_port(text, &host, &port) || net_parse_ip(host, &found).kind)
		return err_in(a, ERR_SYNTAX,
			      "\"%.*s\" is not an address with a port; write "
			      "192.0.2.1:25 or [2001:db8::1]:25",
			      STR_F(text));
	net_set_port(&found, (unsigned)port);
	*addr = found;
	return OK;
}

err net_parse_block(str text, struct net_block *block)
{
	static const err wrong = { ERR_SYNTAX, "not a network; write 192.0.2.0/24, "
					       "2001:db8::/32 or one address" };
	str ip = text, digits;
	uint64_t bits = UINT64_MAX;
	struct net_addr addr;
	bool has_bits = str_cut(text, '/', &ip, &digits);
	if (net_parse_ip(ip, &addr).kind
	    || (has_bits && (digits.n > 3 || !str_u64(digits, &bits))))
		return wrong;

	unsigned char octets[V6];
	unsigned all = (unsigned)net_octets(&addr, octets) * 8;
	if (!has_bits)
		bits = all;
	else if (all == V4 * 8
		 && addr.ss.ss_family == AF_INET6) /* ::ffff:192.0.2.0/120 */
		bits -= 96;
	if (bits > all)
		return wrong;
	*block = (struct net_block){ net_prefix(&addr, (unsigned)bits, (unsigned)bits),
				     (unsigned)bits };
	return OK;
}

bool net_in_block(const struct net_block *block, const struct net_addr *addr)
{
	unsigned char in[V6], of[V6];
	size_t n = net_octets(addr, in);
	if (n == 0 || n != net_octets(&block->addr, of) || block->bits > n * 8)
		return false;
	size_t whole = block->bits / 8, rest = block->bits % 8;
	return memcmp(in, of, whole) == 0
	       && (rest == 0 || (in[whole] ^ of[whole]) >> (8 - rest) == 0);
}

/* RFC 6890 and IANA's two registries of special addresses, without those for examples,
 * which lead nowhere. 64:ff9b::/96 and 2002::/16 hold an IPv4 address each. */
bool net_is_public(const struct net_addr *addr)
{
	static const char *const special[] = {
		"0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10", "127.0.0.0/8",
		"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",  "192.168.0.0/16",
		"198.18.0.0/15",  "224.0.0.0/3",   "::/96",         "64:ff9b::/96",
		"64:ff9b:1::/48", "100::/64",      "2001::/32",     "2002::/16",
		"fc00::/7",       "fe80::/9",      "ff00::/8",
	};
	unsigned char octets[V6];
	for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
		struct net_block block;
		if (net_parse_block(str_from(special[i]), &block).kind
		    || net_in_block(&block, addr))
			return false;
	}
	return net_octets(addr, octets) > 0;
}

struct net_addr net_prefix(const struct net_addr *addr, unsigned v4_bits,
			   unsigned v6_bits)
{
	unsigned char octets[V6];
	size_t n = net_octets(addr, octets);
	if (n == 0)
		return *addr;
	unsigned bits = n == V4 ? v4_bits : v6_bits;
	for (size_t i = 0; i < n; i++) {
		unsigned keep = bits > i * 8 ? bits - (unsigned)i * 8 : 0;
		if (keep < 8)
			octets[i] &= (unsigned char)(0xff00 >> keep);
	}
	return from_octets(octets, n, 0);
}

str net_ip_text(struct arena *a, const struct net_addr *addr)
{
	unsigned char octets[V6];
	char z[IP_TEXT];
	size_t n = net_octets(addr, octets);
	if (n == 0 || !inet_ntop(n == V4 ? AF_INET : AF_INET6, octets, z, sizeof z))
		return STR("local");
	return arena_copy(a, str_from(z));
}

str net_text(struct arena *a, const struct net_addr *addr)
{
	str ip = net_ip_text(a, addr);
	unsigned char octets[V6];
	switch (net_octets(addr, octets)) {
	case V4:
		return arena_printf(a, "%.*s:%u", STR_F(ip), net_port(addr));
	case V6:
		return arena_printf(a, "[%.*s]:%u", STR_F(ip), net_port(addr));
	default:
		return ip;
	}
}
