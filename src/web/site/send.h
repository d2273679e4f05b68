/* web/site/send.h: answers with a file: its version (ETag, Last-Modified and the conditions on
 * them, RFC 9110 section 13), ranges of it (section 14), one or several, a precompressed
 * sibling where the client takes it, and its octets, of which never more than a piece is in
 * memory, however large it is.
 *
 *     site_send(q, r, &(struct sent_file){ .fd = fd, .st = st, .type = mime_type(name) });
 */
#pragma once

#include "web/request.h"
#include "web/range.h"

#include <sys/stat.h>

/* Hears how much of the file the system took, once, when the answer is over: from a worker
 * or a loop, so it waits for nothing. */
struct sent_watch {
	void (*end)(struct sent_watch *w, int64_t octets);
	/* by then, from site_send: what was asked for */
	int64_t first, wanted; /* its first octet; octets in all */
	bool to_end;           /* with the file's last one */
};

struct sent_file {
	int fd; /* taken over */
	struct stat st;
	str type;
	str encoding; /* "br" and so on; empty: none */
	bool varies;  /* another encoding of it stands here, too */
	/* Takes what is sent off what the request's link is good for; false: too little is
	 * left. NULL: nothing is counted. */
	bool (*charge)(struct request *q, const struct range_set *s, int64_t size);
	struct sent_watch *watch; /* taken over: its end is called in any case; or NULL */
};

void site_send(struct request *q, struct response *r, const struct sent_file *f);

/* The name of this version: whatever changes the file changes it. */
str file_version(struct arena *a, const struct stat *st);
