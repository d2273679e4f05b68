/* mail/bounce_match.h: the patterns in which bounce.def says how servers write. For
 * src/mail alone.
 *
 *     struct bounce_match m;
 *     if (bounce_match(STR("@ ... "), STR("a@b.example ... unknown host"), &m))
 *             m.addresses[0]  ->  a@b.example,  m.rest  ->  unknown host
 *
 * A pattern fits where it fits from the start of the line on, whatever the case:
 *
 *     @      an address, in < > or quotation marks where it likes
 *     space  white space, one or more
 *     *      anything, or nothing
 *     #      digits
 *     {a b}  a name alone, which is an address at a and one at b
 *     $      the end of the line
 *     |      or
 *     else   itself */
#pragma once

#include "base/arena.h"

enum { BOUNCE_MATCH_MAX = 2 }; /* addresses in one line */

struct bounce_match {
	str addresses[BOUNCE_MATCH_MAX]; /* with {a b}: the bare name */
	str domains[BOUNCE_MATCH_MAX];   /* with {a b}: a and b; else empty */
	size_t count;
	str rest;  /* of the line, behind what fits */
	bool note; /* what fits begins with a bracket: it is about the line before */
};

/* m is untouched where it does not fit. */
bool bounce_match(str pattern, str line, struct bounce_match *m);

/* The text behind the first place where one of phrases ("a b|c") stands, whatever the
 * case and the line ends; of text itself where phrases is empty. False, with nothing
 * written: nowhere. */
bool bounce_phrase(str text, str phrases, str *behind);

/* Whether a word begins at the octet `at` of text. */
bool bounce_begins_word(str text, size_t at);

/* Whether text begins with the one phrase, whatever the case and the line ends. */
bool bounce_phrase_here(str phrase, str text);
