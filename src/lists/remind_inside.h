/* lists/remind_inside.h: what the files of remind share: what waits on a list this morning, who
 * is told of which lists, and what their letter says. */
#pragma once

#include "lists/remind.h"
#include "store/lists/held.h"

enum { REMIND_SHOWN = 50 }; /* posts of a list that a letter lists */

/* ---- what waits: remind.c */

struct waits {
	int64_t posts, asking, leaving, lapsed;
};

struct list_waits {
	const struct list_entry *list;
	struct waits of;
	struct held_row *shown; /* the first of the posts */
	size_t shown_count;
};

/* ---- who is told: remind_who.c */

struct told {
	int64_t person;
	int64_t preferred; /* the address that they prefer; 0: none */
	str key, text, name;
	const struct list_waits **lists;
	size_t count;
	struct told *next;
};

/* Who moderates which of these lists, each once, with all of theirs in the order in which the
 * lists stand. Roles of one person come together under that of their addresses which they
 * prefer, else the first; an address that nobody has proven stands for itself. */
MUST_USE err remind_who(struct books *books, struct arena *a,
			const struct list_waits *lists, size_t count,
			struct told **first);

/* ---- what they are told: remind_letter.c */

/* One letter about all of theirs, with a link that discards what it lists. */
MUST_USE err remind_tell(struct books *books, struct arena *a, const struct told *who,
			 int64_t day, int64_t now);
