/* account/rights.h: who may do what. The rows stand in rights.def.
 *
 *     struct viewer v = { .person = id, .here = WHO_MEMBER };
 *     if (!right_may(&v, RIGHT_archive_read, &list)) ... 403 or sign in
 */
#pragma once

#include "base/str.h"

enum who {
	WHO_GUEST,
	WHO_SIGNED_IN,
	WHO_MEMBER,
	WHO_MODERATOR,
	WHO_OWNER,
	WHO_DOMAIN_OWNER, /* of the domain that the list is in */
	WHO_ADMIN,
	WHO_NOBODY
};

enum right {
#define RIGHT(action, least, text) RIGHT_##action,
#include "account/rights.def"
#undef RIGHT
	RIGHT_COUNT,
};

struct viewer {
	int64_t person; /* 0: a guest */
	bool admin;     /* of the whole site */
	enum who here;  /* what the person is on the list in question */
	uint64_t
		denied; /* bits of rights that the token at hand has not: account/scope.h */
};

struct right_list { /* what a list's settings allow, each the least standing */
	enum who see, read, roster;
};

/* list: NULL for what concerns no list. Rows that a list's settings decide are then
 * for admins alone. */
bool right_may(const struct viewer *v, enum right right, const struct right_list *list);

const char *right_name(enum right right); /* "archive_read" */
const char *right_text(enum right right); /* "read posts, threads and attachments" */
const char *who_name(enum who who);       /* "member" */
