#include "web/provider.h"

#include "account/jwt.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"
#include "web/form.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MS = 3600 * 1000, TEXT_MOST = FETCH_WEB_MAX };

struct kept { /* an answer of before; under lock */
	char *text;
	size_t n;
	int64_t until; /* clock_mono_ms */
};

struct providers {
	pthread_mutex_t lock;
	size_t count;
	struct kept *metadata, *keys; /* of each provider */
};

struct providers *providers_new(const struct conf *conf)
{
	struct providers *x = mem_zero(sizeof *x);
	x->count = conf->oidc_count;
	x->metadata = mem_zero((x->count + 1) * sizeof *x->metadata);
	x->keys = mem_zero((x->count + 1) * sizeof *x->keys);
	pthread_mutex_init(&x->lock, NULL);
	return x;
}

const struct conf_oidc *provider_find(const struct web *web, str name)
{
	for (size_t i = 0; i < web->conf->oidc_count; i++)
		if (str_eq(web->conf->oidc[i].name, name))
			return &web->conf->oidc[i];
	return NULL;
}

static size_t index_of(const struct web *web, const struct conf_oidc *p)
{
	return (size_t)(p - web->conf->oidc);
}

/* ---- one question */

static err ask(struct request *q, const struct fetch_request *wanted,
	       struct fetch_answer *x)
{
	struct fetch_request r = *wanted;
	r.most = TEXT_MOST;
	r.within_ms = FETCH_WEB_MS;
	TRY(web_fetch(q, &r, x));
	if (x->result == FETCH_DONE)
		return OK;
	return err_in(q->arena, x->result == FETCH_REFUSED ? ERR_LIMIT : ERR_TEMP,
		      "%.*s: %.*s", STR_F(r.url), STR_F(x->why));
}

static err get(struct request *q, str url, str bearer, str *text)
{
	struct fetch_answer x;
	TRY(ask(q, &(struct fetch_request){ .url = url, .bearer = bearer }, &x));
	if (x.status != 200)
		return err_in(q->arena, ERR_TEMP, "%.*s answers %d", STR_F(url),
			      (int)x.status);
	*text = x.body;
	return OK;
}

/* ---- what is kept */

static bool from_memory(struct request *q, struct kept *k, str *text)
{
	struct providers *all = worker_of(q)->web->providers;
	pthread_mutex_lock(&all->lock);
	bool fresh = k->text && clock_mono_ms() < k->until;
	if (fresh)
		*text = arena_copy(q->arena, (str){ k->text, k->n });
	pthread_mutex_unlock(&all->lock);
	return fresh;
}

static void keep(struct request *q, struct kept *k, str text)
{
	struct providers *all = worker_of(q)->web->providers;
	char *copy = mem_alloc(text.n + 1);
	memcpy(copy, text.n ? text.p : "", text.n);
	pthread_mutex_lock(&all->lock);
	free(k->text);
	*k = (struct kept){ copy, text.n, clock_mono_ms() + KEPT_MS };
	pthread_mutex_unlock(&all->lock);
}

/* Only what makes sense is kept. */
static err metadata(struct request *q, const struct conf_oidc *p, bool anew,
		    struct oidc_metadata *m)
{
	struct web *web = worker_of(q)->web;
	struct kept *k = &web->providers->metadata[index_of(web, p)];
	str text, issuer = p->issuer;
	if (!anew && from_memory(q, k, &text))
		return oidc_metadata_read(q->arena, text, p->issuer, m);
	if (str_ends(issuer, STR("/")))
		issuer.n--;
	TRY(get(q, arena_cat(q->arena, issuer, STR("/.well-known/openid-configuration")),
		STR_NONE, &text));
	TRY(oidc_metadata_read(q->arena, text, p->issuer, m));
	keep(q, k, text);
	return OK;
}

err provider_metadata(struct request *q, const struct conf_oidc *p,
		      struct oidc_metadata *m)
{
	return metadata(q, p, false, m);
}

static err keys(struct request *q, const struct conf_oidc *p,
		const struct oidc_metadata *m, bool anew, struct jwks *set)
{
	struct web *web = worker_of(q)->web;
	struct kept *k = &web->providers->keys[index_of(web, p)];
	str text;
	if (!anew && from_memory(q, k, &text))
		return jwks_read(q->arena, text, set);
	TRY(get(q, m->jwks_uri, STR_NONE, &text));
	TRY(jwks_read(q->arena, text, set));
	keep(q, k, text);
	return OK;
}

/* ---- the code */

/* RFC 6749 section 2.3.1: name and secret are written as in a form before they become the
 * header's. */
static str basic_of(struct arena *a, str client, str secret)
{
	return arena_cat(a, enc_percent(a, client), STR(":"), enc_percent(a, secret));
}

static err ask_tokens(struct request *q, const struct conf_oidc *p,
		      const struct oidc_metadata *m, const struct oidc_flow *f, str code,
		      struct oidc_tokens *t)
{
	struct fetch_answer x;
	str secret = worker_of(q)->web->secrets[index_of(worker_of(q)->web, p)];
	bool header = secret.n && !m->secret_in_form;
	struct pair rows[6] = {
		{ .name = STR("grant_type"), .value = STR("authorization_code") },
		{ .name = STR("code"), .value = code },
		{ .name = STR("redirect_uri"), .value = f->redirect },
		{ .name = STR("code_verifier"), .value = oidc_verifier(q->arena, f) },
		{ .name = STR("client_id"), .value = f->client },
		{ .name = STR("client_secret"), .value = secret },
	};
	struct pairs form = { rows, header ? 4 : secret.n ? 6 : 5 };
	struct fetch_request r = { .url = m->token_endpoint,
				   .post = true,
				   .type = STR("application/x-www-form-urlencoded"),
				   .body = form_encode(q->arena, &form) };
	if (header)
		r.basic = basic_of(q->arena, f->client, secret);
	TRY(ask(q, &r, &x));
	if (x.status >= 500)
		return err_in(q->arena, ERR_TEMP, "%.*s answers %d",
			      STR_F(m->token_endpoint), (int)x.status);
	return oidc_tokens_read(q->arena, x.body, t);
}

/* A key that we do not know may be a new one: then they are asked for again, once. */
static err verify(struct request *q, const struct conf_oidc *p,
		  const struct oidc_metadata *m, const struct jwt *t, str *claims)
{
	struct jwks set;
	TRY(keys(q, p, m, false, &set));
	err e = jwt_check(t, &set, claims);
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(keys(q, p, m, true, &set));
	return jwt_check(t, &set, claims);
}

static err redeem(struct request *q, const struct conf_oidc *p,
		  const struct oidc_metadata *m, const struct oidc_flow *f, str code,
		  struct oidc_who *who)
{
	struct oidc_tokens t;
	struct jwt token;
	str claims, text;
	TRY(ask_tokens(q, p, m, f, code, &t));
	TRY(jwt_read(q->arena, t.id_token, &token));
	TRY(verify(q, p, m, &token, &claims));
	TRY(oidc_id_token_check(q->arena, claims,
				&(struct oidc_expected){ .issuer = p->issuer,
							 .client = f->client,
							 .nonce = oidc_nonce(q->arena, f),
							 .access_token = t.access_token,
							 .claim = p->claim,
							 .alg = token.alg,
							 .now = clock_now() },
				who));
	bool known = who->address.n && (who->proven || p->trusted);
	if (known || !m->userinfo_endpoint.n || !t.access_token.n)
		return OK;
	TRY(get(q, m->userinfo_endpoint, t.access_token, &text));
	return oidc_userinfo_read(q->arena, text, p->claim, who);
}

/* The role fetch knows the endpoints of a configuration that it has fetched itself: one
 * that was started anew must do so first. A code that it has not sent on is still good. */
err provider_redeem(struct request *q, const struct conf_oidc *p,
		    const struct oidc_flow *f, str code, struct oidc_who *who)
{
	struct oidc_metadata m;
	TRY(metadata(q, p, false, &m));
	err e = redeem(q, p, &m, f, code, who);
	if (e.kind != ERR_LIMIT)
		return e;
	TRY(metadata(q, p, true, &m));
	return redeem(q, p, &m, f, code, who);
}
