/* lists/import/mailman2_inside.h: one list on its way, for the files that bring it. */
#pragma once

#include "lists/import/mailman2.h"
#include "lists/import/moving.h"

MUST_USE err move_settings(struct moving *x);
MUST_USE err move_texts(struct moving *x); /* of the list, and of its domain */
MUST_USE err move_site_texts(struct moving *x);
MUST_USE err move_members(struct moving *x);
MUST_USE err move_roles(struct moving *x);
MUST_USE err move_bans(struct moving *x);
MUST_USE err move_header_rules(struct moving *x);
MUST_USE err move_requests(struct moving *x); /* held posts, too */
MUST_USE err move_pending(struct moving *x);
MUST_USE err move_state(struct moving *x); /* whom it answered of late, and the like */
MUST_USE err move_last_digests(struct moving *x); /* who is owed one */
MUST_USE err move_archive(struct moving *x);
MUST_USE err move_leftovers(struct moving *x); /* posts that wait; what else lies there */

/* A file of the list's own folder, or of data/, one pickle in it. ERR_NOTFOUND. */
MUST_USE err moving_pickle(struct moving *x, str path, const struct pickle **p);
str moving_path(struct moving *x, const char *folder, str name);

/* A held message as Mailman keeps it: pickled, with CRLF at each line's end.
 * ERR_SYNTAX: it is none. ERR_LIMIT: too deep or too large. */
MUST_USE err mailman2_message(struct arena *a, const struct pickle *message, str *text);
