/* tests/unit/router_asked.h: a router with pages and people of a test's own, and what it
 * answers to a table of requests. */
#pragma once

#include "web/blob.h"
#include "web/router.h"

#include "tests/check.h"

/* ---- a ctx of our own: three people, by cookie */

static inline err find(void *ctx, struct arena *a, str cookie, struct session *out)
{
	(void)ctx, (void)a;
	*out = (struct session){ .person = 7, .name = cookie };
	out->admin = str_eq(cookie, STR("admin"));
	if (str_eq(cookie, STR("unread")))
		return FAIL(ERR_IO, "the book is gone");
	return str_eq(cookie, STR("anna")) || str_eq(cookie, STR("member"))
			       || str_eq(cookie, STR("broken")) || out->admin
		       ? OK
		       : FAIL(ERR_NOTFOUND, "nobody's");
}

static inline err bearer(void *ctx, struct arena *a, str token, struct session *out)
{
	(void)ctx, (void)a;
	*out = (struct session){ .person = 8, .name = STR("program") };
	return str_eq(token, STR("good")) ? OK : FAIL(ERR_NOTFOUND, "nobody's");
}

static inline str form_token(struct arena *a, str cookie, str form)
{
	return arena_cat(a, STR("token-of-"), cookie, STR("-"), form);
}

static inline bool form_check(struct arena *a, str cookie, str form, str token)
{
	return str_eq(token, form_token(a, cookie, form));
}

static const struct sessions sessions = { .find = find,
					  .bearer = bearer,
					  .form_token = form_token,
					  .form_check = form_check,
					  .origin = { "https://www.example", 19 } };

static inline enum may may(struct request *q, enum right right)
{
	if (q->session && str_eq(q->session->name, STR("broken")))
		return MAY_NOT_TELL;
	if (str_eq(request_arg(q, "list"), STR("secret"))
	    && !(q->session && q->session->admin))
		return MAY_NOT_KNOW;
	return right == RIGHT_join || (q->session && q->session->admin) ? MAY : MAY_NOT;
}

static inline enum may is_member(struct request *q, str list)
{
	if (str_eq(q->session->name, STR("broken")))
		return MAY_NOT_TELL;
	return str_eq(q->session->name, STR("member")) && str_eq(list, STR("dev@x"))
		       ? MAY
		       : MAY_NOT;
}

static inline void shows(struct request *q, struct response *r, const char *what)
{
	buf_cat(&r->body, str_from(what), STR(":"), request_arg(q, "list"), STR(":"),
		request_arg(q, "number"), request_arg(q, "name"), request_arg(q, "rest"));
}

#define PAGE(name)                                                     \
	static void name##_page(struct request *q, struct response *r) \
	{                                                              \
		shows(q, r, q->json ? #name "-json" : #name);          \
	}
PAGE(lists)
PAGE(home)
PAGE(search)
PAGE(post)
PAGE(thread)
PAGE(mbox)
PAGE(file)
PAGE(join)
PAGE(join_do)
PAGE(unsubscribe)
PAGE(settings)
PAGE(mid)

static inline void gone_page(struct request *q, struct response *r)
{
	(void)q;
	r->status = 410;
}

static inline void other_page(struct request *q, struct response *r)
{
	buf_cat(&r->body, STR("other:"), q->path);
}

static const struct route routes[] = {
	{ GET, "/lists/", lists_page, ROUTE_OPEN, 0 },
	{ GET, "/lists/:list/", home_page, ROUTE_OPEN, 0 },
	{ GET, "/lists/found.json", file_page, ROUTE_OPEN, ROUTE_FILE },
	{ GET, "/lists/:list/search", search_page, ROUTE_OPEN, 0 },
	{ GET, "/lists/:list/#number", post_page, ROUTE_OPEN, 0 },
	{ GET, "/lists/:list/t/#number", thread_page, ROUTE_OPEN, 0 },
	{ GET, "/lists/:list/t/#number.mbox.gz", mbox_page, ROUTE_OPEN, ROUTE_FILE },
	{ GET, "/lists/:list/#number/a/:name", file_page, ROUTE_OPEN, ROUTE_FILE },
	{ GET, "/lists/:list/join", join_page, RIGHT_join, 0 },
	{ POST, "/lists/:list/join", join_do_page, RIGHT_join, 0 },
	{ POST, "/lists/:list/unsubscribe", unsubscribe_page, ROUTE_OPEN,
	  ROUTE_FOREIGN | ROUTE_DOOR },
	{ GET | POST, "/lists/:list/settings", settings_page, RIGHT_settings_set, 0 },
	{ GET, "/gone", gone_page, ROUTE_OPEN, 0 },
	{ GET, "/mid/*rest", mid_page, ROUTE_OPEN, 0 },
};

static struct router router = {
	.routes = routes,
	.route_count = sizeof routes / sizeof *routes,
	.sessions = &sessions,
	.site = { .name = { "Example", 7 }, .lang = { "en", 2 } },
	.may = may,
	.is_member = is_member,
};

/* ---- asking */

struct ask {
	enum method method;
	const char *path, *cookie, *form_token, *origin, *fetch_site, *auth;
};

static inline void ask(struct arena *a, const struct ask *k, struct request *q,
		       struct response *r)
{
	static const char *const names[] = { "cookie", "origin", "sec-fetch-site",
					     "authorization" };
	const char *values[] = { k->cookie, k->origin, k->fetch_site, k->auth };
	struct pair *headers = arena_zero(a, 4 * sizeof *headers), *form;
	size_t count = 0;
	for (size_t i = 0; i < 4; i++)
		if (values[i])
			headers[count++] = (struct pair){ .name = str_from(names[i]),
							  .value = str_from(values[i]) };
	*q = (struct request){ .arena = a, .method = k->method };
	str path = str_from(k->path);
	str_cut(path, '?', &path, &q->query_text);
	if (request_split_path(a, path, q).kind)
		q->refused = 400, q->why = "a bad path";
	q->headers = (struct pairs){ headers, count };
	form = arena_zero(a, sizeof *form);
	*form = (struct pair){ .name = STR("csrf"), .value = str_from(k->form_token) };
	q->form = (struct pairs){ form, k->form_token ? 1 : 0 };
	*r = (struct response){ .arena = a, .status = 200 };
	router_page(&router, q, r);
}

static inline str header(const struct response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_eq(r->headers[i].name, str_from(name)))
			return r->headers[i].value;
	return STR_NONE;
}

static inline void check_answer(size_t i, const struct ask *k, int status,
				const char *says)
{
	ARENA(a);
	struct request q;
	struct response r;
	ask(a, k, &q, &r);
	str where = header(&r, "Location");
	bool right = str_find(where.n ? where : buf_str(&r.body), str_from(says)).n
		     || !*says;
	if (r.status != status || !right)
		fprintf(stderr, "case %zu, %s: %d, %.*s %.*s\n", i, k->path, r.status,
			STR_F(where), STR_F(buf_str(&r.body)));
	CHECK(r.status == status);
	CHECK(right);
	buf_free(&r.body);
	blob_unref(r.blob);
}

struct asked {
	struct ask ask;
	int status;
	const char *says;
};

static inline void check_all(const struct asked *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_answer(i, &cases[i].ask, cases[i].status, cases[i].says);
}
#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof *(cases))
