/* The providers of [oidc]. web may have their configuration asked for; where its keys,
 * tokens and UserInfo are is read out of that here, so that whoever has taken web over sends
 * nothing to a host of their own choice. */
#include "roles/fetch_inside.h"

#include "account/oidc.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEYS, TOKENS, USERINFO, ENDPOINTS };

struct provider {
	str issuer;
	struct url at;     /* the issuer's parts */
	str configuration; /* its URL */
	pthread_mutex_t lock;
	char *endpoints[ENDPOINTS]; /* under lock; NULL: not known */
};

/* Discovery section 4.1: behind the issuer, whose last / goes. */
static str configuration_url(struct arena *a, str issuer)
{
	if (str_ends(issuer, STR("/")))
		issuer.n--;
	return arena_cat(a, issuer, STR("/.well-known/openid-configuration"));
}

err fetch_providers_read(struct fetcher *f)
{
	const struct conf *conf = f->role->conf;
	struct arena *a = f->role->a;
	f->providers = arena_zero(a, (conf->oidc_count + 1) * sizeof *f->providers);
	for (size_t i = 0; i < conf->oidc_count; i++) {
		struct provider *p = &f->providers[i];
		p->issuer = conf->oidc[i].issuer;
		p->configuration = configuration_url(a, p->issuer);
		pthread_mutex_init(&p->lock, NULL);
		TRY(url_read(p->issuer, &p->at));
	}
	f->provider_count = conf->oidc_count;
	return OK;
}

/* Its keys are read, the token endpoint is posted to, UserInfo wants an access token. */
static bool fits(const struct fetch_request *r, size_t endpoint)
{
	return r->post == (endpoint == TOKENS)
	       && (r->bearer.n > 0) == (endpoint == USERINFO);
}

static bool is_of(struct provider *p, const struct fetch_request *r)
{
	bool yes = !r->post && !r->bearer.n && str_eq(r->url, p->configuration);
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < ENDPOINTS; i++)
		yes = yes
		      || (p->endpoints[i] && fits(r, i)
			  && str_eq(r->url, str_from(p->endpoints[i])));
	pthread_mutex_unlock(&p->lock);
	return yes;
}

/* The site has named the issuer's own host, and so its address. Other hosts the provider
 * names, which could lead into the network that we stand in. */
static err check_place(struct job *j, const struct provider *p, const struct url *u)
{
	struct net_addr literal;
	int64_t port = j->f->role->conf->fetch_port;
	j->inner = str_ieq(u->host, p->at.host);
	if (!u->tls)
		return FAIL(ERR_DENIED, "only https is fetched");
	if (u->port != 443 && u->port != port && u->port != p->at.port)
		return FAIL(ERR_DENIED, "another port than the issuer's is not asked");
	if (!j->inner && !net_parse_ip(u->host, &literal).kind)
		return FAIL(ERR_DENIED,
			    "a URL with an address for a host is not fetched");
	j->port = u->port;
	return OK;
}

err fetch_provider_check(struct job *j, str *host)
{
	struct url u;
	for (size_t i = 0; i < j->f->provider_count; i++) {
		if (!is_of(&j->f->providers[i], j->r))
			continue;
		TRY(url_read(j->r->url, &u));
		TRY(check_place(j, &j->f->providers[i], &u));
		*host = u.host;
		return OK;
	}
	return FAIL(ERR_NOTFOUND, "no provider's");
}

static void keep(struct provider *p, const struct oidc_metadata *m)
{
	const str urls[ENDPOINTS] = { m->jwks_uri, m->token_endpoint,
				      m->userinfo_endpoint };
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < ENDPOINTS; i++) {
		free(p->endpoints[i]);
		p->endpoints[i] = urls[i].n ? mem_alloc(urls[i].n + 1) : NULL;
		if (!urls[i].n)
			continue;
		memcpy(p->endpoints[i], urls[i].p, urls[i].n);
		p->endpoints[i][urls[i].n] = '\0';
	}
	pthread_mutex_unlock(&p->lock);
}

void fetch_provider_learn(struct job *j)
{
	struct oidc_metadata m;
	if (!j->by_web || j->answer.result != FETCH_DONE || j->answer.status != 200)
		return;
	for (size_t i = 0; i < j->f->provider_count; i++) {
		struct provider *p = &j->f->providers[i];
		if (str_eq(j->r->url, p->configuration)
		    && !oidc_metadata_read(j->a, j->answer.body, p->issuer, &m).kind)
			keep(p, &m);
	}
}
