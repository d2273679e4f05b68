/* lists/filter_inside.h: the filter among its own files.
 *
 *     filter.c        which parts go
 *     filter_file.c   what a part is: its type, its names, what is packed in it
 *     filter_shape.c  what becomes of the tree: alternatives, single parts, HTML
 */
#pragma once

#include "base/buf.h"
#include "lists/filter.h"
#include "mail/rewrite.h"

struct words {
	str *word;
	size_t count;
};

struct sieve {
	struct arena *a;
	const struct settings *settings;
	struct words filter_types, pass_types, filter_extensions, pass_extensions;
	struct mime m;
	struct part_edit *edit; /* one a part of m */
	struct buf said;
	size_t said_count;
	int depth;   /* a message in a message */
	int64_t *ms; /* left for looking into archives, of the whole message */
};

/* Words apart by white space or commas, lower case, without a leading "." or "*.". */
struct words filter_words(struct arena *a, str text);

/* Why the list does not take the part for what it is, in words; empty: it does. */
str filter_objection(struct sieve *s, const struct mime_part *p);

/* Enters something that was done, with the part's name where it has one. */
void filter_say(struct sieve *s, const struct mime_part *p, str what);

/* The children of a part that stay. */
size_t filter_children(const struct sieve *s, size_t index, size_t *first);

/* Alternatives to the first, multiparts of one part to that part, HTML to text. */
void filter_shape(struct sieve *s, size_t index);
