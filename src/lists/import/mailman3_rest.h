/* lists/import/mailman3_rest.h: a Mailman 3 read by its REST API (version 3.1), as the rows
 * that store/foreign reads off its database. A list is read whole before a word of it is
 * written, so that no transaction waits for the network.
 *
 *     struct rest r = { .service = &service, .a = a };
 *     TRY(rest_lists(&r, &list, &n));
 *     TRY(rest_read(&r, a, &list[0], &read));
 *
 * Whoever answers is not believed: octets, values, depth, entries and pages are bounded,
 * a value of another type than Mailman's is refused, and no link is followed: of those in
 * an answer only the last word is used, in a path made here. */
#pragma once

#include "base/err.h"
#include "base/map.h"
#include "store/foreign/mailman3.h"

#include <jansson.h>

enum {
	REST_PAGE = 100,             /* entries asked for at once */
	REST_BODY = 4 << 20,         /* octets of an answer, but a held post's */
	REST_VALUES = 200000,        /* JSON values in one */
	REST_DEPTH = 12,             /* of them, one in another */
	REST_OCTETS = 1 << 30,       /* of all answers about a list */
	REST_HELD = 128 << 20,       /* of an answer that has a held post in it */
	REST_HELD_OCTETS = 256 << 20 /* of the texts of its held posts */
};

/* Who asks the questions. path: below the API's root, "/lists?count=…". ERR_NOTFOUND: there
 * is no such page. ERR_LIMIT: its body is larger than `most`. ERR_DENIED: we are not let
 * in, or sent elsewhere. ERR_TEMP: no answer now. ERR_SYNTAX: another answer. */
struct rest_service {
	err (*get)(void *with, struct arena *a, str path, size_t most, str *body);
	void *with;
};

struct rest {
	const struct rest_service *service;
	struct arena *a;             /* of what is known of addresses and users */
	struct map addresses, users; /* asked already: struct rest_person */
	size_t octets;               /* of the answers about this list */
	const char *wrong;           /* the first key whose value has another type */
};

struct rest_held {
	struct mailman3_held row; /* without token and path */
	str held_at, sender, reason;
	str text;        /* with LF */
	const char *why; /* NULL, or why there is no text */
};

struct rest_pended { /* its pairs are those of the database */
	struct mailman3_pended row;
	struct mailman3_pair *pairs;
	size_t count;
};

struct rest_lines {
	struct mailman3_line *line;
	size_t count, room;
};

/* All of a list. */
struct rest_read {
	struct mailman3_value *value;
	size_t value_count;
	struct rest_lines filters, aliases, strangers, bans;
	struct mailman3_match *match;
	struct mailman3_pair *template;
	struct mailman3_member *member;
	struct rest_held *held;
	struct rest_pended *pended;
	size_t matches, templates, members, held_count, pended_count;
	size_t without; /* addresses whose own page cannot be asked for */
};

/* ERR_SYNTAX: what answers is no Mailman 3. *version: "GNU Mailman 3.3.8". */
MUST_USE err rest_version(struct rest *r, struct arena *a, str *version);
MUST_USE err rest_lists(struct rest *r, struct arena *a, struct mailman3_list **list,
			size_t *count);
MUST_USE err rest_site(struct rest *r, struct arena *a, struct mailman3_site *site);
MUST_USE err rest_read(struct rest *r, struct arena *a, const struct mailman3_list *list,
		       struct rest_read *read);
void rest_close(struct rest *r);
