/* lists/members_inside.h: the letters that joining and leaving send. */
#pragma once

#include "lists/confirm.h"
#include "lists/members.h"

/* However many lists and forms are used, nobody gets more than three of these a day, or
 * ten with what owners invite to and members leave: a stranger must not be able to fill a mailbox through
 * us. ERR_DENIED then. */
MUST_USE err member_check_target(struct books *books, struct arena *a, str key);

/* A letter with a token of that kind, good for `span` seconds. ERR_DENIED: as above,
 * or confirm_make's. */
MUST_USE err member_send_token(struct books *books, struct arena *a,
			       const struct list_entry *list, const struct mailbox *to,
			       enum confirm_kind kind, const char *name, int64_t span);

/* A letter of that name that needs no more than the list. */
MUST_USE err member_notice(struct books *books, struct arena *a,
			   const struct list_entry *list, const struct mailbox *to,
			   const char *name);

/* The same to who runs the list, one each; asker: the address that it is about. */
MUST_USE err member_tell_roles(struct books *books, struct arena *a,
			       const struct list_entry *list, const char *name,
			       bool owners_only, str asker);
