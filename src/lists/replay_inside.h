/* lists/replay_inside.h: judging posts again (replay.c), of one list or of one after the other
 * (replay_rules.c). */
#pragma once

#include "lists/books.h"
#include "lists/replay.h"

/* One post with what is on record of it. */
struct candidate {
	struct replayed post;
	int64_t archived; /* post.id of the archive; 0: it waits */
	int64_t size, account;
	str source, trust, reverse_path;
	bool imported;
};

struct replaying {
	struct books *books;
	const struct list_entry *list;
	struct settings changed;
	struct header_rule_row *rules; /* that would hold; NULL: those that do */
	size_t rule_count;
	struct candidate *all; /* newest first */
	size_t count;
	size_t most;    /* posts of this list */
	int64_t octets; /* of all that were chosen */
	int64_t until;  /* clock_mono_ms */
	struct replay *out;
};

/* What replays so: its posts, room for those that turn, and its time begins. */
struct replaying replay_begin(struct books *books, struct arena *a,
			      const struct list_entry *list, struct replay *out);

/* The newest posts of x->list that fit; what comes of them is added to x->out. */
MUST_USE err replay_all(struct replaying *x, struct arena *keep);
