#include "web/router.h"

#include "web/blob.h"

#include "tests/check.h"

/* ---- a ctx of our own: three people, by cookie */

static err find(void *ctx, struct arena *a, str cookie, struct session *out)
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

static err bearer(void *ctx, struct arena *a, str token, struct session *out)
{
	(void)ctx, (void)a;
	*out = (struct session){ .person = 8, .name = STR("program") };
	return str_eq(token, STR("good")) ? OK : FAIL(ERR_NOTFOUND, "nobody's");
}

static str form_token(struct arena *a, str cookie, str form)
{
	return arena_cat(a, STR("token-of-"), cookie, STR("-"), form);
}

static bool form_check(struct arena *a, str cookie, str form, str token)
{
	return str_eq(token, form_token(a, cookie, form));
}

static const struct sessions sessions = { .find = find,
					  .bearer = bearer,
					  .form_token = form_token,
					  .form_check = form_check,
					  .origin = { "https://www.example", 19 } };

static enum may may(struct request *q, enum right right)
{
	if (q->session && str_eq(q->session->name, STR("broken")))
		return MAY_NOT_TELL;
	if (str_eq(request_arg(q, "list"), STR("secret"))
	    && !(q->session && q->session->admin))
		return MAY_NOT_KNOW;
	return right == RIGHT_join || (q->session && q->session->admin) ? MAY : MAY_NOT;
}

static enum may is_member(struct request *q, str list)
{
	if (str_eq(q->session->name, STR("broken")))
		return MAY_NOT_TELL;
	return str_eq(q->session->name, STR("member")) && str_eq(list, STR("dev@x"))
		       ? MAY
		       : MAY_NOT;
}

static void shows(struct request *q, struct response *r, const char *what)
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

static void gone_page(struct request *q, struct response *r)
{
	(void)q;
	r->status = 410;
}

static void other_page(struct request *q, struct response *r)
{
	buf_cat(&r->body, STR("other:"), q->path);
}

static const struct route routes[] = {
	{ GET, "/lists/", lists_page, ROUTE_OPEN, 0 },
	{ GET, "/lists/:list/", home_page, ROUTE_OPEN, 0 },
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

static void ask(struct arena *a, const struct ask *k, struct request *q,
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

static str header(const struct response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_eq(r->headers[i].name, str_from(name)))
			return r->headers[i].value;
	return STR_NONE;
}

static void check_answer(size_t i, const struct ask *k, int status, const char *says)
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

static void check_all(const struct asked *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_answer(i, &cases[i].ask, cases[i].status, cases[i].says);
}
#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof *(cases))

static void paths(void)
{
	static const struct asked cases[] = {
		{ { .method = GET, .path = "/lists/" }, 200, "lists::" },
		{ { .method = GET, .path = "/lists" }, 301, "/lists/" },
		{ { .method = GET, .path = "/lists?a=b" }, 301, "/lists/?a=b" },
		{ { .method = GET, .path = "/lists.json" }, 200, "lists-json::" },
		{ { .method = GET, .path = "/lists/dev/" }, 200, "home:dev:" },
		{ { .method = GET, .path = "/lists/dev" }, 301, "/lists/dev/" },
		{ { .method = GET, .path = "/lists/dev.json" }, 200, "home-json:dev:" },
		{ { .method = GET, .path = "/lists/a%20b%2Fc/" }, 200, "home:a b/c:" },
		{ { .method = GET, .path = "/lists/dev/search" }, 200, "search:dev:" },
		{ { .method = GET, .path = "/lists/dev/search/" }, 404, "nothing here" },
		{ { .method = GET, .path = "/lists/dev/17" }, 200, "post:dev:17" },
		{ { .method = GET, .path = "/lists/dev/17.json" },
		  200,
		  "post-json:dev:17" },
		{ { .method = GET, .path = "/lists/dev/0" }, 200, "post:dev:0" },
		{ { .method = GET, .path = "/lists/dev/017" }, 404, "" },
		{ { .method = GET, .path = "/lists/dev/1x" }, 404, "" },
		{ { .method = GET, .path = "/lists/dev/+1" }, 404, "" },
		{ { .method = GET, .path = "/lists/dev/9999999999999999999" }, 404, "" },
		{ { .method = GET, .path = "/lists/dev/t/3" }, 200, "thread:dev:3" },
		{ { .method = GET, .path = "/lists/dev/t/3.mbox.gz" },
		  200,
		  "mbox:dev:3" },
		{ { .method = GET, .path = "/lists/dev/t/.mbox.gz" }, 404, "" },
		{ { .method = GET, .path = "/lists/dev/7/a/data.json" },
		  200,
		  "file:dev:7data.json" },
		{ { .method = GET, .path = "/mid/a%2Fb@x/y" }, 200, "mid:" },
		{ { .method = GET, .path = "/nothing" }, 404, "nothing here" },
		{ { .method = GET, .path = "/" }, 302, "/lists/" },
		{ { .method = GET, .path = "//evil.example/" }, 404, "" },
		{ { .method = GET, .path = "//lists" }, 404, "" },
		{ { .method = GET, .path = "/lists//" }, 404, "" },
		{ { .method = GET, .path = "/lists/../etc" }, 400, "bad path" },
		{ { .method = GET, .path = "/lists/%2e%2E/etc" }, 400, "bad path" },
		{ { .method = GET, .path = "/lists/%00/" }, 400, "bad path" },
		{ { .method = GET, .path = "/lists/%zz/" }, 400, "bad path" },
		{ { .method = GET, .path = "/gone" }, 410, "taken away" },
		{ { .method = GET, .path = "/gone.json" }, 410, "{\"status\":410" },
		{ { .method = GET, .path = "/_/nothing.css" }, 404, "" },
		{ { .method = POST, .path = "/nothing" }, 404, "" },
		{ { .method = DELETE, .path = "/lists/dev/17" }, 405, "method" },
	};
	CHECK_ALL(cases);
}

static void says_which_methods(void)
{
	ARENA(a);
	struct request q;
	struct response r;
	ask(a, &(struct ask){ .method = PUT, .path = "/lists/dev/join" }, &q, &r);
	CHECK(r.status == 405);
	CHECK(str_eq(header(&r, "Allow"), STR("GET, HEAD, POST")));
	buf_free(&r.body);
}

static void rights(void)
{
	static const struct asked cases[] = {
		{ { .method = GET, .path = "/lists/dev/settings" },
		  401,
		  "/login?to=%2Flists%2Fdev%2Fset" },
		{ { .method = GET,
		    .path = "/lists/dev/settings",
		    .cookie = "postern=anna" },
		  403,
		  "signed in" },
		{ { .method = GET,
		    .path = "/lists/dev/settings",
		    .cookie = "a=b; postern=admin" },
		  200,
		  "settings:dev" },
		{ { .method = GET,
		    .path = "/lists/dev/settings",
		    .cookie = "__Host-postern=admin" },
		  401,
		  "" },
		{ { .method = GET,
		    .path = "/lists/dev/settings",
		    .cookie = "postern=nobody" },
		  401,
		  "" },
		{ { .method = GET, .path = "/lists/dev/settings", .auth = "Bearer good" },
		  403,
		  "" },
		{ { .method = GET, .path = "/lists/secret/settings" },
		  404,
		  "nothing here" },
		{ { .method = GET,
		    .path = "/lists/secret/settings",
		    .cookie = "postern=anna" },
		  404,
		  "" },
		{ { .method = GET,
		    .path = "/lists/secret/settings",
		    .cookie = "postern=admin" },
		  200,
		  "" },
		{ { .method = GET, .path = "/lists/dev/settings.json" },
		  401,
		  "{\"status\":401" },
	};
	CHECK_ALL(cases);
}

/* A book that cannot be read says neither that there is nothing nor who may not. */
static void unread(void)
{
	static const struct asked cases[] = {
		{ { .method = GET,
		    .path = "/lists/secret/settings",
		    .cookie = "postern=broken" },
		  503,
		  "" },
		{ { .method = GET,
		    .path = "/lists/dev/settings",
		    .cookie = "postern=unread" },
		  503,
		  "" },
		{ { .method = GET, .path = "/internal/a", .cookie = "postern=broken" },
		  503,
		  "" },
		{ { .method = GET, .path = "/internal/a", .cookie = "postern=unread" },
		  503,
		  "" },
		/* what everybody may see needs no session */
		{ { .method = GET, .path = "/a.html", .cookie = "postern=unread" },
		  200,
		  "other:" },
	};
	ARENA(a);
	struct router before = router;
	CHECK(!protect_parse(a, STR("/internal=members:dev@x"), &router.protect).kind);
	router.other = other_page;
	CHECK_ALL(cases);
	router = before;
}

static void forms(void)
{
	static const char anna[] = "postern=anna", token[] = "token-of-anna-web";
	static const struct asked cases[] = {
		/* guests: only what the browser says counts */
		{ { .method = POST, .path = "/lists/dev/join" }, 200, "join_do" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .origin = "https://www.example" },
		  200,
		  "" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .origin = "https://evil.example" },
		  403,
		  "" },
		{ { .method = POST, .path = "/lists/dev/join", .origin = "null" },
		  403,
		  "another site" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .fetch_site = "cross-site" },
		  403,
		  "" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .fetch_site = "same-site" },
		  403,
		  "" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .fetch_site = "same-origin" },
		  200,
		  "" },
		/* who is signed in needs the token of the session besides */
		{ { .method = POST, .path = "/lists/dev/join", .cookie = anna },
		  403,
		  "too old" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .cookie = anna,
		    .form_token = token },
		  200,
		  "" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .cookie = anna,
		    .form_token = "token-of-admin-web" },
		  403,
		  "" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .cookie = anna,
		    .form_token = token,
		    .fetch_site = "cross-site" },
		  403,
		  "" },
		/* a program's token is no browser's authority */
		{ { .method = POST, .path = "/lists/dev/join", .auth = "Bearer good" },
		  200,
		  "" },
		{ { .method = POST,
		    .path = "/lists/dev/join",
		    .auth = "Bearer bad",
		    .cookie = anna },
		  200,
		  "" },
		/* RFC 8058: mail providers send this one */
		{ { .method = POST,
		    .path = "/lists/dev/unsubscribe",
		    .fetch_site = "cross-site" },
		  200,
		  "" },
	};
	CHECK_ALL(cases);
}

static void protection(void)
{
	static const struct asked cases[] = {
		{ { .method = GET, .path = "/internal" }, 401, "" },
		{ { .method = GET, .path = "/internal/" }, 401, "" },
		{ { .method = GET, .path = "/internal/a.html" }, 401, "" },
		{ { .method = GET, .path = "/%69nternal/a.html" }, 401, "" },
		{ { .method = GET, .path = "/internal/a.html", .cookie = "postern=anna" },
		  403,
		  "" },
		{ { .method = GET,
		    .path = "/internal/a.html",
		    .cookie = "postern=member" },
		  200,
		  "other:" },
		{ { .method = GET,
		    .path = "/internal/a.html",
		    .cookie = "postern=admin" },
		  200,
		  "other:" },
		{ { .method = GET, .path = "/internal/open/x", .cookie = "postern=anna" },
		  200,
		  "other:" },
		{ { .method = GET, .path = "/internally" }, 200, "other:" },
		{ { .method = GET, .path = "/secret/x", .cookie = "postern=member" },
		  403,
		  "" },
		{ { .method = GET, .path = "/secret/x", .cookie = "postern=admin" },
		  200,
		  "" },
		{ { .method = GET, .path = "/lists/dev/17" }, 401, "" },
		{ { .method = GET, .path = "/lists/dev/17", .cookie = "postern=anna" },
		  200,
		  "post" },
		{ { .method = POST, .path = "/x" }, 405, "" },
		/* the way out stays open */
		{ { .method = POST,
		    .path = "/lists/dev/unsubscribe",
		    .fetch_site = "cross-site" },
		  200,
		  "" },
	};
	ARENA(a);
	struct router before = router;
	CHECK(!protect_parse(a,
			     STR("/internal=members:dev@x, /internal/open=signed-in, "
				 "/secret/=admin,/lists/=signed-in"),
			     &router.protect)
		       .kind);
	router.other = other_page;
	CHECK_ALL(cases);
	router = before;
}

static void protect_names_faults(void)
{
	static const char *const bad[] = { "/a",          "a=admin",       "/a=everybody",
					   "/a=members:", "/a/../b=admin", "=admin" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ARENA(a);
		struct protect p = { .count = 77 };
		err e = protect_parse(a, str_from(bad[i]), &p);
		CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, bad[i]) && p.count == 77);
	}
}

static void cookies(void)
{
	ARENA(a);
	struct request plain = { .arena = a }, tls = { .arena = a, .secure = true };
	struct response r = { .arena = a }, s = { .arena = a };
	session_set(&plain, &r, STR("abc"), 60);
	CHECK(str_eq(header(&r, "Set-Cookie"),
		     STR("postern=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")));
	session_clear(&tls, &s);
	CHECK(str_eq(header(&s, "Set-Cookie"), STR("__Host-postern=; Path=/; Max-Age=0; "
						   "HttpOnly; SameSite=Lax; Secure")));
	CHECK(str_eq(url_origin(a, STR("https://WWW.x.example:8443/base/")),
		     STR("https://www.x.example:8443")));
	CHECK(str_eq(url_origin(a, STR("http://x.example")), STR("http://x.example")));
}

static void answers(void)
{
	ARENA(a);
	struct response r = { .arena = a };
	static const struct {
		const char *to, *leads;
	} cases[] = {
		{ "/lists/", "/lists/" },
		{ "https://evil.example/", "/" },
		{ "//evil.example/", "/" },
		{ "/\\evil.example", "/" },
		{ "javascript:alert(1)", "/" },
		{ "/a\r\nSet-Cookie: x=y", "/" },
		{ "", "/" },
		{ "lists/", "/" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		r = (struct response){ .arena = a };
		response_redirect(&r, 303, str_from(cases[i].to));
		CHECK(r.status == 303);
		CHECK(str_eq(header(&r, "Location"), str_from(cases[i].leads)));
	}
	r = (struct response){ .arena = a };
	response_header(&r, STR("X-A"), STR("b\r\nSet-Cookie: x=y"));
	response_header(&r, STR("X B"), STR("c"));
	response_header(&r, STR(""), STR("c"));
	CHECK(r.header_count == 0);
	response_download(&r, STR("a\"b\r\n/\xC3\xA9.pdf"));
	CHECK(str_eq(header(&r, "Content-Disposition"),
		     STR("attachment; filename=\"a_b_____.pdf\"; "
			 "filename*=UTF-8''a%22b%0D%0A%2F%C3%A9.pdf")));
}

static void assets_are_served(void)
{
	for (size_t i = 0; i < assets_count; i++) {
		ARENA(a);
		struct request q;
		struct response r;
		struct ask k = { .method = GET, .path = arena_z(a, assets[i].url) };
		ask(a, &k, &q, &r);
		CHECK(r.status == 200 && str_eq(r.blob_bytes, assets[i].content));
		CHECK(str_find(r.cache, STR("immutable")).n);
		blob_unref(r.blob);
		buf_free(&r.body);
	}
	CHECK(assets_count > 0);
}

int main(void)
{
	paths();
	says_which_methods();
	rights();
	unread();
	forms();
	protection();
	protect_names_faults();
	cookies();
	answers();
	assets_are_served();
	return check_done();
}
