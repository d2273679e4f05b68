/* An address that is read, written and read again is the same; a network holds
 * its own first address and no address of the other family. */
#include "fuzz.h"

#include "net/addr.h"

static void whole(struct arena *a, str text)
{
	struct net_addr first, second;
	if (net_parse(a, text, &first).kind)
		return;
	must(!net_parse(a, net_text(a, &first), &second).kind);
	must(net_port(&first) == net_port(&second));
	must(str_eq(net_ip_text(a, &first), net_ip_text(a, &second)));
	must(net_is_v6(&first) == net_is_v6(&second));
}

static void network(struct arena *a, str text)
{
	struct net_block block, again;
	if (net_parse_block(text, &block).kind)
		return;
	bool v6 = net_is_v6(&block.addr);
	must(block.bits <= (v6 ? 128 : 32));
	must(net_in_block(&block, &block.addr));
	struct net_addr other;
	must(!net_parse_ip(v6 ? STR("192.0.2.1") : STR("2001:db8::1"), &other).kind);
	must(!net_in_block(&block, &other));
	str ip = net_ip_text(a, &block.addr);
	must(!net_parse_block(arena_printf(a, "%.*s/%u", STR_F(ip), block.bits), &again)
		      .kind);
	must(again.bits == block.bits && net_in_block(&again, &block.addr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	whole(a, (str){ (const char *)data, n });
	network(a, (str){ (const char *)data, n });
	return 0;
}
