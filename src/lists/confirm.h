/* lists/confirm.h: tokens that were mailed, and what their button does. A look
 * changes nothing; only a press does, and a token can be pressed once. */
#pragma once

#include "lists/office.h"

enum confirm_kind {
	CONFIRM_JOIN,
	CONFIRM_LEAVE,
	CONFIRM_INVITE,
	CONFIRM_VERIFY,
	CONFIRM_SIGN_IN,
	CONFIRM_HELD
};

struct confirmation {
	enum confirm_kind kind;
	const struct list_entry *list; /* NULL for sign-in and verify */
	str address;
	str name;
	int64_t created_at, expires_at;
	int64_t held; /* CONFIRM_HELD: the held post */
};

/* Makes a token, good for `span` seconds, and stores its hash. At most three
 * unexpired ones of a kind, list and address exist: ERR_DENIED beyond. */
MUST_USE err confirm_make(struct office *o, struct arena *a, enum confirm_kind kind,
			  const struct list_entry *list, str address, str data,
			  int64_t span, str *token);

/* What a token would do. ERR_NOTFOUND: unknown, used or expired. */
MUST_USE err confirm_look(struct office *o, struct arena *a, str token,
			  struct confirmation *c);

/* Does it. For CONFIRM_SIGN_IN and CONFIRM_VERIFY the address becomes verified
 * and *person is its person; a page makes the session. For CONFIRM_HELD choice is
 * "accept", "reject" or "discard". *says: one sentence for the reader. */
MUST_USE err confirm_press(struct office *o, struct arena *a, str token, str choice,
			   const struct actor *by, int64_t *person, str *says);

const char *confirm_kind_word(enum confirm_kind k); /* "join" */
