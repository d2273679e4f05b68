/* web/site/log.h: who had which file of the group's site, where a folder's rules keep that
 * (rules_keep_log). A download waits for nothing: when it ends it is put into a queue, which a
 * thread writes into the lists book, all that is there in one transaction, at most once a
 * second. So a crash loses the last second of it. The same thread finds out the SHA-256 of
 * versions that nobody had before, some megabytes a second.
 *
 *     TRY(site_log_start(conf, root, &log));
 *     f.watch = site_log_watch(log, &(struct site_log_entry){ .path = …, … });
 *     …
 *     site_log_stop(log);                // writes what is left */
#pragma once

#include "base/conf.h"
#include "web/site/send.h"

struct site_log;

struct site_log_entry {
	str path, tag; /* copied */
	int64_t size, changed_at;
	int64_t person;  /* 0: who is not signed in */
	str network;     /* of them */
	int64_t consent; /* to the licence of the folder; 0: none */
	const char *how; /* open, session, token, password, link: a literal */
};

/* root: of the site; stays the caller's, and open until site_log_stop. ERR_LIMIT: the system
 * gives no more threads. */
MUST_USE err site_log_start(const struct conf *conf, int root, struct site_log **log);
void site_log_stop(struct site_log *log); /* NULL is fine */

/* For struct sent_file; NULL where too many wait to be written, which is logged. */
struct sent_watch *site_log_watch(struct site_log *log, const struct site_log_entry *e);
