/* lists/follow_inside.h: who gets a copy of a post in a thread (follow_targets.c), and the copies
 * (follow.c). */
#pragma once

#include "lists/follow.h"

struct sending {
	struct books *books;
	struct arena *whole; /* of the sending */
	struct arena *a;     /* of the batch at hand */
	const struct outgoing *out;
	const struct list_entry *list;
	str posts; /* of the thread, as JSON */
};

struct target { /* who gets a copy */
	int64_t follow;
	str address;
	str reader; /* as struct delivery has it */
};

struct targets {
	struct target *list; /* in order of follow */
	size_t count;
	int64_t upto; /* the last who was looked at */
	bool more;    /* there may be others */
};

/* Those who get one, of the next thousand who follow the thread, behind `after`. Who may not read the
 * archive any more follows no more. Texts are of s->a. */
MUST_USE err follow_targets(const struct sending *s, int64_t after,
			    struct targets *batch);
