#include "web/session.h"

#include "base/enc.h"
#include "base/language.h"
#include <inttypes.h>

/* With TLS the name begins with __Host-: browsers then take it from no other
 * host, and from no page without TLS (RFC 6265bis section 4.1.3.2). */
static const char *cookie_name(const struct request *q)
{
	return q->secure ? "__Host-postern" : "postern";
}

enum { COOKIE_MAX = 128 };

void session_read(const struct sessions *s, struct request *q)
{
	struct session *found = arena_zero(q->arena, sizeof *found);
	str bearer = request_header(q, "authorization"), cookie = STR_NONE;
	err e = FAIL(ERR_NOTFOUND, "no session");
	if (str_istarts(bearer, STR("bearer ")) && s->bearer) {
		str token = str_trim(str_skip(bearer, 7));
		if (token.n <= COOKIE_MAX)
			e = s->bearer(q->ctx, q->arena, token, found);
	} else {
		cookie = request_cookie(q, cookie_name(q));
		if (cookie.n && cookie.n <= COOKIE_MAX)
			e = s->find(q->ctx, q->arena, cookie, found);
	}
	found->cookie = cookie;
	q->session = e.kind ? NULL : found;
	q->session_unread = e.kind && e.kind != ERR_NOTFOUND;
}

err session_read_basic(const struct sessions *s, struct request *q)
{
	enum { CREDENTIALS_MAX = 2048 };
	str header = request_header(q, "authorization"), plain, user, secret;
	struct session *found = arena_zero(q->arena, sizeof *found);
	if (q->session || q->session_unread || !s->basic
	    || !str_istarts(header, STR("basic ")) || header.n > CREDENTIALS_MAX
	    || enc_base64_decode(q->arena, str_trim(str_skip(header, 6)), &plain).kind
	    || !str_cut(plain, ':', &user, &secret))
		return OK;
	err e = s->basic(q->ctx, q, user, secret, found);
	if (e.kind == ERR_LIMIT)
		return e;
	found->cookie = STR("");
	q->session = e.kind ? NULL : found;
	q->session_unread = e.kind && e.kind != ERR_NOTFOUND;
	return OK;
}

void session_set(const struct request *q, struct response *r, str cookie, int64_t seconds)
{
	response_header(r, STR("Set-Cookie"),
			arena_printf(r->arena,
				     "%s=%.*s; Path=/; Max-Age=%" PRId64
				     "; HttpOnly; SameSite=Lax%s",
				     cookie_name(q), STR_F(cookie), seconds,
				     q->secure ? "; Secure" : ""));
}

void session_clear(const struct request *q, struct response *r)
{
	session_set(q, r, STR_NONE, 0);
}

str session_form_token(const struct sessions *s, const struct request *q)
{
	if (!q->session || !q->session->cookie.n)
		return STR_NONE;
	return s->form_token(q->arena, q->session->cookie, STR("web"));
}

/* What browsers say of where a request comes from. Programs say nothing. */
static bool from_elsewhere(const struct sessions *s, const struct request *q)
{
	str fetch_site = request_header(q, "sec-fetch-site");
	str origin = request_header(q, "origin");
	if (fetch_site.n)
		return !str_ieq(fetch_site, STR("same-origin"))
		       && !str_ieq(fetch_site, STR("none"));
	return origin.n && !str_ieq(origin, s->origin);
}

bool session_form_allowed(const struct sessions *s, const struct request *q,
			  const char **why)
{
	if (from_elsewhere(s, q)) {
		*why = N_("The form came from a page of another site. Open the page here "
			  "and press its button again.");
		return false;
	}
	/* a guest, and a program with a token, lend no browser's authority */
	if (!q->session || !q->session->cookie.n)
		return true;
	if (s->form_check(q->arena, q->session->cookie, STR("web"),
			  request_form(q, "csrf")))
		return true;
	*why = N_("The page was too old, or you have signed in anew since it was loaded. "
		  "Go back, reload it and press the button again.");
	return false;
}

str url_origin(struct arena *a, str url)
{
	str slashes = str_find(url, STR("://"));
	str path = str_find(str_skip(slashes, 3), STR("/"));
	return arena_lower(a, str_first(url, url.n - path.n));
}
