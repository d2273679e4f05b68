/* Who may open which page, by what, and which forms are believed. */
#include "router_asked.h"

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

int main(void)
{
	rights();
	unread();
	forms();
	cookies();
	return check_done();
}
