/* store/lists/pending.h: tokens that somebody was sent and that act once. The
 * book holds their SHA-256 only. A token is compared without ASCII case, since it
 * may come back through a mailer that folds it.
 *
 *     str token = rand_token(a, 20);
 *     struct pending_row p = { .kind = STR("join"), .list = l, .address = key, ... };
 *     TRY(pending_add(b, token, &p));
 *     ...
 *     TRY(pending_take(b, a, token, clock_now(), &p));   -- works once
 */
#pragma once

#include "store/store.h"

struct pending_row {
	int64_t id;
	str kind; /* join, leave, sign-in, verify, invite, hold, challenge, set, move, wish, … */
	int64_t list;                   /* 0 none */
	str address;                    /* whose it is */
	str data;                       /* JSON */
	int64_t created_at, expires_at; /* seconds */
};

MUST_USE err pending_add(struct book *b, str token, struct pending_row *p); /* sets id */

/* What a token stands for; it stays valid (a page that shows a button).
 * ERR_NOTFOUND: unknown, used or expired. */
MUST_USE err pending_look(struct book *b, struct arena *a, str token, int64_t now,
			  struct pending_row *p);

/* The same, and the token is gone. Of two who try, one gets it. */
MUST_USE err pending_take(struct book *b, struct arena *a, str token, int64_t now,
			  struct pending_row *p);

/* Those of one kind for an address, newest first (has one been sent already?).
 * list 0: none. */
MUST_USE err pending_of(struct book *b, struct arena *a, str kind, int64_t list,
			str address, struct pending_row **p, size_t *count);

/* Those of one kind on a list whose time is not over, in order of id. */
MUST_USE err pending_list(struct book *b, struct arena *a, str kind, int64_t list,
			  int64_t now, struct pending_row **p, size_t *count);
/* Those of an address, whatever they are for. */
MUST_USE err pending_by_address(struct book *b, struct arena *a, str address,
				struct pending_row **p, size_t *count);

/* What a member was sent goes on meaning the membership at its other address: to leave, to
 * set. */
MUST_USE err pending_readdress(struct book *b, int64_t list, str from, str to);

/* What its token stands for from now on. */
MUST_USE err pending_note(struct book *b, int64_t id, str data);

MUST_USE err pending_drop(struct book *b, str kind, int64_t list, str address);
MUST_USE err pending_drop_id(struct book *b, int64_t id);

/* Those of a kind whose time is over, in order of id; they are there until dropped. */
MUST_USE err pending_ended(struct book *b, struct arena *a, str kind, int64_t now,
			   size_t limit, struct pending_row **p, size_t *count);

/* Forgets those whose time is over, but for challenges, which have an end of their own; and what
 * was wanted of memberships that nobody asks for any more. */
MUST_USE err pending_expire(struct book *b, int64_t now, int64_t *gone);
