/* Where in the HTML the next character stands: a small state machine over the
 * static text of a template, as much of the HTML syntax as we allow ourselves
 * (attribute values in double quotes, no script, no style). */
#pragma once

#include "compile.h"

enum mode { M_TEXT, M_TAG_NAME, M_TAG, M_ATTR_NAME, M_AFTER_NAME, M_VALUE, M_COMMENT };

struct markup {
	enum mode mode;
	char name[32]; /* the tag's while in its name, then the attribute's */
	size_t name_len;
	bool started; /* in a value: something stands before this point */
};

/* Moves over one character of static text. NULL, or what is wrong there. */
const char *markup_step(struct markup *m, char c);

/* A tag of the template follows: it ends a name that was being read. */
const char *markup_pause(struct markup *m);

/* Where a value stands that is printed here. NULL in *fault, or what is wrong. */
enum place markup_place(const struct markup *m, const char **fault);
bool markup_same(const struct markup *a, const struct markup *b);
