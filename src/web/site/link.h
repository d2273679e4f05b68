/* web/site/link.h: signed links: who has one reads what it is for, until its time is over,
 * where a folder's rules have `allow link`.
 *
 *     TRY(site_link_make(books, a, &(struct site_link){ .path = STR("/data/"),
 *             .expires_at = now + 86400, .most = 3 }, &query));     // "e=…&n=…&s=…"
 *     TRY(site_link_read(books, q, &link));                          // link.path.n: it is good
 *
 * s is a tag over path, end and n, so no link can be made into another. Each has a row in the
 * book, which n names: it counts downloads, and without it the link is over. */
#pragma once

#include "lists/books.h"
#include "web/request.h"

struct site_link {
	str path; /* of a file; or of a folder, with a / at the end, and all in it */
	int64_t expires_at; /* seconds */
	int64_t most;       /* downloads; 0: any number */
	str token;          /* of its row; empty: it was made before each had one */
	str by;             /* the address of who makes it; or "command" */
	str note;           /* what for, in their words */
};

/* The query that makes path's URL a link. */
MUST_USE err site_link_make(struct books *books, struct arena *a,
			    const struct site_link *link, str *query);

/* What of a request's query is one that leads to its path and whose time is not over: else
 * *link is empty. Whether it has downloads left site_link_charge says. */
void site_link_read(const struct books *books, struct request *q, struct site_link *link);

/* Takes octets of a file of that size off what it is good for. A download counts by its first
 * octet; what is asked for again, since a connection broke, may be as much again in all.
 * *left: there was something left. */
MUST_USE err site_link_charge(struct books *books, struct arena *a,
			      const struct site_link *link, bool first, int64_t octets,
			      int64_t size, bool *left);

/* One that is good, as its list shows it. */
struct site_link_row {
	int64_t id;
	int64_t made_at;
	struct site_link link; /* but its token, which nobody keeps */
	int64_t begun;         /* downloads, where they are counted */
};

/* Of paths that begin so (as links have them), newest last. */
MUST_USE err site_link_list(struct books *books, struct arena *a, str below,
			    struct site_link_row **rows, size_t *count);

/* It is good no more. ERR_NOTFOUND: there is none of that number below that path. */
MUST_USE err site_link_end(struct books *books, struct arena *a, str below, int64_t id);

/* /a%20b/c of decoded segments, as links have it. */
str site_link_path(struct arena *a, const str *segments, size_t count, bool slash);
