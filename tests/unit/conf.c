#include "base/conf.h"

#include "base/file.h"
#include "tests/check.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/postern-conf-XXXXXX";

static const char *write_conf(struct arena *a, const char *text)
{
	const char *path = arena_z(a,
				   arena_cat(a, str_from(folder), STR("/postern.conf")));
	CHECK(!file_write(a, path, 0600, str_from(text)).kind);
	return path;
}

static void reads(struct arena *a)
{
	const char *const overrides[] = { "smtp.max_size=7k", "site.url=https://x/?a=b" };
	const char *path = write_conf(
		a, "[site]\ndomain = lists.example\n[smtp]\nmax_clients = 12\n"
		   "[send]\nexpire = 2d\n[route]\n*.Inner.example = lmtp:/run/x\n");
	struct conf c;
	CHECK(!conf_load(a, path, overrides, 2, &c).kind);
	CHECK(str_eq(c.site_domain, STR("lists.example")) && c.smtp_max_clients == 12);
	CHECK(c.smtp_max_size == 7 * 1024 && c.send_expire == 2 * 86400);
	CHECK(str_eq(c.site_url, STR("https://x/?a=b")));
	CHECK(c.route_count == 1 && str_eq(c.routes[0].domain, STR("*.inner.example")));
	CHECK(str_starts(c.site_data, str_from(folder)));
	str list = c.smtp_listen, word;
	CHECK(conf_word(&list, &word) && str_eq(word, STR("0.0.0.0:25")));
	CHECK(conf_word(&list, &word) && str_eq(word, STR("[::]:25"))
	      && !conf_word(&list, &word));
}

static void reads_networks(struct arena *a)
{
	const char *path = write_conf(
		a, "[trust]\nupstream = 10.0.0.0/8, 2001:db8::/32, 192.0.2.1\n[smtp]\n"
		   "dnsbl = bl.example, b.bl.example=127.0.0.2\nallow = 192.0.2.0/24, "
		   "wl.example=127.0.9.1\ngreylist = 5m\n");
	struct conf c;
	CHECK(!conf_load(a, path, NULL, 0, &c).kind);
	str list = c.trust_upstream, word;
	CHECK(conf_word(&list, &word) && str_eq(word, STR("10.0.0.0/8")));
	CHECK(str_eq(c.smtp_dnsbl, STR("bl.example, b.bl.example=127.0.0.2")));
	CHECK(str_ends(c.smtp_allow, STR("127.0.9.1")) && c.smtp_greylist == 300);
}

static void reads_providers(struct arena *a)
{
	const char *const overrides[] = { "oidc lab.create=members" };
	const char *path = write_conf(
		a, "[oidc]\nissuer = https://id.example\nclient_id = postern\n"
		   "[oidc lab]\nissuer = https://sso.lab.example:8443/r\n"
		   "client_id = p\nname = the laboratory\ntrusted = yes\n"
		   "domains = lab.example, x.lab.example\n[oidc]\naddress = upn\n");
	struct conf c;
	CHECK(!conf_load(a, path, overrides, 1, &c).kind && c.oidc_count == 2);
	const struct conf_oidc *p = c.oidc;
	CHECK(str_eq(p[0].name, STR("oidc")) && str_eq(p[0].label, STR("id.example")));
	CHECK(str_eq(p[0].claim, STR("upn")) && str_eq(p[0].create, STR("no")));
	CHECK(str_eq(p[1].name, STR("lab")) && str_eq(p[1].label, STR("the laboratory")));
	CHECK(str_eq(p[1].claim, STR("email")) && str_eq(p[1].create, STR("members")));
	CHECK(p[1].trusted && !p[0].trusted && !p[1].secret.n);
}

static void names_what_is_wrong(struct arena *a)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "[smtp]\nmax_size = many\n",
		  "postern.conf:2: [smtp] max_size = many: must be a size" },
		{ "[smtp]\nsizes = 1\n", "postern.conf:2: [smtp] has no key \"sizes\"" },
		{ "[smtp\nx=1\n", "postern.conf:1: " },
		{ "[store]\nbackend = pgsql\n", "backend = pgsql: not built yet" },
		{ "[send]\nrequire_tls = maybe\n", "must be yes or no" },
		{ "[log]\n\nlevel = foo\n",
		  "conf:3: [log] level = foo: must be debug, info" },
		{ "[log]\nlevel =\n", "conf:2: [log] level = : must be debug" },
		{ "[log]\nformat = xml\n",
		  "conf:2: [log] format = xml: must be text or" },
		{ "[dns]\nserver = foo\n",
		  "conf:2: [dns] server = foo: must be ADDRESS:" },
		{ "[dns]\nserver = 192.0.2.1\n", "conf:2: [dns] server" },
		{ "[dns]\nserver = ns.example:53\n", "conf:2: [dns] server" },
		{ "[dns]\nserver = 2001:db8::1:53\n", "conf:2: [dns] server" },
		{ "[send]\nrelay = outbax\n",
		  "conf:2: [send] relay = outbax: must be HOST" },
		{ "[send]\nrelay = mx.example\n", "conf:2: [send] relay" },
		{ "[send]\nrelay = mx.example:70000\n", "conf:2: [send] relay" },
		{ "[send]\nrelay = a b:25\n", "conf:2: [send] relay" },
		{ "[route]\nx = rubbish\n", "conf:2: [route] x = rubbish: must be smtp" },
		{ "[route]\nx = h:25\n", "conf:2: [route] x" },
		{ "[send]\nrelay = lmtp:/run/x\n", "conf:2: [send] relay" },
		{ "[route]\nx = smtp://h\n", "conf:2: [route] x" },
		{ "[route]\nx = http://h:25\n", "conf:2: [route] x" },
		{ "[route]\nx = lmtp:/\n", "conf:2: [route] x" },
		{ "[route]\nx =\n", "conf:2: [route] x" },
		{ "[web]\nprotect = internal=admin\n", "conf:2: [web] protect" },
		{ "[web]\nprotect = /a=admin, /b\n", "conf:2: [web] protect" },
		{ "[web]\nprotect = /a=everybody\n", "conf:2: [web] protect" },
		{ "[web]\nprotect = /a=members:\n", "conf:2: [web] protect" },
		{ "[web]\nprotect = /a/../b=admin\n", "conf:2: [web] protect" },
		{ "[trust]\nupstream = 10.0.0.0/8, gw.lab.example\n",
		  "conf:2: [trust] upstream = 10.0.0.0/8, gw.lab.example: must be "
		  "networks" },
		{ "[trust]\nupstream = 10.0.0.0/33\n", "conf:2: [trust] upstream" },
		{ "[trust]\nupstream = 2001:db8::/129\n", "conf:2: [trust] upstream" },
		{ "[trust]\nupstream = 10.0.0/8\n", "conf:2: [trust] upstream" },
		{ "[smtp]\ndnsbl = 192.0.2.1\n",
		  "conf:2: [smtp] dnsbl = 192.0.2.1: must be names of lists" },
		{ "[smtp]\ndnsbl = bl.example=192.0.2.1\n", "conf:2: [smtp] dnsbl" },
		{ "[smtp]\ndnsbl = bl.example=2\n", "conf:2: [smtp] dnsbl" },
		{ "[smtp]\ndnsbl = bl\n", "conf:2: [smtp] dnsbl" },
		{ "[smtp]\nallow = 192.0.2.0/33\n", "conf:2: [smtp] allow" },
		{ "[smtp]\ngreylist = soon\n", "conf:2: [smtp] greylist" },
		{ "[oidc]\nissuer = http://id.example\n",
		  "conf:2: [oidc] issuer = http://id.example: must be an https URL" },
		{ "[oidc]\nissuer = https://id.example/?a=b\n", "conf:2: [oidc] issuer" },
		{ "[oidc lab]\ncreate = maybe\n",
		  "conf:2: [oidc lab] create = maybe: must be no, members or yes" },
		{ "[oidc lab]\nissuers = x\n", "conf:2: [oidc lab] has no key" },
		{ "[oidc a b]\nissuer = https://id.example\n", "conf:2: [oidc a b]: a" },
		{ "[oidc ../x]\nissuer = https://id.example\n",
		  "conf:2: [oidc ../x]: a" },
		{ "[oidc lab]\nissuer = https://id.example\n",
		  "[oidc lab] needs issuer and client_id" },
		{ "[oidclab]\nissuer = https://id.example\n", "[oidclab] has no key" },
		{ "[site]\nurl = http://a\n[web]\nurl = http://b\n",
		  "conf:4: [site] url = http://a and [web] url = http://b" },
		{ "[web]\nurl = http://a\n[site]\nurl = http://b\n",
		  "conf:4: [site] url" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf c = { .site_domain = STR("untouched") };
		err e = conf_load(a, write_conf(a, cases[i].text), NULL, 0, &c);
		CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].says));
		CHECK(str_eq(c.site_domain, STR("untouched")));
	}
	struct conf c;
	CHECK(conf_load(a, "/nonexistent/postern.conf", NULL, 0, &c).kind
	      == ERR_NOTFOUND);
}

static void takes_what_is_right(struct arena *a)
{
	static const char *const cases[] = {
		"[log]\nlevel = warn\nformat = json\n",
		"[dns]\nserver = 192.0.2.1:53\n",
		"[dns]\nserver = [2001:db8::1]:53\n",
		"[dns]\nserver =\n",
		"[send]\nrelay = outbox\n",
		"[send]\nrelay = smtp.uni.example:587\n",
		"[send]\nrelay = [2001:db8::1]:25\n",
		"[send]\nrelay =\n",
		"[route]\n*.x = smtp://h:25\ny = lmtp://127.0.0.1:24\nz = lmtp:/run/x\n",
		"[web]\nprotect = /a/b=members:dev@x.example, / = signed-in, /c/=admin\n",
	};
	struct conf c;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = conf_load(a, write_conf(a, cases[i]), NULL, 0, &c);
		if (e.kind)
			fprintf(stderr, "%s\n", e.msg);
		CHECK(!e.kind);
	}
}

/* [web] url and [site] url are one key. */
static void url_has_two_names(struct arena *a)
{
	static const struct {
		const char *text, *override, *url;
	} cases[] = {
		{ "[web]\nurl = http://a\n", NULL, "http://a" },
		{ "[site]\nurl = http://a\n", NULL, "http://a" },
		{ "[site]\nurl = http://a\nurl = http://b\n[web]\nurl = http://b\n", NULL,
		  "http://b" },
		{ "[site]\nurl = http://a\n", "web.url=http://b", "http://b" },
		{ "[web]\nurl = http://a\n", "site.url=http://b", "http://b" },
	};
	struct conf c;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = conf_load(a, write_conf(a, cases[i].text), &cases[i].override,
				  cases[i].override ? 1 : 0, &c);
		CHECK(!e.kind && str_eq(c.site_url, str_from(cases[i].url)));
	}
	const char *const two[] = { "web.url=http://b", "site.url=http://c" };
	err e = conf_load(a, write_conf(a, ""), two, 2, &c);
	CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, "--set site.url=http://c: "));
}

int main(void)
{
	ARENA(a);
	if (!mkdtemp(folder))
		return 1;
	reads(a);
	reads_networks(a);
	reads_providers(a);
	names_what_is_wrong(a);
	takes_what_is_right(a);
	url_has_two_names(a);
	unlink(write_conf(a, ""));
	rmdir(folder);
	return check_done();
}
