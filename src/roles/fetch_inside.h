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
	struct curl_blob authorities; /* [tls] authorities; empty: the system's */
	struct fetch_places *places;
	atomic_size_t under_way, of_web;
};

struct job { /* one question, on the thread that answers it */
	struct fetcher *f;
	struct arena *a;
	const struct fetch_request *r;
	bool of_template; /* below a place that the site names, wherever that is */
	uint16_t port;
	CURL *curl;
	struct curl_slist *addresses;
	struct net_addr first; /* of them */
	struct fetch_place place;
	struct buf body;
	bool too_large;
	bool inner; /* an address was refused */
	struct fetch_answer answer;
};

/* Answers j->r in j->answer, whose texts are j's. */
void fetch_perform(struct job *j);
void fetch_forget(struct job *j);
