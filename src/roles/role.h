/* roles/role.h: the frame in which a role's body runs. The supervisor started
 * this process, handed it its sockets and keys and nothing else; the frame has
 * read the configuration, dropped to the role's user and shut the sandbox.
 * What a body does:
 *
 *     int post_main(struct role *r)
 *     {
 *             ... open books, start threads ...
 *             role_ready(r);
 *             while (!role_draining(r)) {
 *                     work();
 *                     struct wake w;
 *                     wake_wait(r, WAKE_ALL, clock_mono_ms() + 1000, &w);
 *             }
 *             ... finish by role_deadline(r) ...
 *             return 0;
 *     }
 *
 * and a row ROLE_BODY(post) in roles.def. Any other value than 0, or a return while
 * not draining, is a failure: the supervisor logs it and starts the role again,
 * later each time.
 *
 * Threads are started from the body, never before it. Files: the books of the
 * role's row in rights.def and the system's own (certificates, time zones,
 * libraries); no open() with O_TRUNC, no chmod, no truncate(), no fork, no exec,
 * no listen(): the kernel answers EPERM or EACCES. */
#pragma once

#include "base/conf.h"
#include "roles/rights.h"

enum listen_kind {
	LISTEN_SMTP,        /* [smtp] listen */
	LISTEN_SUBMISSION,  /* [smtp] submission: STARTTLS, then AUTH */
	LISTEN_SUBMISSIONS, /* [smtp] submissions: TLS from the first byte */
	LISTEN_DOOR, /* DATA/run/door, a Unix socket: local mail, as the administrator */
	LISTEN_WEB,  /* [web] listen */
	LISTEN_WEB_TLS, /* [web] listen_tls */
	LISTEN_KINDS
};

struct role_listener {
	int fd; /* listening, non-blocking, close-on-exec; close it when draining */
	enum listen_kind kind;
	bool activated; /* bound by systemd, not by us */
};

struct role_key {
	str name; /* the file's name without its folder: "mac.key" */
	str content;
};

struct role {
	enum role_id id;
	const char *name;
	struct arena *a; /* lives as long as the process; the main thread's */
	const struct conf *conf;
	const struct role_listener *listeners;
	size_t listener_count;
	str tls_chain, tls_key; /* PEM; empty without KEYS_TLS or without the files */
	str authorities; /* PEM; empty without KEYS_AUTHORITIES or [tls] authorities */
	const str *
		oidc_secrets; /* of each [oidc], in order; empty ones without KEYS_OIDC */
	const struct role_key *keys; /* the others it has a right to */
	size_t key_count;
	int drain_fd; /* becomes readable when draining begins, and stays so: poll it,
		       * never read it */
	/* The rest is the frame's. */
	int control_fd;
	int lock_fd;              /* -1: this role need not work alone */
	int wake_fds[ROLE_COUNT]; /* -1: no such pair */
};

/* Says that the role serves. On a reload the old process goes on until its
 * successor has said so. Call once, when everything that can fail is done. In
 * post and send, which work alone, it returns when no other process of the role is
 * left, even one of a server that was killed, and ends the process if draining begins
 * before that: what two must not do at one time comes after it. */
void role_ready(struct role *r);

/* Whether to take nothing new, finish what has begun and return. Two causes: the
 * server stops, or a reload has put a newer process beside this one. The deadline is
 * 20 s away; after a reload smtpd and web have ten minutes, so that sessions may end
 * by themselves. Any thread. */
bool role_draining(const struct role *r);

/* Until when (clock_mono_ms) a draining role must have returned: it is killed
 * then. INT64_MAX while it is not draining. May come nearer. Any thread. */
int64_t role_deadline(const struct role *r);

/* The content of a key file by name; empty when it is not there. */
str role_key(const struct role *r, str name);

/* --- Wake-ups: something in a book may be new for the other role. A byte that
 * is lost (the other role is starting, its queue is full) costs that role's next
 * look by itself, a second later; so nobody relies on one. */

#define WAKE_FROM(role) (1u << ROLE_##role)
enum { WAKE_ALL = (1u << ROLE_COUNT) - 1 };

struct wake {
	unsigned from;   /* WAKE_FROM bits: who rang; each is told once, however often */
	int handed;      /* a descriptor that was handed over, now yours; -1: none */
	enum role_id by; /* who handed it */
};

/* Rings at another role. Never waits. Any thread; nothing happens where
 * rights.def gives no pair. */
void wake_send(const struct role *r, enum role_id to);

/* Waits until one of the roles in mask (WAKE_FROM bits) rings or hands a
 * descriptor, until the deadline (clock_mono_ms) or until draining begins. True:
 * somebody did, and w says who; at most one descriptor a call. Several threads may
 * wait, each for other roles. */
bool wake_wait(const struct role *r, unsigned mask, int64_t deadline, struct wake *w);

/* The same without waiting, for those who poll wake_fd in a loop of their own. */
bool wake_take(const struct role *r, unsigned mask, struct wake *w);
int wake_fd(const struct role *r, enum role_id from); /* -1: no pair */

/* Hands a descriptor to another role: one end of a socketpair(AF_UNIX) is how web
 * posts through smtpd's local door and how smtpd asks send. The caller closes
 * its own copy. ERR_TEMP: the other role takes none at the moment. */
MUST_USE err wake_hand(const struct role *r, enum role_id to, int fd);

/* --- For cli: a body for each role, NULL where there is none. */

typedef int role_main(struct role *r);

#define ROLE(name, ...) int name##_main(struct role *r);
#include "roles/rights.def"
#undef ROLE

extern role_main *const role_bodies[ROLE_COUNT]; /* from roles.def */

/* The hidden command `postern role NAME`: runs the body on the descriptors that the
 * supervisor handed over and ends the process. */
void role_run(role_main *const bodies[ROLE_COUNT], const char *name)
	__attribute__((noreturn));

/* `postern serve`: starts the roles that have a body and that the configuration
 * enables, and stays until SIGTERM or SIGINT. sets: the --set overrides. Each
 * role is /proc/self/exe role NAME. Returns the exit status. */
int serve(role_main *const bodies[ROLE_COUNT], const char *conf_path,
	  const char *const *sets, size_t set_count);
