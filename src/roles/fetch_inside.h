/* roles/fetch_inside.h: the role fetch among its own files. fetch.c is asked, a thread a
 * question; fetch_url.c asks the web server. */
#pragma once

#include "base/buf.h"
#include "base/url.h"
#include "net/fetch.h"
#include "net/fetch_places.h"
#include "net/resolver.h"
#include "roles/role.h"

#include <curl/curl.h>
#include <stdatomic.h>

struct fetcher {
	struct role *role;
	struct resolver *resolver;
	struct net_block *allow; /* [fetch] allow */
	size_t allow_count;
	struct url *templates; /* [fetch] templates */
	size_t template_count;
	struct provider *providers; /* [oidc]; fetch_provider.c */
	size_t provider_count;
	struct curl_blob authorities; /* [tls] authorities; empty: the system's */
	struct fetch_places *places;
	atomic_size_t under_way, of_web;
};

struct job { /* one question, on the thread that answers it */
	struct fetcher *f;
	struct arena *a;
	const struct fetch_request *r;
	bool by_web;      /* which faces strangers */
	bool of_template; /* below a place that the site names, wherever that is */
	bool inner;       /* the host's address may be an inner one: the site names it */
	uint16_t port;
	CURL *curl;
	struct curl_slist *addresses;
	struct net_addr first; /* of them */
	struct fetch_place place;
	struct buf body;
	bool too_large;
	bool kept_out; /* an address was refused */
	struct fetch_answer answer;
};

/* Answers j->r in j->answer, whose texts are j's. */
void fetch_perform(struct job *j);
void fetch_forget(struct job *j);

/* ---- the providers of [oidc] */

MUST_USE err fetch_providers_read(struct fetcher *f);

/* Whether web may ask a provider that: for its configuration, which anybody may read, for
 * its keys, or at the endpoints that its configuration named when it was last read here.
 * Sets what holds for such a question, and its host. ERR_NOTFOUND: it is no provider's. */
MUST_USE err fetch_provider_check(struct job *j, str *host);

/* After an answer: a provider's configuration names its endpoints. */
void fetch_provider_learn(struct job *j);
