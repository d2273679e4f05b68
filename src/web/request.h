/* web/request.h: what a browser asked, and what a page answers.
 *
 *     static void search(struct request *q, struct response *r)
 *     {
 *             str words = request_query(q, "q");
 *             …
 *             page_search(&r->body, &(struct page_search){ … });
 *     }
 *
 * All text of a request lives in its arena, until the answer has been made. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "net/addr.h"

enum method {
	GET = 1,
	HEAD = 2, /* pages never see it: they are asked as for GET */
	POST = 4,
	PUT = 8,
	PATCH = 16,
	DELETE = 32,
};

/* A name and its value: of a query, a form, a header. */
struct pair {
	str name, value;
	str filename; /* of a file in a form; its value is the content */
};

struct pairs {
	const struct pair *rows;
	size_t count;
};

struct session;
struct router;
struct site_link;

/* What takes a body as it comes, in workers, so that it is never in memory (web/http.h). */
struct sink {
	/* The next octets; what is wrong with them it keeps to itself until it is asked. */
	void (*take)(struct sink *s, str octets);
	void (*free)(struct sink *s); /* in a worker or in a loop: it waits for nothing */
	struct pairs fields;          /* of the form, but files: for request.form */
};

struct request {
	struct arena *arena;
	enum method method;
	bool head;           /* it was HEAD: of the answer's body nothing is sent */
	str path;            /* as it was sent, without the query */
	const str *segments; /* decoded: "/lists/a%20b/" has "lists" and "a b" */
	size_t segment_count;
	bool slash;        /* the path ends in one */
	bool json;         /* the twin is wanted: the path ended in .json, or a form came
			    * with Accept: application/json */
	struct pairs args; /* of the route's pattern */
	str query_text;    /* as it was sent */
	struct pairs query, headers;
	str body;          /* of at most HTTP_BODY_MAX octets */
	struct pairs form; /* the body, where it is a form */
	struct sink *sink; /* that has taken it all; the server's; or NULL */
	struct net_addr client;
	bool secure;     /* it came over TLS, here or at the proxy before us */
	int refused;     /* not 0: no request but a fault, to be answered so */
	const char *why; /* what was wrong with it */

	/* filled by the router */
	const struct router *router;
	const struct session *session; /* NULL: a guest */
	bool session_unread;           /* or that cannot be told at the moment */
	str lacks;         /* scopes, one of which its token would need for this */
	bool is_protected; /* [web] protect names the path */
	const struct site_link *link; /* that leads here (web/site/link.h); NULL: none */
	int64_t consent; /* to the licence of the folder (web/site/consent.h); 0: none */
	bool by_link;    /* it alone lets in who asks */
	bool apart;      /* it came to [web] files_url, where the application is not */
	bool counted;    /* what it costs is its network's (web/cost.h) */
	bool language_chosen; /* by the reader, or it is for a program: a list has no say */
	void *ctx;            /* the caller's: struct web (web/worker.h) */
};

/* The first value of that name; STR_NONE when there is none. */
str pairs_get(const struct pairs *p, str name);
str request_arg(const struct request *q, const char *name);
str request_query(const struct request *q, const char *name);
str request_form(const struct request *q, const char *name);
str request_header(const struct request *q, const char *name); /* any case */
str request_cookie(const struct request *q, const char *name);
bool request_accepts_json(const struct request *q); /* and no page */

/* All values of that name: start with *at = 0. False after the last. */
bool pairs_next(const struct pairs *p, str name, size_t *at, str *value);

/* Splits a path into decoded segments. ERR_SYNTAX: it is no path we serve: a
 * wrong %, NUL, or a segment . or .. */
MUST_USE err request_split_path(struct arena *a, str path, struct request *q);

/* ---- the answer */

struct blob;

enum stream_state { STREAM_MORE, STREAM_END, STREAM_FAILED };

/* A body that is made piece by piece, by a worker, while it is sent. */
struct stream {
	/* Adds some bytes, at most a few hundred KB, or none and names octets of a file.
	 * STREAM_FAILED breaks the connection off, so that the client knows that it has
	 * not got all. */
	enum stream_state (*more)(struct stream *s, struct buf *out);
	void (*free)(
		struct stream *s); /* in a worker or in a loop: it waits for nothing */
	int64_t length;            /* -1: not known before the end */

	/* From the server: octets of a file may stand for a piece, which the system sends
	 * without their passing through this process (sendfile). more names them. */
	bool takes_file;
	int file; /* stays the stream's */
	int64_t file_at;
	size_t file_count; /* 0: the piece is what was added */

	int64_t sent; /* by the server: octets of the body that the system has taken */
};

struct response {
	struct arena *arena;
	int status; /* 200 */
	str type;   /* text/html; charset=utf-8 */
	struct pair *headers;
	size_t header_count, header_cap;
	struct buf body;       /* the response's; or one of: */
	struct blob *blob;     /* a reference that is the response's; see web/blob.h */
	str blob_bytes;        /* of blob: plain or compressed */
	struct stream *stream; /* the response's */
	str policy;            /* Content-Security-Policy; empty: that of the pages */
	str cache; /* Cache-Control; empty: no-cache, private for who is signed in */
};

/* Adds a header. One whose name or value could break the message is left out
 * and logged. Both must live as long as the request. */
void response_header(struct response *r, str name, str value);

/* 303 See Other (or 301, 302, 307, 308) to a path of this site. What is none, as
 * a form's "to" may be, leads to /. */
void response_redirect(struct response *r, int status, str location);

/* The browser stores the body under this name and never shows it. */
void response_download(struct response *r, str filename);

/* Does the client have this version? Sets ETag; if If-None-Match names the tag
 * the status becomes 304 and the answer is true: no body is needed. tag: text
 * without quotes that changes whenever the body does. */
bool response_unchanged(const struct request *q, struct response *r, str tag);

/* Does If-None-Match, or If-Match, name this tag? */
bool etag_listed(str list, str quoted_tag);

/* The words for a status: "Not Found". */
const char *status_text(int status);
