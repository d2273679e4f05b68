#include "router_asked.h"

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
		/* a file that is so named stands before a twin */
		{ { .method = GET, .path = "/lists/found.json" }, 200, "file:" },
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
	protection();
	protect_names_faults();
	answers();
	assets_are_served();
	return check_done();
}
