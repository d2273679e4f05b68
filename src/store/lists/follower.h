/* store/lists/follower.h: those who follow a thread, with all that a copy to each of them depends on:
 * a batch of them in three statements, however many they are.
 *
 *     TRY(follower_after(b, a, list, posts, cursor, 1000, &f, &n));
 *     TRY(follower_addresses(b, a, f, n, &x, &addresses));
 *     TRY(follower_memberships(b, a, list, digest_post, f, n, &m, &memberships));
 */
#pragma once

#include "store/lists/member.h"

struct follower {
	int64_t follow; /* the row's id */
	int64_t person;
	str name, language;
	bool admin;
	unsigned roles;         /* on the list: ROLE_ bits of store/lists/role.h */
	bool member;            /* of it, by an address that is shown to be theirs */
	bool own_posts, copies; /* as what holds for all of their lists says */
};

/* Who follows the thread that holds the posts (numbers, as JSON), a row a person, in order of id
 * after that one. */
MUST_USE err follower_after(struct book *b, struct arena *a, int64_t list, str posts,
			    int64_t after, size_t limit, struct follower **f,
			    size_t *count);

struct follower_address {
	int64_t person; /* first, as in all rows of persons here */
	str key, text;
	bool verified;
};

/* In order of person; of one's own as address_of_person. */
MUST_USE err follower_addresses(struct book *b, struct arena *a, const struct follower *f,
				size_t n, struct follower_address **x, size_t *count);

struct follower_member {
	int64_t person;
	struct member_copy copy;
	bool verified;
	bool regular; /* gets posts as they come */
	bool gets;    /* gets the post as it comes, as member_after has it */
};

/* Their memberships of a list, in order of person; of one's own as member_all_of_person. post: as
 * member_after. */
MUST_USE err follower_memberships(struct book *b, struct arena *a, int64_t list,
				  int64_t post, const struct follower *f, size_t n,
				  struct follower_member **m, size_t *count);
