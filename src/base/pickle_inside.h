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

/* A new value on the stack. */
MUST_USE err pickle_push(struct machine *m, struct pickle value);

/* The operations that push a number or a text (pickle_scalar.c). */
MUST_USE err pickle_scalar(struct machine *m, unsigned char op, bool *known);
