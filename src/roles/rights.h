/* roles/rights.h: rights.def as a table. Adding a role is a row there and a
 * body in roles.def. */
#pragma once

#include "store/store.h"

enum role_id {
#define ROLE(name, ...) ROLE_##name,
#include "roles/rights.def"
#undef ROLE
	ROLE_COUNT
};

enum { FOLDER_SITE = 1, FOLDER_PROGRAM = 2 };
enum { KEYS_TLS = 1, KEYS_MAC = 2, KEYS_SIGN = 4, KEYS_AUTHORITIES = 8, KEYS_OIDC = 16 };
enum { NET_ACCEPT = 1, NET_DNS = 2, NET_DIAL = 4, NET_HTTPS = 8, NET_ENGINES = 16 };

struct rights {
	const char *name;
	unsigned reads, writes; /* 1 << enum book_kind */
	unsigned folders;       /* FOLDER_ */
	unsigned keys;          /* KEYS_ */
	unsigned network;       /* NET_ */
	unsigned rings;         /* 1 << enum role_id */
};

extern const struct rights rights[ROLE_COUNT];

/* Whether two processes of a role must never work at one time, not even while one
 * replaces the other: send claims deliveries in memory, post fans out. Roles that
 * take connections may overlap, so that none is refused, and so may those that write
 * no book. */
static inline bool role_works_alone(enum role_id id)
{
	return rights[id].writes && !(rights[id].network & NET_ACCEPT);
}

/* The role of that name; ROLE_COUNT when there is none. */
enum role_id role_from(const char *name);
