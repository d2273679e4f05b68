/* lists/digest.h: posts that go out many at a time. What belongs to the next issue is
 * known from the lists book, and from the outbound book what is frozen; each step repeats itself after a crash and changes
 * nothing then:
 *
 *     a post is kept (digest_take), before its copies are made
 *     an issue begins: number, posts and readers, in one transaction
 *     a message for each form and span of posts, its deliveries behind a cursor
 *     the issue ends: the messages that it kept go
 */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"
#include "store/lists/digest.h"

/* Keeps a post for those who read digests and gives its id among such posts; 0 where no
 * digest will have it, because there are none on this list or nobody reads any.
 * number: its own in the archive, 0 for none; topics: topics_of_post. */
MUST_USE err digest_take(struct books *books, struct arena *a, const struct post *p,
			 int64_t number, str topics, int64_t *id);

/* Sends what has reached the list's size. Called when a post has gone out; what fails is
 * logged, and tried again by digest_run. */
void digest_look(struct books *books, const struct post *p);

/* Ends what was begun, on every list, then begins and ends all that is due. */
MUST_USE err digest_run(struct books *books, struct arena *a, int64_t now);

/* All that waits on one list, due or not. *issues counts what was begun. */
MUST_USE err digest_send(struct books *books, struct arena *a, int64_t list, int64_t now,
			 int64_t *issues);

/* A new volume begins with the next issue. */
MUST_USE err digest_bump(struct books *books, struct arena *a, int64_t list, int64_t now);

/* Whether what waits is to be sent: by size, by the hour, or because the list has no
 * digests any more. */
bool digest_is_due(const struct settings *s, const struct digest_waiting *w, int64_t now);

/* The issue's number after a pause: a new volume begins where its span has. */
struct digest_state digest_number(const struct settings *s, struct digest_state last,
				  int64_t now);
