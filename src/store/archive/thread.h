/* store/archive/thread.h: threads, and the messages that are referred to but
 * are not here. */
#pragma once

#include "store/archive/post.h"

struct archive_thread {
	int64_t id, list;
	int64_t root;   /* post id */
	int64_t number; /* the root's: /lists/NAME/t/NUMBER */
	str subject;    /* the root's, and whose it is */
	str from_name, from_address;
	unsigned flags; /* the root's */
	int64_t posts, authors;
	int64_t first_at, last_at; /* seconds */
	int64_t version;           /* differs when anything in it changed */
};

struct archive_threads {
	struct archive_thread *list;
	size_t count;
};

/* A new thread of one post, p; archive_thread_root when p has its id. */
MUST_USE err archive_thread_start(struct book *b, const struct archive_post *p,
				  int64_t version, int64_t *thread);
MUST_USE err archive_thread_root(struct book *b, int64_t thread, int64_t root);
/* p joined; new_author: nobody of that address had posted there before. */
MUST_USE err archive_thread_join(struct book *b, const struct archive_post *p,
				 bool new_author, int64_t version);
/* Counts the thread anew after posts came or went; an empty one is removed. */
MUST_USE err archive_thread_recount(struct book *b, int64_t thread, int64_t version);

MUST_USE err archive_thread_by_id(struct book *b, struct arena *a, int64_t id,
				  struct archive_thread *t, bool *found);

/* The numbers of all posts of the thread that holds post `number`, as a JSON array; "[]" where
 * there is no such post. */
MUST_USE err archive_thread_numbers(struct book *b, struct arena *a, int64_t list,
				    int64_t number, str *numbers);

/* The highest number of a post of that thread. */
MUST_USE err archive_thread_newest(struct book *b, int64_t thread, int64_t *number);

/* Latest activity first; from behind (last_at, id), both 0 to begin. */
MUST_USE err archive_threads_latest(struct book *b, struct arena *a, int64_t list,
				    int64_t last_at, int64_t id, size_t limit,
				    struct archive_threads *out);
/* Threads whose last post is dated in [from, until): how many, and the date of the latest; 0:
 * there is none. */
MUST_USE err archive_threads_count(struct book *b, int64_t list, int64_t from,
				   int64_t until, int64_t *count, int64_t *latest);
/* Those of which something can be read, by that date, from the one with that index on. */
struct archive_stamp {
	int64_t number, last_at;
};
MUST_USE err archive_thread_stamps(struct book *b, struct arena *a, int64_t list,
				   int64_t from, int64_t until, int64_t skip,
				   size_t limit, struct archive_stamp **stamps,
				   size_t *count);

/* Of those that began since then, the ones with the most posts, two at least. */
MUST_USE err archive_threads_busiest(struct book *b, struct arena *a, int64_t list,
				     int64_t since, size_t limit,
				     struct archive_threads *out);
/* The threads that start before and after this one in time; number 0: none. */
MUST_USE err archive_thread_neighbours(struct book *b, struct arena *a,
				       const struct archive_thread *t,
				       struct archive_thread *before,
				       struct archive_thread *after);

struct archive_wait {
	int64_t post, rank;
};
MUST_USE err archive_missing_add(struct book *b, int64_t list, str message_id,
				 int64_t post, int64_t rank);
/* Who refers to message_id. */
MUST_USE err archive_missing_of(struct book *b, struct arena *a, int64_t list,
				str message_id, struct archive_wait **waits,
				size_t *count);
/* post's references from rank on are of no more interest. */
MUST_USE err archive_missing_drop(struct book *b, int64_t post, int64_t rank);
/* The thread of the posts that refer to message_id, but for the post `but`. */
MUST_USE err archive_missing_thread(struct book *b, int64_t list, str message_id,
				    int64_t but, int64_t *thread, bool *found);
/* Pairs of posts of a thread that refer to the same missing message. */
struct archive_pair {
	int64_t a, b;
};
MUST_USE err archive_missing_pairs(struct book *b, struct arena *a, int64_t thread,
				   struct archive_pair **pairs, size_t *count);
/* Forgets threads and missing references of a list, before they are built anew. */
MUST_USE err archive_thread_forget(struct book *b, int64_t list);
