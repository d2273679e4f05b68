/* The role web: pages over HTTP. What they show stands in src/web. */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/url.h"
#include "roles/role.h"
#include "web/asset.h"
#include "web/http.h"
#include "web/pages/lengths.h"
#include "web/pages/many.h"
#include "web/pages/old.h"
#include "web/pages/pages.h"
#include "web/provider.h"
#include "web/site/consent.h"
#include "web/site/gate.h"
#include "web/site/log.h"
#include "web/site/manage.h"
#include "web/site/upload.h"

enum {
	CACHE_OCTETS = 24 << 20,
	CONNECTIONS = 4000,
	ASKS_BURST = 10,
	ASKS_HOUR = 60,
	BEGINS_BURST = 100,
	BEGINS_HOUR = 1000,
	CODES_BURST = 5,
	CODES_HOUR = 10,
	LOOK_MS = 1000
};

struct web_role {
	struct role *role;
	struct web web;
	struct router router;
	struct sessions sessions;
	struct http *http;
	struct tls *tls;
};

static void wake_post(void *ring)
{
	wake_send(ring, ROLE_post);
}

static err hand_mail(void *ring, int fd)
{
	return wake_hand(ring, ROLE_smtpd, fd);
}

static err hand_wall(void *ring, int fd)
{
	return wake_hand(ring, ROLE_wall, fd);
}

static err hand_fetch(void *ring, int fd)
{
	return wake_hand(ring, ROLE_fetch, fd);
}

/* What no page has: the group's own site. */
static void other(struct request *q, struct response *r)
{
	const struct web *web = q->ctx;
	site_page(web->site, q, r);
}

static err open_web(struct web_role *w)
{
	const struct conf *conf = w->role->conf;
	w->web = (struct web){ .conf = conf,
			       .cache = cache_new(CACHE_OCTETS),
			       .helper = helper_new(),
			       .unpacker = archive_unpacker_new(),
			       .sign_ins = throttle_new(),
			       .codes = rate_new(CODES_BURST, CODES_HOUR),
			       .token_uses = rate_new(1, 60),
			       .asks = rate_new(ASKS_BURST, ASKS_HOUR),
			       .lengths = lengths_new(),
			       .begins = rate_new(BEGINS_BURST, BEGINS_HOUR),
			       .providers = providers_new(conf),
			       .secrets = w->role->oidc_secrets,
			       .ring = w->role,
			       .wake_post = wake_post,
			       .answers = bell_new(ORDER_WAITERS),
			       .hand_mail = hand_mail,
			       .hand_wall = hand_wall,
			       .uploads = uploads_new(),
			       .hand_fetch = hand_fetch };
	return books_mac_from(role_key(w->role, STR("mac.key")), &w->web.mac);
}

static err open_router(struct web_role *w)
{
	const struct conf *conf = w->role->conf;
	struct arena *a = w->role->a;
	w->sessions = web_sessions;
	w->sessions.origin = url_origin(a, conf->site_url);
	w->router = (struct router){ .sessions = &w->sessions,
				     .site = { .name = conf->site_domain,
					       .lang = conf->site_lang,
					       .zone = conf->site_timezone,
					       .root = conf->web_root.n > 0 },
				     .strict = str_starts(conf->site_url,
							  STR("https://")),
				     .cost = cost_new(conf->web_budget * 1000000),
				     .ctx = &w->web,
				     .may = viewer_may,
				     .moved = worker_moved,
				     .label = worker_label,
				     .kept = kept_address,
				     .is_member = viewer_is_member };
	w->router.routes = pages_routes(&w->router.route_count);
	TRY(protect_parse(a, conf->web_protect, &w->router.protect));
	if (!conf->web_root.n)
		return OK;
	TRY(site_open(a, arena_z(a, conf_path(a, conf, conf->web_root)), &w->web.site));
	w->web.site->url = conf->site_url;
	w->web.site->holds = file_rule_holds;
	w->web.site->find_link = file_link_find;
	w->web.site->charge = file_link_charge;
	w->web.site->consent = file_consent;
	w->web.site->uploads = upload_may_by;
	w->web.site->manages = site_manages_by;
	if (conf->web_keep_downloads) {
		TRY(site_log_start(conf, w->web.site->root, &w->web.site->log));
		w->web.site->watch = file_watch;
	}
	w->router.other = other;
	if (conf->web_files_url.n) {
		struct url u;
		TRY(url_read(conf->web_files_url, &u));
		w->router.files_host = u.host;
	}
	return OK;
}

static err open_http(struct web_role *w)
{
	struct limit_rule rule = { .open = CONNECTIONS / 4, .total = CONNECTIONS };
	struct http_options o = { .page = router_page,
				  .first = first_page,
				  .body_max = many_body_max,
				  .sink_max = upload_max,
				  .sink = upload_sink,
				  .spent = router_spent,
				  .ctx = &w->router,
				  .limit = limit_new(&rule),
				  .proxied = true };
	str *scripts;
	asset_scripts(w->role->a, &scripts, &o.script_count);
	o.scripts = scripts;
	o.host = str_skip(str_find(w->sessions.origin, STR("://")), strlen("://"));
	TRY(http_new(&o, &w->http));
	w->web.http = w->http;
	for (size_t i = 0; i < w->role->listener_count; i++) {
		const struct role_listener *l = &w->role->listeners[i];
		if (l->kind == LISTEN_WEB_TLS && !w->tls)
			TRY(tls_server(w->role->a, w->role->tls_chain, w->role->tls_key,
				       &w->tls));
		http_listen(w->http, l->fd, l->kind == LISTEN_WEB_TLS ? w->tls : NULL);
	}
	return http_start(w->http);
}

int web_main(struct role *role)
{
	struct web_role *w = arena_zero(role->a, sizeof *w);
	w->role = role;
	err e = open_web(w);
	if (!e.kind)
		e = open_router(w);
	if (!e.kind)
		e = open_http(w);
	if (e.kind) {
		log_error("role-not-started", KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return 1;
	}
	role_ready(role);
	while (!role_draining(role)) {
		struct wake woken;
		if (wake_wait(role, WAKE_FROM(post), clock_mono_ms() + LOOK_MS, &woken))
			bell_ring(w->web.answers);
		fd_close(&woken.handed); /* post hands nothing */
	}
	http_drain(w->http, role_deadline(role) - 2000);
	if (w->web.site)
		site_log_stop(w->web.site->log);
	return 0;
}
