/* store/lists/mark.h: stars and tags that people give threads of an archive, for themselves
 * alone: no function here gives anybody's to anybody else. A mark names the post at which the
 * thread began when it was made; it is of the thread in which that post stands, so that owners
 * may split and merge threads. posts: the numbers of a thread as a JSON array, as
 * archive_thread_numbers (store/archive/thread.h) gives them. */
#pragma once

#include "store/store.h"

struct mark_row {
	int64_t list, number;
	str word;        /* a tag; "" the star */
	int64_t made_at; /* seconds */
};

/* The same again stays as it is. */
MUST_USE err mark_add(struct book *b, int64_t person, const struct mark_row *m);

/* The word goes from the thread that holds the posts; so does one that was there twice, since two
 * threads became one. */
MUST_USE err mark_remove(struct book *b, int64_t person, int64_t list, str posts,
			 str word);

/* The words of one thread, each once, in their order: "" first. */
MUST_USE err mark_of_thread(struct book *b, struct arena *a, int64_t person, int64_t list,
			    str posts, str **words, size_t *count);

/* All of a person's, newest first; those of one moment by list, number and word. */
MUST_USE err mark_of_person(struct book *b, struct arena *a, int64_t person,
			    struct mark_row **m, size_t *count);

/* How many threads a person has marked: what has two marks counts once. */
MUST_USE err mark_count(struct book *b, int64_t person, int64_t *threads);

/* All of a person's go to another, who keeps what is there. */
MUST_USE err mark_move(struct book *b, int64_t from, int64_t to);
