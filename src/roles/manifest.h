/* roles/manifest.h: what the supervisor hands a role besides sockets: the text of
 * the configuration, the overrides, key files, and what each listening socket is.
 * It travels as a sealed memory file, so a role never opens the configuration or
 * the keys, and a role that restarts gets the configuration that was found good,
 * whatever has been written into the file since.
 *
 * Descriptors of a role have fixed numbers:
 *
 *     0        /dev/null
 *     1, 2     the log
 *     3        control: a byte R says ready; its end says the supervisor is gone
 *     4        the manifest
 *     8 + i    the socketpair shared with role i (rights.def, rings)
 *     32 + k   listening socket k, in the manifest's order */
#pragma once

#include "base/buf.h"
#include "base/conf.h"
#include "roles/role.h"

#include <sys/types.h>

enum { FD_CONTROL = 3, FD_MANIFEST = 4, FD_WAKE = 8, FD_LISTEN = 32 };
enum { LISTENERS_MAX = 64 };

enum manifest_tag {
	MANIFEST_SUPERVISOR, /* content: its process id */
	MANIFEST_CONF,       /* name: the file, content: its text */
	MANIFEST_SET,        /* content: SECTION.KEY=VALUE */
	MANIFEST_LISTENER,   /* name: the kind, content: "own" or "activated" */
	MANIFEST_TLS_CHAIN,  /* content: PEM */
	MANIFEST_TLS_KEY,
	MANIFEST_AUTHORITIES, /* content: PEM */
	MANIFEST_OIDC,        /* of each [oidc], in order; content: client_secret */
	MANIFEST_KEY,         /* name: the file, content: its bytes */
	MANIFEST_TAGS
};

void manifest_add(struct buf *b, enum manifest_tag tag, str name, str content);

/* Adds the key files that a role has a right to. A file that is not there is left
 * out, but for [tls] authorities. ERR_IO, ERR_LIMIT, ERR_NOTFOUND: names the file. */
MUST_USE err manifest_add_keys(struct arena *a, struct buf *b, const struct conf *conf,
			       unsigned keys);

/* A memory file of it that nobody can change. */
MUST_USE err manifest_seal(struct arena *a, const struct buf *b, int *fd);

/* Reads the manifest into r, whose strings live in r->a.
 * ERR_SYNTAX: not written by manifest_add, or the configuration is bad. */
MUST_USE err manifest_read(struct role *r, int fd, pid_t *supervisor);
