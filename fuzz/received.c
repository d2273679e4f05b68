/* A message that a gateway may have handed on: what is read of its fields is part of
 * them, an address is one, and a peer that is no gateway is believed nothing. */
#include "fuzz.h"

#include "mail/received.h"
#include "trust/authres.h"
#include "trust/upstream.h"

static bool is_part(str part, str whole)
{
	return !part.n || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void read_fields(struct arena *a, const struct header *h)
{
	for (size_t i = 0; i < h->count; i++) {
		struct received r;
		struct authres_said s;
		str value = h->fields[i].value, rest = value;
		received_read(value, &r);
		must(is_part(r.helo, value) && is_part(r.by, value));
		must(net_ip_text(a, &r.client).n >= 2
		     || r.kind != RECEIVED_FROM); /* "::" */
		for (size_t left = rest.n + 1; authres_next(a, &rest, &s);
		     left = rest.n) {
			must(rest.n < left && s.method.n && s.result.n);
			authres_said_property(&s, "header.d");
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct header h;
	struct upstream up;
	struct net_addr gateway, stranger;
	struct handed via;
	struct vouched v;
	struct arc_result none = { 0 };
	if (header_scan(a, (str){ (const char *)data, n }, &h).kind)
		return 0;
	must(!upstream_read(a, STR("10.0.0.0/24"), STR("wall.lab.example"), &up).kind);
	must(!net_parse_ip(STR("10.0.0.1"), &gateway).kind
	     && !net_parse_ip(STR("192.0.2.9"), &stranger).kind);
	read_fields(a, &h);
	upstream_walk(&up, &gateway, STR("gw"), &h, &via);
	upstream_vouched(a, &up, &via, &none, &h, &v);
	must(v.dkim_count <= VOUCHED_MAX && (v.how || !v.spf.n));
	authres_collect(a, &h, STR("wall.lab.example"));
	authres_strip(a, &h, STR("wall.lab.example"));
	upstream_walk(&up, &stranger, STR("x"), &h, &via);
	upstream_vouched(a, &up, &via, &none, &h, &v);
	must(!via.top && !v.how && str_eq(net_ip_text(a, &via.client), STR("192.0.2.9")));
	return 0;
}
