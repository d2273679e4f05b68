/* web/router.h: which page answers, and who may see it. Pages are rows of one
 * table:
 *
 *     static const struct route routes[] = {
 *             { GET, "/lists/", lists_page, ROUTE_OPEN, 0 },
 *             { GET, "/lists/:list/t/#number", thread_page, RIGHT_archive_read, 0 },
 *             { GET, "/lists/:list/#number/a/#part/:name", file_page, …, ROUTE_FILE },
 *             { GET | POST, "/lists/:list/join", join_page, RIGHT_join, 0 },
 *     };
 *
 * In a pattern :name takes any segment, #name a number, *name all that is left;
 * a literal may follow within the segment (#number.mbox.gz). The first row that
 * fits is taken. A pattern that ends in / is reached without it by a redirect.
 * A path that ends in .json finds the same row as without, with q->json set; so does a form
 * that asks for JSON. */
#pragma once

#include "account/rights.h"
#include "web/cost.h"
#include "web/frame.h"
#include "web/protect.h"
#include "web/session.h"

enum { ROUTE_OPEN = RIGHT_COUNT }; /* everybody may */

enum route_flag {
	ROUTE_FILE = 1,    /* the path ends in a file's name: .json belongs to it */
	ROUTE_FOREIGN = 2, /* programs of others POST here: no form token (RFC 8058) */
	ROUTE_DOOR = 4,    /* the way in or out: never behind [web] protect */
	ROUTE_FREE = 16, /* it costs nothing: never refused for what a network has cost */
	ROUTE_FAULTS = 8, /* it says itself what is wrong with a request (q->refused) */
	ROUTE_BASIC = 32, /* a feed or a download: programs sign in to it by HTTP Basic */
};

struct route {
	unsigned methods; /* GET includes HEAD */
	const char *pattern;
	void (*page)(struct request *q, struct response *r);
	int right; /* enum right, or ROUTE_OPEN */
	unsigned flags;
};

enum may {
	MAY,
	MAY_NOT,
	MAY_NOT_KNOW, /* not even that there is such a thing: 404 */
	MAY_NOT_TELL, /* a book cannot be read: 503 */
};

struct router {
	const struct route *routes;
	size_t route_count;
	const struct sessions *sessions;
	struct frame_site site;
	struct protect protect;
	bool strict; /* its URL is https: browsers are told to come by it alone (HSTS) */
	struct cost *cost; /* of guests, by network; NULL: it is not counted */
	void *ctx;

	/* May q->session do this? Of a list where the path names one (:list). */
	enum may (*may)(struct request *q, enum right right);
	enum may (*is_member)(struct request *q, str list); /* for protect */

	/* The path where what is asked for stands now; empty: here. NULL: always here. */
	str (*moved)(struct request *q);

	/* Another host name, under which there is nothing but the group's site, and nobody
	 * is signed in; or empty. */
	str files_host;

	/* What the list at hand has said of all its pages, as a header. NULL: nothing. */
	void (*label)(const struct request *q, struct response *r);

	/* Where an address of before leads that neither a route nor the group's site has;
	 * empty: nowhere. NULL: none was kept. */
	str (*kept)(struct request *q);

	/* What no route has: the group's site. NULL: none. */
	void (*other)(struct request *q, struct response *r);
};

/* The error page for one who may not: 503, 404, 403, or 401 for a guest. */
void router_refuse(struct request *q, struct response *r, enum may may);

/* The same, but a guest who may not is led to sign in. */
void router_lead_in(struct request *q, struct response *r, enum may may);

/* The page function for http_options; ctx is the router. A page that only
 * sets a status of 400 or more gets the error page for it. */
void router_page(void *router, struct request *q, struct response *r);

/* For http_options: what guests cost is their network's; ctx is the router. */
void router_spent(void *router, const struct request *q, int64_t microseconds,
		  int64_t octets);

/* Does a path fit a pattern? Fills q->args. For tests. */
bool route_fits(const char *pattern, struct request *q);

/* ANSWER(q, r, login, &(struct page_login){ … }): the page, or its twin. */
#define ANSWER(q, r, name, values)                              \
	do {                                                    \
		if ((q)->json) {                                \
			(r)->type = STR("application/json");    \
			page_##name##_json(&(r)->body, values); \
		} else {                                        \
			page_##name(&(r)->body, values);        \
		}                                               \
	} while (0)
