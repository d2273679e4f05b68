/* lists/personal_inside.h: what is kept about a person, gathered as JSON: what the files of
 * personal share. */
#pragma once

#include "lists/personal.h"
#include "store/lists/address.h"

enum { ROWS_MAX = 10000 }; /* of what has no end by itself */

struct gathering {
	struct books *books;
	struct arena *a;
	int64_t person;
	struct address_row *own;
	size_t own_count;
	json_t *out;
};

/* Members of an object: a text, and a time, a day or a list's address, where there is one. */
void gather_text(json_t *o, const char *key, str text);
void gather_time(struct gathering *g, json_t *o, const char *key, int64_t at);
void gather_day(struct gathering *g, json_t *o, const char *key, int64_t at);
void gather_list(struct gathering *g, json_t *o, int64_t list);

/* An array of rows under that name, and one more row. */
json_t *gather_section(struct gathering *g, const char *name);
json_t *gather_row(json_t *rows);

/* personal_account.c */
MUST_USE err gather_account(struct gathering *g);
MUST_USE err gather_preferences(struct gathering *g);
MUST_USE err gather_memberships(struct gathering *g);
MUST_USE err gather_roles(struct gathering *g);
MUST_USE err gather_sign_ins(struct gathering *g);
MUST_USE err gather_downloads(struct gathering *g);

/* personal_marks.c */
MUST_USE err gather_marks(struct gathering *g);

/* personal_waiting.c */
MUST_USE err gather_held(struct gathering *g);
MUST_USE err gather_waiting(struct gathering *g);
