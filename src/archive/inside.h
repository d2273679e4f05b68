/* archive/inside.h: what is written inside the files of posts, for the index: texts, messages, and
 * PDF where somebody reads it. It is found out when a post has long been archived, one post after
 * the other, and again where that was broken off: which are to be looked into stands in the book.
 *
 *     do
 *             TRY(archive_look_inside(b, &reader, &more));
 *     while (more);
 *
 * The archive has no such text of posts of which an owner took something away. */
#pragma once

#include "archive/pseudonym.h"
#include "store/archive/post.h"

enum {
	INSIDE_FILE_MAX = 256 * 1024, /* octets of text that are taken of a file */
	INSIDE_POST_MAX = 1024 * 1024,
	INSIDE_LARGEST = 32 * 1024 * 1024, /* octets of a file that is looked into */
};

struct inside_reader {
	/* The text of a PDF, UTF-8, at most so many octets of it. ERR_NOTFOUND, ERR_TEMP: no
	 * program for that is installed, or it has no time; the post waits for it
	 * (archive_unread_awake). ERR_IO: no answer came; it is tried three times. Other
	 * failures: it has no text. */
	err (*pdf)(void *ctx, struct arena *a, str bytes, size_t most, str *text);
	void *ctx;
};

/* Looks into the files of one post. *more: there may be another. ERR_TEMP, ERR_IO: the book could
 * not be read or written, or no answer came; the post stays where it is, for three tries. That
 * one waits is no failure, and no try. */
MUST_USE err archive_look_inside(struct book *b, const struct inside_reader *r,
				 bool *more);

/* Another text in the place of that which the index has of the post's files; "": none. In the
 * caller's transaction. */
MUST_USE err archive_inside_set(struct book *b, struct arena *a,
				const struct archive_post *p, str text);

/* None of it where it names them: a PDF goes on saying what it says, but nobody finds it by that.
 * In the caller's transaction. */
MUST_USE err archive_inside_forget(struct book *b, struct arena *a,
				   const struct archive_post *p,
				   const struct pseudonym *who, bool *named);
