/* lists/press.h: what the button under a mailed link does. A token can be pressed
 * once, unless what it is for goes on waiting. Members and held posts make tokens (lists/confirm.h) and know nothing of this.
 *
 *     struct pressed done;
 *     TRY(confirm_press(o, a, token, &(struct press){ .by = by }, &done));
 */
#pragma once

#include "lists/confirm.h"

struct press {
	str choice; /* CONFIRM_HELD: a word of decide.def; CONFIRM_REQUEST: accept, reject */
	str reason; /* what goes with it; or empty */
	struct actor by;
};

struct pressed {
	struct confirmation was;
	int64_t person; /* CONFIRM_SIGN_IN: whose session a page may open */
	bool waits;     /* CONFIRM_JOIN, CONFIRM_LEAVE: for a moderator */
	bool leaves;    /* CONFIRM_REQUEST: a member, who wants to leave */
	bool stays;     /* CONFIRM_HELD: the post still waits, and the token is good */
	const char *outcome; /* CONFIRM_CHALLENGE: "passed", "waits" or "refused" */
	str says;            /* one sentence for the reader */
};

/* Does it. For CONFIRM_SIGN_IN, CONFIRM_VERIFY and CONFIRM_MOVE the address becomes verified.
 * The latter two want the person who asked, signed in: else whoever reads the mail
 * could be talked into giving an address away. ERR_NOTFOUND: as above. ERR_DENIED:
 * the text says why. */
MUST_USE err confirm_press(struct books *books, struct arena *a, str token,
			   const struct press *p, struct pressed *done);
