#include "net/addr.h"

#include "tests/check.h"

#include <stdlib.h>

static void addresses(struct arena *a)
{
	static const struct {
		const char *text, *ip, *back; /* ip NULL: refused */
	} cases[] = {
		{ "192.0.2.1:25", "192.0.2.1", "192.0.2.1:25" },
		{ "[2001:DB8::1]:2525", "2001:db8::1", "[2001:db8::1]:2525" },
		{ "[::ffff:192.0.2.7]:1", "192.0.2.7", "192.0.2.7:1" },
		{ "0.0.0.0:0", "0.0.0.0", "0.0.0.0:0" },
		{ "[::]:65535", "::", "[::]:65535" },
		{ "192.0.2.1", NULL, NULL },
		{ "192.0.2.1:", NULL, NULL },
		{ "192.0.2.1:65536", NULL, NULL },
		{ "192.0.2.1:25x", NULL, NULL },
		{ "192.0.2.256:25", NULL, NULL },
		{ "[192.0.2.1]:25", NULL, NULL },
		{ "2001:db8::1:25", NULL, NULL },
		{ "[2001:db8::1:25", NULL, NULL },
		{ "[]:25", NULL, NULL },
		{ "mail.example:25", NULL, NULL },
		{ "", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_addr addr = { .len = 77 };
		err e = net_parse(a, str_from(cases[i].text), &addr);
		if (!cases[i].ip) {
			CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, "192.0.2.1:25"));
			CHECK(addr.len == 77);
			continue;
		}
		CHECK(!e.kind && str_eq(net_ip_text(a, &addr), str_from(cases[i].ip)));
		CHECK(str_eq(net_text(a, &addr), str_from(cases[i].back)));
		CHECK(net_is_v6(&addr) == (strchr(cases[i].ip, ':') != NULL));
	}
	struct net_addr addr;
	CHECK(net_parse_ip(STR("192.0.2.1\0.9"), &addr).kind == ERR_SYNTAX);
	CHECK(!net_parse_ip(STR("192.0.2.1"), &addr).kind && net_port(&addr) == 0);
	net_set_port(&addr, 587);
	CHECK(net_port(&addr) == 587);
	addr.ss.ss_family = AF_UNIX;
	CHECK(str_eq(net_text(a, &addr), STR("local")));
}

static void blocks(void)
{
	static const struct {
		const char *block, *ip;
		bool in;
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.77/24", "192.0.2.1", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "192.0.2.1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true },
		{ "::ffff:192.0.2.0/120", "192.0.2.9", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_block block;
		struct net_addr addr;
		CHECK(!net_parse_block(str_from(cases[i].block), &block).kind);
		CHECK(!net_parse_ip(str_from(cases[i].ip), &addr).kind);
		CHECK(net_in_block(&block, &addr) == cases[i].in);
	}
	static const char *const wrong[] = { "192.0.2.0/33",      "2001:db8::/129",
					     "192.0.2.0/",        "192.0.2.0/x",
					     "192.0.2/24",        "/24",
					     "::ffff:1.2.3.4/95", "192.0.2.0/0024" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct net_block block;
		CHECK(net_parse_block(str_from(wrong[i]), &block).kind == ERR_SYNTAX);
	}
}

static void public_ones(void)
{
	static const struct {
		const char *ip;
		bool is;
	} cases[] = {
		{ "192.0.1.255", true },
		{ "8.8.8.8", true },
		{ "172.15.0.1", true },
		{ "172.32.0.1", true },
		{ "2a00:1450::1", true },
		{ "2606:4700::1111", true },
		{ "0.0.0.0", false },
		{ "10.255.255.255", false },
		{ "100.64.0.1", false },
		{ "127.0.0.1", false },
		{ "127.255.0.9", false },
		{ "169.254.169.254", false },
		{ "172.16.0.1", false },
		{ "172.31.255.255", false },
		{ "192.168.1.1", false },
		{ "198.19.0.1", false },
		{ "224.0.0.1", false },
		{ "255.255.255.255", false },
		{ "::", false },
		{ "::1", false },
		{ "::ffff:10.0.0.1", false },
		{ "::ffff:8.8.8.8", true },
		{ "::127.0.0.1", false },
		{ "64:ff9b::7f00:1", false },
		{ "2002:7f00:1::", false },
		{ "2001:0:1::", false },
		{ "fe80::1", false },
		{ "fec0::1", false },
		{ "fd00::1", false },
		{ "ff02::1", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_addr addr;
		CHECK(!net_parse_ip(str_from(cases[i].ip), &addr).kind);
		if (net_is_public(&addr) != cases[i].is)
			fprintf(stderr, "  %s\n", cases[i].ip);
		CHECK(net_is_public(&addr) == cases[i].is);
	}
	struct net_addr local = { .ss.ss_family = AF_UNIX, .len = 2 };
	CHECK(!net_is_public(&local));
}

static void prefixes(struct arena *a)
{
	static const struct {
		const char *ip;
		unsigned v4, v6;
		const char *want;
	} cases[] = {
		{ "192.0.2.77", 24, 48, "192.0.2.0" },
		{ "192.0.2.77", 32, 64, "192.0.2.77" },
		{ "192.0.2.77", 27, 64, "192.0.2.64" },
		{ "192.0.2.77", 0, 0, "0.0.0.0" },
		{ "2001:db8:1:2:3:4:5:6", 24, 64, "2001:db8:1:2::" },
		{ "2001:db8:1:2:3:4:5:6", 24, 48, "2001:db8:1::" },
		{ "2001:db8:ffff::", 24, 33, "2001:db8:8000::" },
		{ "::ffff:192.0.2.77", 24, 48, "192.0.2.0" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_addr addr;
		CHECK(!net_parse_ip(str_from(cases[i].ip), &addr).kind);
		struct net_addr cut = net_prefix(&addr, cases[i].v4, cases[i].v6);
		CHECK(str_eq(net_ip_text(a, &cut), str_from(cases[i].want)));
	}
}

int main(void)
{
	ARENA(a);
	addresses(a);
	blocks();
	public_ones();
	prefixes(a);
	return check_done();
}
