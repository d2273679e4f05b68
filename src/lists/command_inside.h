/* lists/command_inside.h: what the words of commands.def share. */
#pragma once

#include "base/buf.h"
#include "base/language.h"
#include "lists/command.h"
#include "lists/command_text.h"
#include "lists/owner.h"

struct run { /* one mail's commands */
	struct books *books;
	struct arena *a;
	const struct mail_command *c;
	struct settings settings;
	struct buf says;
	struct actor by;
	enum language language; /* of the answer */
	struct assignment
		wishes[COMMAND_LINES_MAX + 1]; /* set, without proof: one letter */
	size_t wish_count;
};

typedef err word_fn(struct run *r, str argument);

#define WORD(word, function, help) word_fn function;
#include "lists/commands.def"
#undef WORD

void command_says(struct run *r, str text); /* a line of the answer */

void command_says_strange(struct run *r, str line); /* what was not understood */

/* What a person may be told as it is; what is our own trouble goes up. */
MUST_USE err command_says_err(struct run *r, err e);

/* From is proven, and it is who the answer goes to: only then the mail's own words may
 * go along, since a stranger's must not reach anybody through us. */
bool command_is_own(const struct run *r);

/* Who asks, and in which language. may: false where a program wrote, or nobody: it is
 * ignored. */
MUST_USE err command_start(struct run *r, struct books *books, struct arena *a,
			   const struct mail_command *c, bool *may);

/* Sends the answer to who is proven. A moderator who decides on twenty posts in a day is
 * obeyed twenty times, but answered no more often than anybody. */
MUST_USE err command_answer(struct run *r);

/* From's key. */
str command_author(const struct run *r);

/* Counts what a network asks for in anybody's name. ERR_DENIED: it did sixty times this hour. */
MUST_USE err command_check_network(struct run *r);

/* The letter of all that was wished without proof. */
MUST_USE err command_ask_wishes(struct run *r);
