/* store/lists/digest.h: which posts wait for a list's next digest, and who is owed
 * which of them. A member reads posts one by one or in digests; member.digest_turn is
 * the post at which that changed last, so that each reaches everybody once:
 *
 *     digest_collect      a post is kept, if anybody reads digests
 *     digest_begin        an issue: its number, its posts and its readers, in one
 *                         transaction; whatever members choose later is for the next
 *     digest_groups       readers of the same form and posts get the same message
 *     digest_readers      … 1,000 at a time, behind a cursor
 *     digest_end          all are on their way: messages that are in no later issue go
 */
#pragma once

#include "store/lists/member.h"

struct digest_state {          /* where a list stands */
	int64_t volume, issue; /* of the next one */
	int64_t sent_at;       /* seconds, of the last one; 0: there was none */
	int64_t sent_to;       /* the last post in it */
};

struct digest_post {
	int64_t id, number; /* number: in the archive; 0: in none */
	int64_t at;         /* seconds */
	int64_t size;       /* octets */
	str source, message;
	str topics; /* "\nrelease\n": that it fits; "\n" none; "" is everybody's */
};

struct digest_waiting {
	int64_t posts, octets;
	int64_t oldest; /* seconds; 0: none waits */
};

struct digest_issue {
	int64_t id, list, volume, issue;
	int64_t high; /* the last post in it */
	int64_t at;   /* seconds */
};

struct digest_group {
	str form;          /* mime, plain, summary */
	int64_t low, high; /* posts with ids above low, up to high */
	str wants;         /* "1\nrelease\n": other_topics and topics; "" every post */
};

/* Of a list that has had none: volume 1, issue 1. */
MUST_USE err digest_state_get(struct book *b, int64_t list, struct digest_state *s);
MUST_USE err digest_state_put(struct book *b, int64_t list, const struct digest_state *s);

/* The post that was collected from that source (0: none), and whether anybody on the
 * list reads digests. */
MUST_USE err digest_ask(struct book *b, int64_t list, str source, int64_t *id,
			bool *readers);

/* Keeps a post for the next issue and sets p->id; one that is there stays as it is. */
MUST_USE err digest_collect(struct book *b, int64_t list, struct digest_post *p);

/* One that waits goes into no issue. */
MUST_USE err digest_post_drop(struct book *b, str source);

/* One last digest of the posts that wait, in that form, for a member who reads single posts.
 * *owed: it was not by then. */
MUST_USE err digest_owe(struct book *b, int64_t member, str form, bool *owed);

/* A post that was removed is for no issue. */
MUST_USE err digest_forget(struct book *b, str source);

/* Lists with posts that wait. */
MUST_USE err digest_lists(struct book *b, struct arena *a, int64_t **list, size_t *count);
MUST_USE err digest_waiting(struct book *b, int64_t list, struct digest_waiting *w);

/* Those that wait, without their messages, oldest first; at most limit. */
MUST_USE err digest_next_posts(struct book *b, struct arena *a, int64_t list,
			       size_t limit, struct digest_post **p, size_t *count);

/* Those with ids above low, up to high, with their messages. */
MUST_USE err digest_posts(struct book *b, struct arena *a, int64_t list, int64_t low,
			  int64_t high, struct digest_post **p, size_t *count);

/* Forgets posts that have been sent and are older than before (seconds). */
MUST_USE err digest_expire(struct book *b, int64_t before, int64_t *gone);

/* Begins an issue of the posts up to i->high and sets i->id; *next is where the list
 * stands after it. *readers 0: nobody is owed any of them; there is no issue, its number
 * is not used, its posts go. */
MUST_USE err digest_begin(struct book *b, struct digest_issue *i,
			  const struct digest_state *next, int64_t *readers);

/* Issues that are not on their way to all readers yet, oldest first; list 0: of all. */
MUST_USE err digest_unfinished(struct book *b, struct arena *a, struct digest_issue **i,
			       size_t *count);
MUST_USE err digest_groups(struct book *b, struct arena *a, int64_t issue,
			   struct digest_group **g, size_t *count);
MUST_USE err digest_readers(struct book *b, struct arena *a, int64_t issue,
			    const struct digest_group *g, int64_t after, size_t limit,
			    struct member_copy **m, size_t *count);
MUST_USE err digest_end(struct book *b, const struct digest_issue *i);
