/* net/resolver_context.c: libunbound as we want it. */
#include "net/resolver_inside.h"

#include "base/file.h"

#include <unistd.h>

static const char root_anchor[] = "/usr/share/dns/root.key"; /* Debian's dns-root-data */

static const struct {
	const char *key, *value;
} options[] = {
	{ "do-not-query-localhost:", "no" },
	{ "cache-max-ttl:",
	  "3600" }, /* as ours: what it has kept is no sign that DNS lives */
	{ "outgoing-range:", "128" },         /* questions under way at one time */
	{ "num-queries-per-thread:", "512" }, /* and those that wait for them */
	{ "unblock-lan-zones:", "yes" },      /* a site's own reverse names */
	{ "insecure-lan-zones:", "yes" },
};

/* Zones that libunbound would answer by itself, all but localhost (RFC 6761
 * section 6.3). */
static const struct {
	const char *zone;
	bool with_server; /* unblocked only where one server is to answer everything */
} unblocked[] = {
	{ "home.arpa.", false }, /* a site's own (RFC 8375) */
	{ "test.", true },
	{ "invalid.", true },
	{ "127.in-addr.arpa.", true },
	{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
	  true },
};

static err set_options(struct arena *a, struct ub_ctx *ctx)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		int code = ub_ctx_set_option(ctx, options[i].key, options[i].value);
		if (code)
			return err_in(
				a, ERR_IO, "libunbound refuses its option %s %s (%s)",
				options[i].key, options[i].value, ub_strerror(code));
	}
	return OK;
}

static err set_server(struct arena *a, struct ub_ctx *ctx, str server)
{
	struct net_addr at;
	if (server.n == 0) {
		/* Without resolv.conf libunbound asks the root servers itself. */
		int code = access("/etc/resolv.conf", F_OK)
				   ? 0
				   : ub_ctx_resolvconf(ctx, NULL);
		return code ? err_in(a, ERR_IO, "cannot use /etc/resolv.conf: %s",
				     ub_strerror(code))
			    : OK;
	}
	TRY(net_parse(a, server, &at));
	str ip = net_ip_text(a, &at);
	str text = arena_printf(a, "%.*s@%u", STR_F(ip), net_port(&at));
	int code = ub_ctx_set_fwd(ctx, text.p);
	return code ? err_in(a, ERR_IO, "libunbound refuses the name server %s: %s",
			     text.p, ub_strerror(code))
		    : OK;
}

bool resolver_validates(str server, str trust_anchor)
{
	return trust_anchor.n || (!server.n && access(root_anchor, R_OK) == 0);
}

static err set_anchor(struct arena *a, struct ub_ctx *ctx, str server, str file)
{
	str content;
	if (!resolver_validates(server, file))
		return OK;
	if (file.n == 0)
		file = str_from(root_anchor);
	const char *path = arena_z(a, file);
	err e = file_read(a, path, 1 << 20, &content);
	if (e.kind)
		return err_in(a, ERR_IO, "cannot read the DNSSEC trust anchor: %s",
			      e.msg);
	int code = ub_ctx_add_ta_file(ctx, path);
	return code ? err_in(a, ERR_IO, "cannot use the DNSSEC trust anchor %s: %s", path,
			     ub_strerror(code))
		    : OK;
}

/* The first of these calls also makes libunbound read the anchor, so that a
 * wrong one shows now. */
static err unblock(struct arena *a, struct ub_ctx *ctx, bool with_server, str anchor)
{
	for (size_t i = 0; i < sizeof unblocked / sizeof *unblocked; i++) {
		if (unblocked[i].with_server && !with_server)
			continue;
		int code = ub_ctx_zone_remove(ctx, unblocked[i].zone);
		if (code)
			return err_in(a, ERR_SYNTAX,
				      "%.*s%sDNS cannot start (%s); a trust anchor is a "
				      "file of DS or DNSKEY records",
				      STR_F(anchor), anchor.n ? ": " : "",
				      ub_strerror(code));
	}
	return OK;
}

err dns_context(struct arena *a, str server, str trust_anchor, struct ub_ctx **ctx)
{
	struct ub_ctx *made = ub_ctx_create();
	if (!made)
		return FAIL(ERR_IO, "libunbound gives no context");
	ub_ctx_debugout(made, NULL); /* our own log says what failed */
	ub_ctx_async(made, 1);
	err e = set_options(a, made);
	if (!e.kind)
		e = set_server(a, made, server);
	if (!e.kind)
		e = set_anchor(a, made, server, trust_anchor);
	if (!e.kind)
		e = unblock(a, made, server.n > 0, trust_anchor);
	if (e.kind)
		ub_ctx_delete(made);
	else
		*ctx = made;
	return e;
}
