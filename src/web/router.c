#include "web/router_inside.h"

#include "base/language.h"
#include "base/zone.h"
#include "web/asset.h"
#include "web/blob.h"

#include "base/log.h"

/* ---- who may */

static enum may passes(const struct router *router, struct request *q,
		       const struct protect_row *row)
{
	if (!q->session)
		return MAY_NOT;
	if (q->session->admin)
		return MAY;
	if (row->who == PROTECT_SIGNED_IN)
		return q->session->no_files ? MAY_NOT : MAY;
	return row->who == PROTECT_MEMBERS && router->is_member
		       ? router->is_member(q, row->list)
		       : MAY_NOT;
}

/* One whose session could not be looked up is no guest. */
void router_refuse(struct request *q, struct response *r, enum may may)
{
	int status = may == MAY_NOT_TELL || q->session_unread ? 503
		     : may == MAY_NOT_KNOW                    ? 404
		     : q->session                             ? 403
							      : 401;
	error_page(q, r, status, STR_NONE);
}

void router_lead_in(struct request *q, struct response *r, enum may may)
{
	if (may == MAY_NOT && !q->session && !q->session_unread)
		response_redirect(r, 303, login_path(q));
	else
		router_refuse(q, r, may);
}

/* A page; what a form sends is taken where it comes. */
static bool has_moved(const struct router *router, struct request *q, struct response *r,
		      const struct route *route)
{
	if (!router->moved || !route || route->right == ROUTE_OPEN || q->method != GET)
		return false;
	str to = router->moved(q);
	if (to.n)
		response_redirect(r, 301, to);
	return to.n > 0;
}

/* True: on. Else the answer has been made. */
static bool let_in(const struct router *router, struct request *q, struct response *r,
		   const struct route *route)
{
	const struct protect_row *row = protect_find(&router->protect, q);
	enum may may = MAY;
	q->is_protected = row;
	if (row && !(route && route->flags & ROUTE_DOOR))
		may = passes(router, q, row);
	if (may == MAY && route && route->right != ROUTE_OPEN)
		may = router->may(q, (enum right)route->right);
	if (may == MAY && has_moved(router, q, r, route))
		return false;
	if (may == MAY)
		return true;
	router_refuse(q, r, may);
	return false;
}

/* ---- answering */

static void not_this_method(struct request *q, struct response *r, unsigned allowed)
{
	static const struct {
		unsigned method;
		const char *name;
	} rows[] = { { GET, "GET" }, { GET, "HEAD" },    { POST, "POST" },
		     { PUT, "PUT" }, { PATCH, "PATCH" }, { DELETE, "DELETE" } };
	str list = STR_NONE;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (allowed & rows[i].method)
			list = arena_cat(q->arena, list, list.n ? STR(", ") : STR(""),
					 str_from(rows[i].name));
	response_header(r, STR("Allow"), list);
	error_page(q, r, 405, STR_NONE);
}

static void add_slash(struct request *q, struct response *r)
{
	response_redirect(r, 301,
			  arena_cat(q->arena, q->path, STR("/"),
				    q->query_text.n ? STR("?") : STR(""), q->query_text));
}

/* Whether the network of a guest has cost so much that it must wait; the answer has then been
 * made. From here on what the request costs counts. */
static bool must_wait(const struct router *router, struct request *q, struct response *r)
{
	if (!router->cost || q->session)
		return false;
	int64_t seconds = cost_wait(router->cost, &q->client);
	q->counted = !seconds;
	if (!seconds)
		return false;
	response_header(r, STR("Retry-After"), arena_number(q->arena, seconds));
	error_page(q, r, 429,
		   S_("Your network has asked for so much in a short time that it has to "
		      "wait a little. Who has signed in need not wait."));
	return true;
}

/* A way in or out stands open to those, too, whose network has to wait. */
static bool is_weighed(const struct route *route)
{
	return !(route->flags & (ROUTE_DOOR | ROUTE_FREE));
}

static void wait_a_minute(struct request *q, struct response *r, str why)
{
	response_header(r, STR("Retry-After"), STR("60"));
	error_page(q, r, 429, why);
}

static bool is_spent(const struct request *q)
{
	return q->session && q->session->too_many;
}

static void refuse_spent(struct request *q, struct response *r)
{
	wait_a_minute(q, r,
		      S_("This token has made as many requests in a minute as it may. "
			 "Try again in a minute."));
}

/* Programs sign in by HTTP Basic. False: after too many tries; the answer has been made. */
static bool reads_basic(const struct router *router, struct request *q,
			struct response *r)
{
	if (!session_read_basic(router->sessions, q).kind)
		return true;
	wait_a_minute(q, r,
		      S_("There were too many tries from your network, or for this "
			 "address. Wait a while, then try again."));
	return false;
}

/* A file of the site's. */
static void answer_file(const struct router *router, struct request *q,
			struct response *r)
{
	if (!reads_basic(router, q, r))
		return;
	if (is_spent(q))
		refuse_spent(q, r);
	else if (!must_wait(router, q, r) && let_in(router, q, r, NULL))
		router->other(q, r);
}

/* What nobody has may have been an address of before. */
static void look_before(const struct router *router, struct request *q,
			struct response *r, size_t headers)
{
	bool asks = router->kept && q->method == GET && !q->json && q->segment_count;
	str to = asks ? router->kept(q) : STR_NONE;
	if (!to.n)
		return;
	blob_unref(r->blob);
	r->blob = NULL;
	r->type = STR_NONE;
	r->header_count = headers;
	response_redirect(r, 301, to);
}

static void no_route(const struct router *router, struct request *q, struct response *r)
{
	size_t headers = r->header_count;
	if (!router->other && q->segment_count)
		error_page(q, r, 404, STR_NONE);
	else if (q->method != GET)
		not_this_method(q, r, GET);
	else if (!router->other)
		response_redirect(r, 302, STR("/lists/"));
	else
		answer_file(router, q, r);
	if (r->status == 404)
		look_before(router, q, r, headers);
}

/* What is said in JSON is for programs, and in English. */
static void choose_language(const struct router *router, struct request *q)
{
	enum language l = LANGUAGE_en;
	(void)language_find(router->site.lang, &l);
	q->language_chosen = q->json
			     || (q->session && language_find(q->session->language, &l))
			     || language_accept(request_header(q, "accept-language"), &l);
	language_use(q->json ? LANGUAGE_en : l);
}

/* As who is signed in chose; a table that is gone meanwhile leaves the site's clock. */
static void choose_zone(struct request *q)
{
	const struct zone *z = NULL;
	if (q->session && q->session->timezone.n)
		z = zones_find(q->session->timezone);
	zone_view(z);
}

/* A cache on the way keeps pages apart by it; a blob says so of itself. */
static void say_varies(struct response *r)
{
	if (!r->blob && !r->stream && r->body.n
	    && (!r->type.n || str_starts(r->type, STR("text/html"))))
		response_header(r, STR("Vary"), STR("Accept-Language"));
}

/* Who sends a form is answered in JSON, be it a refusal, where they take no page. */
static bool is_for_program(const struct request *q)
{
	return q->json || (q->method != GET && request_accepts_json(q));
}

/* A request that could not be read. */
static void say_fault(const struct router *router, struct request *q, struct response *r)
{
	struct match m = router_find(router, q);
	if (m.route && m.route->flags & ROUTE_FAULTS) {
		m.route->page(q, r);
		return;
	}
	q->json = is_for_program(q);
	error_page(q, r, q->refused, str_from(q->why));
}

/* The group's pages may run scripts there as themselves: there is no cookie that they could
 * use and no page of ours that they could ask. */
static bool is_apart(const struct router *router, const struct request *q)
{
	str host = request_header(q, "host"), name, port;
	if (!str_cut_last(host, ':', &name, &port))
		name = host;
	return router->files_host.n && router->other && str_ieq(name, router->files_host);
}

static void dispatch_apart(const struct router *router, struct request *q,
			   struct response *r)
{
	q->apart = true;
	choose_language(router, q);
	if (q->method != GET)
		not_this_method(q, r, GET);
	else if (!must_wait(router, q, r) && let_in(router, q, r, NULL))
		router->other(q, r);
}

static void dispatch(const struct router *router, struct request *q, struct response *r)
{
	if (str_starts(q->path, STR("/_/"))) {
		asset_page(q, r);
		return;
	}
	if (is_apart(router, q)) {
		dispatch_apart(router, q, r);
		return;
	}
	const char *why = NULL;
	struct match m = router_find(router, q);
	q->json = is_for_program(q);
	session_read(router->sessions, q);
	if (m.route && m.route->flags & ROUTE_BASIC && !reads_basic(router, q, r))
		return;
	choose_language(router, q);
	choose_zone(q);
	if (!m.route && m.allowed) {
		not_this_method(q, r, m.allowed);
	} else if (!m.route && m.wants_slash) {
		add_slash(q, r);
	} else if (!m.route) {
		no_route(router, q, r);
	} else if (is_spent(q) && !(m.route->flags & ROUTE_DOOR)) {
		refuse_spent(q, r);
	} else if (is_weighed(m.route) && must_wait(router, q, r)) {
		return;
	} else if (let_in(router, q, r, m.route)) {
		if (q->method != GET && !(m.route->flags & ROUTE_FOREIGN)
		    && !session_form_allowed(router->sessions, q, &why))
			error_page(q, r, 403, S_(why));
		else
			m.route->page(q, r);
	}
}

/* RFC 6797 section 7.2: only over TLS. Other names below ours may be without it, and so may
 * the address of files. */
static void say_strict(const struct router *router, const struct request *q,
		       struct response *r)
{
	if (router->strict && q->secure && !q->apart)
		response_header(r, STR("Strict-Transport-Security"),
				STR("max-age=31536000"));
}

void router_page(void *arg, struct request *q, struct response *r)
{
	const struct router *router = arg;
	q->router = router;
	q->ctx = router->ctx;
	language_use(LANGUAGE_en);
	zone_view(NULL);
	if (q->refused)
		say_fault(router, q, r);
	else
		dispatch(router, q, r);
	say_varies(r);
	if (router->label && r->status < 400)
		router->label(q, r);
	if (q->json && r->status / 100 == 3)
		router_lead_to_twin(router, q, r);
	if (r->status >= 400 && !r->body.n && !r->blob && !r->stream)
		error_page(q, r, r->status, STR_NONE);
	say_strict(router, q, r);
	response_squeeze(q, r);
	if (r->status == 503)
		log_warn("page-put-off", KS("path", q->path),
			 KZ("do",
			    "nothing, if it is rare; else look at the lines before"));
	else if (r->status >= 500
		 && !q->refused) /* CONNECT's 501 is no trouble of ours */
		log_error("page-failed", KS("path", q->path), KN("status", r->status),
			  KZ("do", "look at the lines before this one"));
}

void router_spent(void *arg, const struct request *q, int64_t microseconds,
		  int64_t octets)
{
	const struct router *router = arg;
	if (q->counted)
		cost_spend(router->cost, &q->client, microseconds, octets);
}
