/* roles/listen.h: the listening sockets. The supervisor alone binds them; systemd may
 * have bound some before (socket activation), and a reload keeps those whose
 * address stays, so that no connection is refused in between. */
#pragma once

#include "base/conf.h"
#include "roles/manifest.h"

enum { LISTEN_ADDRESS = 128 };

struct listening {
	int fd;
	enum listen_kind kind;
	bool activated;
	char address[LISTEN_ADDRESS]; /* as the configuration spells it */
};

struct listen_set {
	struct listening at[LISTENERS_MAX];
	size_t count;
};

const char *listen_kind_name(enum listen_kind kind); /* "submission", "web-tls" */
enum listen_kind listen_kind_from(str name);         /* LISTEN_KINDS: none */
enum role_id listen_role(enum listen_kind kind);     /* who serves it */

/* Takes the sockets that systemd passed (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES:
 * sd_listen_fds(3)) and removes these variables. A socket is known by its name, which
 * is a kind's, or else by its port, which the configuration names for a kind. */
void listen_activated(const struct conf *conf, struct listen_set *set);

/* All sockets that conf asks for: those of old that still fit, the others bound
 * now. A kind of which systemd passed a socket is left to systemd. On failure set is
 * untouched and what was bound is closed again.
 * ERR_SYNTAX, ERR_IO: names the key and the address. */
MUST_USE err listen_open(struct arena *a, const struct conf *conf,
			 const struct listen_set *old, struct listen_set *set);

/* Closes the sockets of old that are not in set. */
void listen_close_gone(const struct listen_set *old, const struct listen_set *set);
