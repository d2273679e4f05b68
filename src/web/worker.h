/* web/worker.h: what every page has at hand: the books (its worker's own
 * connections), the list that the path names, who is looking, and a way to have
 * things done.
 *
 *     static void members(struct request *q, struct response *r)
 *     {
 *             struct worker *w = worker_of(q);           // w->list, w->settings, w->viewer
 *             ...
 *             json_t *args = json_pack("{s:s, s:s}", "list", ..., "address", ...);
 *             struct ordered x;
 *             if (!order_and_wait(q, "member_add", args, &x))
 *                     ... x.why
 *     }
 *
 * web reads; what changes a list is an order that post runs (lists/orders.h). A
 * person's own sessions, tokens and password are written here. */
#pragma once

#include "account/throttle.h"
#include "account/token.h"
#include "base/helper.h"
#include "lists/books.h"
#include "net/fetch.h"
#include "store/archive/blob.h"
#include "web/bell.h"
#include "web/cache.h"
#include "web/http.h"
#include "web/router.h"

#include <jansson.h>
#include <stdatomic.h>

enum { ORDER_WAITERS = HTTP_WORKERS / 2 }; /* the others make pages meanwhile */

struct web { /* one a process */
	const struct conf *conf;
	struct mac_key mac;
	struct cache *cache;
	struct helper *helper;             /* for half of a long page; NULL: none */
	struct archive_unpacker *unpacker; /* the helper's */
	struct site *site;                 /* the group's own; NULL: none */
	struct throttle *sign_ins;
	struct rate *codes;      /* wrong ones of six digits, by person */
	struct http *http;       /* for its counts */
	struct rate *token_uses; /* requests by token: a whole one is a minute's worth */
	struct providers *providers; /* of [oidc] */
	const str *secrets;          /* of each of them; or empty */
	struct lengths *lengths;     /* of months as files (web/pages/lengths.h) */
	struct rate *begins;         /* of sign-ins at them, by network */
	struct rate *asks; /* forms of guests that make us write mail, by network */
	void *ring;        /* of the two below */
	void (*wake_post)(void *ring);
	struct bell *answers; /* post has run orders */
	err (*hand_mail)(void *ring,
			 int fd); /* one end of a socket pair, to the local door */
	err (*hand_wall)(void *ring, int fd);  /* the same, to the role wall */
	struct uploads *uploads;               /* files that come (web/site/upload.h) */
	err (*hand_fetch)(void *ring, int fd); /* the same, to the role fetch */
	atomic_size_t fetches;                 /* under way */
	_Atomic int64_t
		known_revision; /* of the addresses, that smtpd is known to have */
};

struct worker { /* one a worker thread, opened at its first request */
	struct web *web;
	struct books books; /* read-only; lists is writable for sessions and orders */
	bool ready;

	/* of the request at hand */
	const struct list_entry *list; /* the path's :list; NULL: none */
	str list_path;                 /* its /lists/NAME */
	struct settings settings;      /* the list's */
	struct right_list rights;
	struct viewer viewer;
	int64_t since;  /* its posts of before are not the viewer's to see; 0: all are */
	json_t *result; /* of the last order */
};

/* The one of this thread. The router has filled in the list and the viewer. */
struct worker *worker_of(const struct request *q);

/* Makes a list the one at hand (NULL: none), and the viewer what the person at the
 * request is there. */
MUST_USE err worker_turn(struct worker *w, const struct request *q,
			 const struct list_entry *list);

/* What the person at the request is on that list (0: none), and may by the token at hand. */
MUST_USE err viewer_of(const struct request *q, int64_t list, struct viewer *v);

/* From which day on the viewer, who may read the list, sees its posts (the setting
 * archive_from_join): seconds at 0:00 UTC; 0: all of them. */
MUST_USE err since_of(const struct request *q, int64_t list, const struct settings *s,
		      const struct viewer *v, int64_t *since);

/* One request by a token. False: it has had as many as it may in this minute. */
bool pass_take(struct worker *w, struct arena *a, const struct account_pass *pass);

/* Whether its person acts as administrator by it. */
bool pass_may(const struct account_pass *pass, bool admin);

/* ERR_TEMP: its books could not be opened, and none of w->books may be used. */
MUST_USE err worker_check(const struct worker *w);

/* The session of an application token; user as account_token_find says. ERR_NOTFOUND:
 * nobody's. */
MUST_USE err worker_token(struct worker *w, struct arena *a, str user, str token,
			  struct session *out);

/* For struct sessions: by HTTP Basic, an address with a password or a token (web/session.h). */
err worker_basic(void *ctx, const struct request *q, str user, str secret,
		 struct session *out);

/* What pages call the person: the name, else an address. */
str worker_name_of(const struct worker *w, struct arena *a, int64_t person, str name);

/* For struct router. */
enum may viewer_may(struct request *q, enum right right);
enum may viewer_is_member(struct request *q, str list);
str worker_moved(struct request *q);
void worker_label(const struct request *q, struct response *r);
extern const struct sessions web_sessions; /* origin is set by the role */

/* What came of an order. */
struct ordered {
	bool done;
	int64_t order;  /* its number; 0: not filed */
	str why;        /* where it was refused: for people */
	json_t *result; /* borrowed until the next order of this thread */
};

/* Files the order, wakes post and waits for it, at most 10 s, and not at all where
 * ORDER_WAITERS wait already. args is taken over.
 * False: it was refused or did not come back; x->why says so. */
bool order_and_wait(struct request *q, const char *kind, json_t *args, struct ordered *x);

/* Files the order, wakes post and waits for nothing: where the time that it takes
 * would tell whether an address is known. False: it cannot be written. */
bool order_file_only(struct request *q, const char *kind, json_t *args);

/* May the person at the request do this with the list at hand? */
bool worker_may(const struct worker *w, enum right right);

/* Who is signed in, as the audit names who does what on a page. */
MUST_USE err worker_actor(struct request *q, struct actor *by);

/* /lists/NAME of the list at hand, as it stands in this site's URLs. */
str list_path(const struct request *q);

/* The client's network, as a throttle counts it. */
str network_key(struct arena *a, const struct request *q);

/* Mail that a page writes, through smtpd's local door, in the person's name
 * (RFC 4954 section 5). The reply's text; ERR_DENIED: smtpd refused it. */
MUST_USE err web_submit(struct request *q, str reverse_path, str recipient, str message,
			str *says);

/* Comes back when smtpd answers by the addresses that the lists book has (smtp/door.h), or
 * after a second. */
void web_addresses_known(struct worker *w);

/* The same in nobody's name, as `postern post` does: the list's rules judge it. */
MUST_USE err web_inject(struct request *q, str recipient, str message, str *says);

/* A page below a place of [fetch] templates, or of a provider of [oidc], by the role fetch,
 * which alone may. ERR_TEMP: others fetch, or there is no way there at the moment. */
MUST_USE err web_fetch(struct request *q, const struct fetch_request *r,
		       struct fetch_answer *answer);
