/* web/site/htaccess.h: Apache's .htaccess, htpasswd and group files, as far as they say who may
 * read a folder. Pure.
 *
 *     htaccess_read(a, text, &h);
 *     while (htpasswd_next(&rest, &user)) ... user.name, user.hash */
#pragma once

#include "base/arena.h"

enum { HTACCESS_NAMES = 200 };

struct htaccess {
	str user_file, group_file; /* as they are written; or empty */
	bool valid_user;           /* whoever is in user_file */
	bool denied, granted;      /* nobody, everybody */
	bool listing;
	str users[HTACCESS_NAMES]; /* that may */
	size_t user_count;
	str groups[HTACCESS_NAMES];
	size_t group_count;
	str others[HTACCESS_NAMES]; /* lines that say something else */
	size_t other_count;
};

void htaccess_read(struct arena *a, str text, struct htaccess *h);

struct htpasswd_user {
	str name, hash;
};

/* Takes the next user off a file. False at its end. */
bool htpasswd_next(str *text, struct htpasswd_user *user);

/* The names in a group, apart by blanks; empty: there is no such group. */
str htgroup_find(str text, str group);
