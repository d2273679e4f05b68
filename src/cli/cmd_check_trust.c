/* postern check spf, check auth: is mail from who it says, as smtpd would see it. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "net/resolver.h"
#include "trust/trust.h"

#include <jansson.h>
#include <stdio.h>

enum { FILE_MAX = 256 << 20, DNS_MS = 30000 };

static err resolver_of(struct cli *c, struct resolver **r)
{
	const struct conf *conf;
	TRY(cli_conf(c, &conf));
	return resolver_new(c->a, conf->dns_server, conf->dns_trust_anchor, r);
}

static int print(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	puts("");
	json_decref(j);
	return CLI_OK;
}

static err client_of(struct cli *c, struct net_addr *client)
{
	err e = net_parse_ip(str_from(cli_option(c, "ip")), client);
	return e.kind ? err_in(c->a, e.kind, "--ip %s: %s", cli_option(c, "ip"), e.msg)
		      : OK;
}

int cli_check_spf(struct cli *c)
{
	struct net_addr client;
	struct spf_result spf;
	struct spf_ask ask = { .client = &client,
			       .helo = str_from(cli_option(c, "helo")),
			       .sender = str_from(cli_option(c, "from")) };
	if (!cli_option(c, "ip"))
		return cli_usage("--ip is missing: whose connection is it?");
	CLI_TRY(c, client_of(c, &client));
	CLI_TRY(c, resolver_of(c, &ask.resolver));
	ask.receiver = c->conf.site_hostname;
	ask.deadline = clock_mono_ms() + DNS_MS;
	spf_check(c->a, &ask, &spf);
	json_t *j = json_object();
	json_object_set_new(j, "result", json_string(spf_word(spf.verdict)));
	str reason = spf.explanation.n ? spf.explanation : str_from(spf.why);
	json_object_set_new(j, "reason",
			    json_stringn(reason.n ? reason.p : "", reason.n));
	return print(j);
}

/* Without --ip there is no connection to judge: SPF is none, DKIM, ARC and DMARC
 * are what the message itself bears. */
int cli_check_auth(struct cli *c)
{
	struct net_addr client = { 0 };
	struct header h;
	struct trust_result t;
	str message;
	struct trust_ask ask = { .client = &client,
				 .helo = str_from(cli_option(c, "helo")),
				 .sender = str_from(cli_option(c, "from")),
				 .header = &h };
	CLI_TRY(c, net_parse_ip(STR("127.0.0.1"), &client));
	if (cli_option(c, "ip"))
		CLI_TRY(c, client_of(c, &client));
	CLI_TRY(c, file_read(c->a, c->args[0], FILE_MAX, &message));
	CLI_TRY(c, header_scan(c->a, message, &h));
	CLI_TRY(c, resolver_of(c, &ask.resolver));
	ask.receiver = c->conf.site_hostname;
	ask.body = h.body;
	ask.now = clock_now();
	ask.deadline = clock_mono_ms() + DNS_MS;
	trust_judge(c->a, &ask, &t);
	str text = trust_json(c->a, &t);
	json_t *j = json_loadb(text.p, text.n, 0, NULL);
	json_object_del(j, "dns");
	return print(j);
}
