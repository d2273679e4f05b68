/* store/lists/follow.h: who gets each new post of a thread by mail, members or not. A row names
 * the post at which the thread began, as a mark does (store/lists/mark.h, posts likewise). */
#pragma once

#include "store/store.h"

struct follow_row {
	int64_t id; /* in links and return paths */
	int64_t person, list, number;
	int64_t made_at; /* seconds */
	int64_t last_at; /* seconds, of the thread's last post since; at first made_at */
};

/* The same again stays as it is. */
MUST_USE err follow_add(struct book *b, const struct follow_row *f);

/* ERR_NOTFOUND: it ended. */
MUST_USE err follow_get(struct book *b, struct arena *a, int64_t id,
			struct follow_row *f);
MUST_USE err follow_remove(struct book *b, int64_t id);

/* All that the person has of the thread that holds the posts. *gone: how many. */
MUST_USE err follow_stop(struct book *b, int64_t person, int64_t list, str posts,
			 int64_t *gone);
MUST_USE err follow_is(struct book *b, int64_t person, int64_t list, str posts,
		       bool *yes);

/* Whether anybody follows anything there: mostly nobody does. */
MUST_USE err follow_any(struct book *b, int64_t list, bool *yes);

/* The thread that holds the posts had one more. */
MUST_USE err follow_touch(struct book *b, int64_t list, str posts, int64_t now);

/* All of a person's, newest first. */
MUST_USE err follow_of_person(struct book *b, struct arena *a, int64_t person,
			      struct follow_row **f, size_t *count);
MUST_USE err follow_count(struct book *b, int64_t person, int64_t *threads);

/* Those whose threads had no post since then. */
MUST_USE err follow_expire(struct book *b, int64_t before, int64_t *gone);

/* All of a person's go to another, who keeps what is there. */
MUST_USE err follow_move(struct book *b, int64_t from, int64_t to);
