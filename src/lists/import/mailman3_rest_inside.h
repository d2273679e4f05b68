/* lists/import/mailman3_rest_inside.h: what the files share that read answers of a Mailman
 * 3. Whoever takes values off an answer asks rest_right at its end. */
#pragma once

#include "lists/import/mailman3_rest.h"

/* One answer: an object. Its memory is json_decref'ed by the caller. */
MUST_USE err rest_ask(struct rest *r, str path, size_t most, json_t **answer);

/* Each entry of a collection, page after page, into rows that grow: take makes one row of
 * `size` octets. Texts are a's. */
typedef void rest_row(struct rest *r, struct arena *a, const json_t *entry, void *row);
MUST_USE err rest_rows(struct rest *r, struct arena *a, str path, rest_row *take,
		       size_t size, void **rows, size_t *count);

#define REST_ROWS(r, a, path, take, rows, count)                                     \
	({                                                                           \
		void *all_ = NULL;                                                   \
		err e_ = rest_rows((r), (a), (path), (take), sizeof **(rows), &all_, \
				   (count));                                         \
		*(rows) = e_.kind ? *(rows) : all_;                                  \
		e_;                                                                  \
	})

/* How many a collection has: a page of one of them says so. */
MUST_USE err rest_count(struct rest *r, str path, int64_t *count);

/* Values by key. One that is not there, or null, is "", `otherwise`; one of another type
 * is wrong. */
str rest_text(struct rest *r, struct arena *a, const json_t *o, const char *key);
int64_t rest_number(struct rest *r, const json_t *o, const char *key, int64_t otherwise);
int64_t rest_yes(struct rest *r, const json_t *o, const char *key); /* 1, 0, -1 none */
int64_t rest_moment(struct rest *r, struct arena *a, const json_t *o, const char *key);
str rest_copy(struct arena *a, const json_t *text);

/* A word's place among them; -1: none of them. */
int64_t rest_word(str word, const char *const *words, size_t count);
#define REST_WORD(text, words) rest_word((text), (words), sizeof(words) / sizeof *(words))
extern const char *const rest_actions[5]; /* Mailman's enum Action */

/* ERR_SYNTAX: a value was wrong. */
MUST_USE err rest_right(struct rest *r, struct arena *a, str path);

bool rest_is_word(str s);                 /* an id: letters and digits */
str rest_escaped(struct arena *a, str s); /* as a part of a path */
str rest_path(struct arena *a, const struct mailman3_list *list, const char *rest);

MUST_USE err rest_bans(struct rest *r, struct arena *a, str path,
		       struct mailman3_line **line, size_t *count);
MUST_USE err rest_config(struct rest *r, struct arena *a,
			 const struct mailman3_list *list, struct rest_read *read);
MUST_USE err rest_people(struct rest *r, struct arena *a,
			 const struct mailman3_list *list, struct rest_read *read);
MUST_USE err rest_waiting(struct rest *r, struct arena *a,
			  const struct mailman3_list *list, struct rest_read *read);
