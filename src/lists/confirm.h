/* lists/confirm.h: tokens that were mailed: making them, and what one would do. A
 * look changes nothing; what the button does stands in lists/press.h. */
#pragma once

#include "lists/books.h"

enum confirm_kind {
	CONFIRM_JOIN,
	CONFIRM_LEAVE,
	CONFIRM_INVITE,
	CONFIRM_VERIFY,
	CONFIRM_SIGN_IN,
	CONFIRM_HELD,
	CONFIRM_CHALLENGE,
	CONFIRM_REQUEST,
	CONFIRM_SET,
	CONFIRM_ERASE,
	CONFIRM_WITHDRAW,
	CONFIRM_MOVE,
	CONFIRM_MORNING
};

struct confirmation {
	enum confirm_kind kind;
	const struct list_entry *list; /* NULL for sign-in and verify */
	str address;
	str name;
	int64_t created_at, expires_at;
	int64_t held; /* CONFIRM_HELD, CONFIRM_CHALLENGE, CONFIRM_WITHDRAW: the held post */
	int64_t request; /* CONFIRM_REQUEST: who asks to join */
	int64_t account; /* CONFIRM_VERIFY, CONFIRM_ERASE, CONFIRM_MOVE: the person who asked */
	str data;        /* JSON, as it was given */
	bool instead; /* it was mailed to who runs the address, a list (lists/umbrella.h):
			  * that proves nothing about the address itself */
	str to;       /* CONFIRM_SIGN_IN: the page that asked for it; or empty */
};

/* Makes a token, good for `span` seconds, and stores its hash. At most three
 * unexpired ones of a kind, list and address exist: ERR_DENIED beyond; but each held
 * post and each request to join has its own. */
MUST_USE err confirm_make(struct books *books, struct arena *a, enum confirm_kind kind,
			  const struct list_entry *list, str address, str data,
			  int64_t span, str *token);

/* The same however many there are, for what the address itself has proven to want: the
 * caller counts that. */
MUST_USE err confirm_make_own(struct books *books, struct arena *a,
			      enum confirm_kind kind, const struct list_entry *list,
			      str address, str data, int64_t span, str *token);

/* What a token would do. ERR_NOTFOUND: unknown, used or expired. */
MUST_USE err confirm_look(struct books *books, struct arena *a, str token,
			  struct confirmation *c);

/* The held post that a token's data names; 0: none. */
int64_t confirm_held(str data);

/* CONFIRM_MORNING: the held posts that the letter listed. */
void confirm_posts(struct arena *a, str data, int64_t **ids, size_t *count);

const char *confirm_kind_word(enum confirm_kind k); /* "join" */
