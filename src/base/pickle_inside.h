/* base/pickle_inside.h: the machine that runs a pickle, for the files that do. */
#pragma once

#include "base/pickle.h"

struct machine {
	struct arena *a;
	str rest;              /* the program from here on */
	size_t values, places; /* made so far */
	uint64_t borne;        /* weight that containers were given, all in all */
	struct pickle **stack;
	size_t height, stack_room;
	size_t marks[PICKLE_MARKS]; /* heights at which something was begun */
	size_t mark_count;
	struct pickle **memo;
	size_t memo_room, memo_count;
	bool stopped;
};

/* Operands, taken off the program. ERR_SYNTAX: cut off. */
MUST_USE err pickle_take(struct machine *m, size_t n, str *bytes);
MUST_USE err pickle_line(struct machine *m, str *line);
MUST_USE err pickle_little(struct machine *m, size_t n, uint64_t *number);

#define PICKLE_BROKEN FAIL(ERR_SYNTAX, "a pickle whose parts do not fit together")

/* A new value on the stack, and one that was there before. */
MUST_USE err pickle_push(struct machine *m, struct pickle value);
MUST_USE err pickle_push_again(struct machine *m, struct pickle *value);

/* A container or an object of what is given. */
MUST_USE err pickle_push_items(struct machine *m, enum pickle_type type, str text,
			       struct pickle **items, size_t n);

/* What stands on top, taken off or left, of what was begun last. */
MUST_USE err pickle_pop(struct machine *m, struct pickle **value);
MUST_USE err pickle_top(struct machine *m, struct pickle **value);

/* All behind the last mark; it stays where it is until the next push. */
MUST_USE err pickle_pop_marked(struct machine *m, struct pickle ***items, size_t *n);

/* A few octets can put a long text into a list a million times. */
MUST_USE err pickle_bear(struct machine *m, struct pickle *to, const struct pickle *what);

/* The operations that push a number or a text (pickle_scalar.c). */
MUST_USE err pickle_scalar(struct machine *m, unsigned char op, bool *known);

/* The operations that name classes and make objects (pickle_object.c). */
MUST_USE err pickle_object(struct machine *m, unsigned char op, bool *known);
