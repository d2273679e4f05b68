/* roles/sandbox.h: a role shuts itself in. What it may stands in rights.def; the
 * kernel refuses the rest: files by Landlock (a rule a folder), TCP ports by
 * Landlock from its version 4, system calls by a seccomp filter that names what is
 * allowed. It cannot be opened again, so a changed configuration needs a new
 * process.
 *
 *     TRY(identity_drop(a, id, conf.site_data));
 *     TRY(sandbox_enter(a, id, &conf));
 *     ... first thread ...
 */
#pragma once

#include "base/conf.h"
#include "roles/rights.h"

/* The kernel's Landlock version; 0: it has none or it is switched off. */
int sandbox_landlock(void);

/* What this kernel cannot keep a role from, for the log; "" when nothing. */
const char *sandbox_missing(int landlock);

/* Shuts the calling process, which has one thread, into the row of id. Paths
 * and ports come from conf. ERR_SYNTAX: conf names a folder that cannot be
 * opened to a role. ERR_IO: the kernel has the means but refused them. */
MUST_USE err sandbox_enter(struct arena *a, enum role_id id, const struct conf *conf);

/* The two halves of it. landlock: the version to use, at most the kernel's. */
MUST_USE err landlock_enter(struct arena *a, const struct rights *r,
			    const struct conf *conf, int landlock);
MUST_USE err seccomp_enter(struct arena *a, const struct rights *r,
			   const struct conf *conf);

/* The folder of [web] root, which is opened to its role with all that is below it;
 * NULL: none is configured. ERR_SYNTAX: it is not there, or it holds the data folder. */
MUST_USE err sandbox_site(struct arena *a, const struct conf *conf, const char **folder);

/* The folder that a word of [web] uploads names below site, which web writes to. ERR_SYNTAX: it
 * is no folder, or leads elsewhere. */
MUST_USE err sandbox_uploads(struct arena *a, const char *site, str word,
			     const char **folder);

/* Whether the configuration sends a role to a Unix socket: [route] X = lmtp:/PATH, or an
 * engine of [wall]. */
bool sandbox_dials_unix(const struct rights *r, const struct conf *conf);

/* For good: no new privileges, no capability, no core dump, no reading of this
 * process by others of its user. */
MUST_USE err privileges_drop(struct arena *a);

/* Started as root: becomes the user postern-ROLE in group postern; where there are
 * no such users, the owner of the data folder. Does nothing otherwise.
 * ERR_IO: the system refused. */
MUST_USE err identity_drop(struct arena *a, enum role_id id, str data);

/* Whether the users postern-ROLE of all roles and the group postern exist. */
bool identity_known(void);

/* As root with these users: gives the books to the group, so that each role's
 * user reaches its own, and leaves the keys to root alone. */
MUST_USE err identity_own(struct arena *a, str data);
