/* account/session.h: browsers that are signed in. The cookie is 32 random
 * octets as base32; the book keeps its SHA-256.
 *
 *     TRY(account_session_open(a, book, person, ip, agent, true, &cookie));
 *     e = account_session_find(a, book, cookie, &session);     // each request
 *     TRY(account_session_close(book, cookie));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct book;

/* seconds */
enum {
	ACCOUNT_SESSION_IDLE = 14 * 86400,
	ACCOUNT_SESSION_LIFE = 30 * 86400,
	ACCOUNT_SESSION_TOUCH = 3600, /* seen_at is written again after this long */
	ACCOUNT_SESSION_PROVEN = 900, /* for so long a sign-in counts as a proof */
};

struct account_session {
	int64_t person;
	bool admin;
	str name;                    /* the person's */
	str language;                /* that the person chose; or empty */
	str timezone;                /* likewise */
	str hash;                    /* raw; what names the session in lists and forms */
	int64_t created_at, seen_at; /* seconds */
	int64_t proven_at;           /* when they last showed who they are */
};

/* proven: by signing in they have shown just now who they are. */
MUST_USE err account_session_open(struct arena *a, struct book *b, int64_t person,
				  str client, str agent, bool proven, str *cookie);

/* ERR_NOTFOUND: none, idle too long, too old or revoked. Only reads. */
MUST_USE err account_session_find(struct arena *a, struct book *b, str cookie,
				  struct account_session *out);

/* Writes that it was seen, where that is more than ACCOUNT_SESSION_TOUCH ago. */
MUST_USE err account_session_touch(struct book *b, str cookie,
				   const struct account_session *s);

/* Whether the person showed within ACCOUNT_SESSION_PROVEN who they are; and that they do so
 * now. */
bool account_session_is_proven(const struct account_session *s);
MUST_USE err account_session_prove(struct book *b, str cookie);

MUST_USE err account_session_close(struct book *b, str cookie);
MUST_USE err account_session_close_all(struct book *b, int64_t person);

/* A form's proof that it comes from a page of this session: keyed by the cookie, which
 * no other site can read. Check with account_form_check. */
str account_form_token(struct arena *a, str cookie, str form);
bool account_form_check(struct arena *a, str cookie, str form, str token);
