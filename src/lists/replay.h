/* lists/replay.h: what would other settings have done to the posts of late? The newest of
 * the archive and those that wait are judged twice by the very rules (rules.def), once
 * under the settings as they are and once as they would be. Nothing is written.
 *
 *     struct replay r;
 *     TRY(replay_run(&books, a, list, set, count, &r));
 *     r.before[VERDICT_HOLD], r.after[VERDICT_HOLD], r.turned[0].post.subject ...
 *
 * What cannot be asked again stands in replay_limits. */
#pragma once

#include "lists/owner.h"
#include "lists/rules.h"

enum {
	REPLAY_POSTS = 1000,               /* the newest, */
	REPLAY_OCTETS = 128 * 1024 * 1024, /* as long as they have fewer together, */
	REPLAY_MS = 8000,                  /* and as many as this time lets be judged */
	REPLAY_VERDICTS = VERDICT_DISCARD + 1
};

struct replayed {
	const struct list_entry *list;
	int64_t number; /* in the archive; 0: it waits */
	int64_t held;   /* where it waits; 0: in the archive */
	int64_t at;     /* seconds, when it came */
	str author, author_name, subject;
};

struct replay_turn { /* a post that would fare otherwise */
	struct replayed post;
	struct ruling before, after; /* what decided */
};

struct replay {
	int64_t judged, imported; /* imported: of them, those without a record of proof */
	int64_t unknown;          /* left out: who wrote them is not on record */
	int64_t late;             /* left out: beyond octets or time */
	int64_t since;            /* the oldest one's; 0: none was judged */
	int64_t before[REPLAY_VERDICTS], after[REPLAY_VERDICTS];
	struct replay_turn *turned; /* newest first, list by list */
	size_t turned_count;
};

/* Settings and posts are the caller's to show to owners alone.
 * Whether an owner may name a list in them asks lists/borrow.h, before.
 * ERR_SYNTAX, ERR_NOTFOUND: of setting_try; nothing was judged. */
MUST_USE err replay_run(struct books *books, struct arena *a,
			const struct list_entry *list, const struct assignment *set,
			size_t count, struct replay *out);

/* The same as if this were one of the list's own header rules: in the place of the one with its
 * id, or with its header and pattern, else behind them. list NULL: one of every list, asked
 * before their own, over as many posts of each; rule->list is 0 then. */
MUST_USE err replay_header_rule(struct books *books, struct arena *a,
				const struct list_entry *list,
				const struct header_rule_row *rule, struct replay *out);

/* What a replay cannot know, a sentence each; the last is NULL. */
extern const char *const replay_limits[];
