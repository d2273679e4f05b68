#include "trust/upstream.h"

#include "base/conf.h"
#include "mail/received.h"
#include "trust/authres.h"
#include "trust/name.h"

enum { HOPS_MAX = 20, NETWORKS_MAX = 1000 };

err upstream_read(struct arena *a, str networks, str sealers, struct upstream *out)
{
	struct upstream u = { .networks = arena_zero(a,
						     NETWORKS_MAX * sizeof *u.networks),
			      .sealers = sealers };
	str word;
	while (conf_word(&networks, &word)) {
		if (u.count == NETWORKS_MAX)
			return FAIL(ERR_SYNTAX, "[trust] upstream takes at most 1,000 "
						"networks");
		err e = net_parse_block(word, &u.networks[u.count++]);
		if (e.kind)
			return err_in(a, e.kind, "[trust] upstream: \"%.*s\": %s",
				      STR_F(word), e.msg);
	}
	*out = u;
	return OK;
}

bool upstream_has(const struct upstream *u, const struct net_addr *client)
{
	for (size_t i = 0; u && i < u->count; i++)
		if (net_in_block(&u->networks[i], client))
			return true;
	return false;
}

/* A filter on the gateway itself hands mail back by the loopback: by its first address,
 * since the others may be anybody's in a container. */
static bool is_loopback(const struct net_addr *client)
{
	static const unsigned char v4[4] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };
	unsigned char o[16];
	size_t n = net_octets(client, o);
	return (n == sizeof v4 && !memcmp(o, v4, n))
	       || (n == sizeof v6 && !memcmp(o, v6, n));
}

void upstream_walk(const struct upstream *u, const struct net_addr *peer, str helo,
		   const struct header *h, struct handed *out)
{
	bool inside = upstream_has(u, peer);
	*out = (struct handed){ .client = *peer, .helo = helo };
	const struct field *f = header_find(h, STR("Received"));
	for (size_t hops = 0; f && inside && hops < HOPS_MAX; hops++) {
		struct received r;
		received_read(f->value, &r);
		if (r.kind == RECEIVED_HERE)
			return;
		if (r.kind == RECEIVED_FROM) {
			inside = upstream_has(u, &r.client) || is_loopback(&r.client);
			*out = (struct handed){ r.client, r.helo, r.by, f };
		}
		f = header_next(h, f);
	}
}

/* ---- what it saw */

static bool is_sealer(const struct upstream *u, str name)
{
	str rest = u->sealers, word;
	while (conf_word(&rest, &word))
		if (str_ieq(word, name))
			return name.n > 0;
	return false;
}

static void take_result(struct vouched *v, const struct authres_said *s)
{
	if (!str_eq(s->result, STR("pass")))
		return;
	if (str_eq(s->method, STR("spf")) && !v->spf.n) {
		v->spf = name_of_identity(authres_said_property(s, "smtp.mailfrom"));
		if (!v->spf.n)
			v->spf = name_of_identity(authres_said_property(s, "smtp.helo"));
	} else if (str_eq(s->method, STR("dkim")) && v->dkim_count < VOUCHED_MAX) {
		str d = authres_said_property(s, "header.d");
		if (!d.n)
			d = name_of_identity(authres_said_property(s, "header.i"));
		if (d.n)
			v->dkim[v->dkim_count++] = d;
	} else if (str_eq(s->method, STR("dmarc")) && !v->dmarc.n) {
		v->dmarc = name_of_identity(authres_said_property(s, "header.from"));
	}
}

static void take_results(struct arena *a, str text, const char *how, str by,
			 struct vouched *out)
{
	struct authres_said s;
	while (authres_next(a, &text, &s))
		take_result(out, &s);
	if (!out->how && (out->spf.n || out->dkim_count || out->dmarc.n)) {
		out->how = how;
		out->by = by;
	}
}

/* The field under *top that was written by an earlier hop. */
static bool is_older(const struct field *f, const struct field *top)
{
	return f > top && str_ieq(f->name, STR("Received"));
}

static bool is_gateway(const struct upstream *u, const struct handed *via,
		       const struct header *h, str id)
{
	const struct field *f = header_find(h, STR("Received"));
	for (; f && f <= via->top; f = header_next(h, f)) {
		struct received r;
		received_read(f->value, &r);
		if (r.by.n && str_ieq(r.by, id))
			return true;
	}
	return is_sealer(u, id);
}

static void take_fields(struct arena *a, const struct upstream *u,
			const struct handed *via, const struct header *h,
			struct vouched *out)
{
	const struct field *end = h->fields + h->count;
	for (const struct field *f = h->fields; f < end && !is_older(f, via->top); f++) {
		if (!str_ieq(f->name, STR("Authentication-Results")))
			continue;
		str id = authres_id(a, f->value);
		if (f < via->top ? is_gateway(u, via, h, id) : is_sealer(u, id))
			take_results(a, f->value, "authres", id, out);
	}
}

void upstream_vouched(struct arena *a, const struct upstream *u, const struct handed *via,
		      const struct arc_result *arc, const struct header *h,
		      struct vouched *out)
{
	*out = (struct vouched){ 0 };
	if (!via->top)
		return;
	if (arc->verdict == ARC_PASS && arc->count) {
		const struct arc_set *newest = &arc->sets[arc->count - 1];
		if (is_sealer(u, newest->domain))
			take_results(a, newest->results, "arc", newest->domain, out);
	}
	if (!out->how)
		take_fields(a, u, via, h, out);
}
