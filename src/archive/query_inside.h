/* archive/query_inside.h: what the parts of the query parser share: query.c how terms are
 * joined, query_term.c a term, query_cond.c the prefixes that are conditions.
 *
 *     query = { term | term OR term { OR term } }
 *             | term NEAR[/n] term
 *     term  = [ - ] ( [ field: ] ( word [ * ] | "phrase" | "(" query ")" ) | condition )
 */
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

struct query_parser {
	struct arena *a;
	str text;
	size_t at;
	int depth;
	size_t terms;
	struct query *q;
	str conditions; /* in words */
	bool others;    /* some of it looks in quoted lines only */
	bool by_term;   /* so each term says itself that it does not look there */
};

struct query_part { /* a stretch of the query: FTS5's expression and ours; "" for none */
	str expr, said;
	str string; /* what a single word or phrase is in FTS5, without its columns */
	const char *columns; /* NULL: any */
};

struct query_field { /* a row of query.def */
	const char *name, *columns, *said;
	unsigned flags;
};
extern const struct query_field QUERY_ANYWHERE; /* where no prefix stands */

/* ---- query_term.c */

bool query_at_end(struct query_parser *p); /* blanks are passed over */

/* A bare word from where we stand; a parenthesis ends it only inside a group. */
str query_word(struct query_parser *p);

/* Passes over the keyword, if it stands here. */
bool query_take_keyword(struct query_parser *p, str keyword);

/* Adds more to *to, with `between` where both hold something. */
void query_joined(struct arena *a, str *to, str between, str more);

str query_in_columns(struct arena *a, const char *columns, str expr); /* NULL: any */

/* One term. *is_condition: it went into the query itself, out is empty. ERR_SYNTAX: with the
 * column. ERR_LIMIT: too many, or too deep. */
MUST_USE err query_term(struct query_parser *p, const struct query_field *within,
			bool *negated, bool *is_condition, struct query_part *out);

/* ---- query.c */

/* What stands between parentheses; at the opening one. Errors as query_term. */
MUST_USE err query_group(struct query_parser *p, const struct query_field *f,
			 struct query_part *out);
