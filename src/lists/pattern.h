/* lists/pattern.h: patterns that people write: in bounded time, whatever they
 * are (PCRE2 without JIT, with a match limit for each place in the text at which a match
 * may begin, and a clock for all of them).
 *
 * A pattern is an address ("anna@uni.example"), a domain with all below it
 * ("@uni.example"), or, behind ^, a regular expression. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { /* in one setting: each is asked about each post */
       PATTERN_EXPRESSIONS_MAX = 50,
       PATTERN_LISTS_MAX = 100
};

enum { PATTERN_MS = 300 }; /* of computing, for all that are asked of one post */

enum pattern_result {
	PATTERN_MISS,
	PATTERN_HIT,
	PATTERN_LIMIT
}; /* LIMIT: gave up: no verdict */

/* ERR_SYNTAX: says at which character the expression is wrong. */
MUST_USE err pattern_check(struct arena *a, str pattern);      /* an address pattern */
MUST_USE err pattern_check_text(struct arena *a, str pattern); /* a regular expression */

enum pattern_result pattern_address(str pattern, str address_key);

/* The same where many are asked of one address: *ms of computing are left for all of them. */
enum pattern_result pattern_address_within(str pattern, str address_key, int64_t *ms);

/* A regular expression that many addresses are asked about, read once: the arena's. */
struct pattern_ready *pattern_prepare(struct arena *a, str expression);
enum pattern_result pattern_ready_address(const struct pattern_ready *r, str address_key);

/* The same of several, one a line: the first that fits, or that gives up. */
enum pattern_result pattern_lines(str patterns, str address_key);
enum pattern_result pattern_text(str pattern,
				 str text); /* a regular expression, case ignored */

/* The same where many are asked of one post. */
enum pattern_result pattern_text_within(str pattern, str text, int64_t *ms);

/* An address as a pattern that fits it alone: what looks like one of the other kinds, or like
 * no address, is spelt out. */
str pattern_spelt(struct arena *a, str address_key);
