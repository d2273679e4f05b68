/* net/fetch.h: asking the role fetch for a page by HTTPS, and the other end of that
 * talk. One question and one answer a socketpair.
 *
 *     struct fetch_request r = { .url = STR("https://mta-sts.uni.example/x"),
 *                                .most = 64 * 1024, .within_ms = 60000 };
 *     struct fetch_answer x;
 *     TRY(dial_fetch(a, &fd));               // one end; the role has the other
 *     TRY(fetch_ask(a, fd, &r, &x));
 *     if (x.result == FETCH_DONE && x.status == 200) ... x.body
 *
 * The role goes to no address that belongs to nobody in the Internet, follows no
 * redirect and trusts no certificate but one for the name in the URL, so a URL may
 * come from a stranger. For web, which faces strangers, it goes nowhere but below the
 * places of [fetch] templates, by http too, where it posts nothing, and to the endpoints of
 * the providers of [oidc]: which those are it has read itself. */
#pragma once

#include "net/conn.h"

enum { FETCH_URL_MAX = 2048, FETCH_BODY_MAX = 16 << 20, FETCH_MS_MAX = 300000 };
enum { FETCH_BASIC_MAX = 1024, FETCH_BEARER_MAX = 8 << 10 };
/* What web may have asked for. */
enum { FETCH_WEB_MAX = 128 << 10, FETCH_WEB_POST_MAX = 16 << 10, FETCH_WEB_MS = 5000 };

struct fetch_request {
	str url;
	bool post; /* else GET */
	str type;  /* Content-Type of the body that is posted */
	str body;
	str basic;         /* "user:password" (RFC 7617), or empty */
	str bearer;        /* of a GET: an access token (RFC 6750), or empty */
	size_t most;       /* octets that the answer's body may have */
	int64_t within_ms; /* for all of it */
};

enum fetch_result {
	FETCH_DONE,    /* the server has answered: status */
	FETCH_REFUSED, /* we do not go there: no https, another port, an inner address */
	FETCH_NO_ADDRESS,
	FETCH_NO_CONNECTION,
	FETCH_BAD_CERTIFICATE,
	FETCH_TOO_LARGE,
	FETCH_TOO_SLOW,
	FETCH_NOT_TRIED, /* others had all places for the whole time */
	FETCH_RESULTS
};

struct fetch_answer {
	enum fetch_result result;
	int64_t status; /* HTTP's */
	str type;       /* Content-Type, or empty */
	str body;       /* these in the asker's arena */
	str why;        /* for people, where it is not FETCH_DONE */
};

/* Asks over fd, which is closed at the end. ERR_SYNTAX: no such URL can be asked for.
 * ERR_TEMP, ERR_IO: the role gave no answer in time, or ended. */
MUST_USE err fetch_ask(struct arena *a, int fd, const struct fetch_request *r,
		       struct fetch_answer *answer);

/* The role's end. ERR_SYNTAX: no question; ERR_LIMIT: one beyond the limits above. */
MUST_USE err fetch_read(struct arena *a, struct conn *c, struct fetch_request *r);
MUST_USE err fetch_write(struct conn *c, const struct fetch_answer *answer);
