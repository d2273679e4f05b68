/* archive/query_inside.h: what the two halves of the query parser share:
 * query.c the grammar, query_cond.c the prefixes that are conditions. */
#pragma once

#include "archive/query.h"

/* "column 7: %s" for the octet at `at` of text. */
err query_error(struct arena *a, str text, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The condition called name ("before", …), or NULL. */
struct query_cond;
const struct query_cond *query_cond_find(str name);

/* Adds it to q; *said is how a reader is told. at: where value stands in text. */
MUST_USE err query_cond_take(struct arena *a, const struct query_cond *c, str text,
			     size_t at, str value, bool negated, struct query *q,
			     str *said);
