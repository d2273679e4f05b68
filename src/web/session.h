/* web/session.h: who is signed in, as HTTP carries it: one cookie, or a token
 * for programs; and whether a form that changes something comes from a page of
 * ours. The sessions themselves are kept elsewhere (account/session.h).
 *
 *     session_read(s, q);                       // q->session, or NULL: a guest
 *     if (!session_form_allowed(s, q, &why)) ... 403
 *     <input type="hidden" name="csrf" value="{csrf}">   .csrf = session_form_token(s, q)
 */
#pragma once

#include "web/request.h"

struct session {
	int64_t person;
	bool admin;
	str name;
	str language;                    /* that the person chose; or empty */
	str timezone;                    /* likewise; or empty */
	str cookie;                      /* empty: by a bearer token */
	const struct account_pass *pass; /* of a token; NULL: a cookie */
	bool too_many;                   /* requests of this token in a minute */
	bool no_files;                   /* a token that is not for reading */
};

struct sessions {
	/* Whose is it? ERR_NOTFOUND: nobody's, or it has ended; any other: that cannot
	 * be told at the moment. */
	err (*find)(void *ctx, struct arena *a, str cookie, struct session *out);
	err (*bearer)(void *ctx, struct arena *a, str token, struct session *out);
	/* By HTTP Basic, for files alone. ERR_NOTFOUND: wrong. ERR_LIMIT: too many were
	 * wrong of late, and it was not looked at. NULL: not here. */
	err (*basic)(void *ctx, const struct request *q, str user, str secret,
		     struct session *out);
	/* account_form_token and account_form_check */
	str (*form_token)(struct arena *a, str cookie, str form);
	bool (*form_check)(struct arena *a, str cookie, str form, str token);
	str origin; /* of [site] url: "https://www.uni.example" */
};

/* Looks the request's cookie or "Authorization: Bearer" up; sets q->session,
 * or q->session_unread. */
void session_read(const struct sessions *s, struct request *q);

/* The same by "Authorization: Basic" (RFC 7617), where nobody is signed in otherwise: for
 * files, which a browser's memory of a password changes nothing at. ERR_LIMIT: as above. */
MUST_USE err session_read_basic(const struct sessions *s, struct request *q);

/* Signs the browser in: the cookie, for so many seconds. */
void session_set(const struct request *q, struct response *r, str cookie,
		 int64_t seconds);
void session_clear(const struct request *q, struct response *r);

/* What every form of ours carries as "csrf"; empty for a guest. */
str session_form_token(const struct sessions *s, const struct request *q);

/* May this request change something? Not where a browser says that another
 * site's page sent it, and for who is signed in by cookie not without the token.
 * *why: for people. */
bool session_form_allowed(const struct sessions *s, const struct request *q,
			  const char **why);

/* "https://www.uni.example" of a URL; in lower case. */
str url_origin(struct arena *a, str url);
