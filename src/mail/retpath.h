/* mail/retpath.h: the return path of each copy. It names the member by number
 * and bears a keyed tag, so that nobody can bounce another member off a list:
 *
 *     dev-bounces+4711.k3x…@lists.example   <->   member 4711
 *
 * or, below zero, somebody who follows a thread and need not be a member (lists/follow.h);
 *
 * and SRS, for mail that is forwarded: SRS0=TAG=TT=host=local@domain. */
#pragma once

#include "base/err.h"
#include "base/mac.h"
#include "mail/address.h"

/* list: "dev@lists.example". */
str retpath_make(struct arena *a, const struct mac_key *key, str list, int64_t member);

/* The same for a probe: another tag, so that neither kind of path serves as the other. */
str retpath_probe(struct arena *a, const struct mac_key *key, str list, int64_t member);

/* The member that a recipient address of list names (its part behind
 * "-bounces+"); *probe: the path of a probe. ERR_DENIED: the tag is wrong. ERR_SYNTAX: not
 * of this form. */
MUST_USE err retpath_read(struct arena *a, const struct mac_key *key, str list, str token,
			  int64_t *member, bool *probe);

/* The reverse-path for forwarding mail of sender through our domain; SRS0 and
 * SRS1 are known. now: seconds; a path is good for 21 days. */
MUST_USE err srs_forward(struct arena *a, const struct mac_key *key,
			 const struct address *sender, str domain, int64_t now,
			 str *path);
MUST_USE err srs_reverse(struct arena *a, const struct mac_key *key,
			 const struct address *path, int64_t now, str *sender);
