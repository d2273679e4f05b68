/* archive/prepare.h: all of accepting a post that needs no book: parsing, finding
 * words and attachments, compressing. An import does it in a thread of its own. */
#pragma once

#include "archive/add.h"
#include "archive/threading.h"
#include "store/archive/attachment.h"
#include "store/archive/blob.h"
#include "store/archive/words.h"

struct prepared {
	struct archive_post post;
	struct thread_refs refs;
	struct archive_words words;
	struct archive_attachments attachments;
	struct archive_verdict verdict;
	struct archive_packed packed;
	const char *repairs; /* what had to be put right, in words; NULL: nothing */
};

/* packer NULL: for threads and words only. Lives in a; points into x->message.
 * ERR_LIMIT: as archive_add. ERR_SYNTAX: no message at all; the text says why. */
MUST_USE err archive_prepare(struct arena *a, const struct archive_arrival *x,
			     struct archive_packer *packer, struct prepared *out);

/* The same of a post that is there, from its message as it stood or shall stand. */
MUST_USE err archive_prepare_as(struct arena *a, const struct archive_post *p,
				str message, struct archive_packer *packer,
				struct prepared *out);

/* And from the message that the archive holds, with the texts of its files as the index has
 * them. */
MUST_USE err archive_prepare_again(struct book *b, struct arena *a,
				   const struct archive_post *p,
				   struct archive_packer *packer, struct prepared *out);

/* The text of a post's files becomes words, its addresses apart. */
void archive_words_inside(struct arena *a, struct archive_words *w, str text);

/* Notes how large the picture is, where it is one that may be shown (picture.h). */
void archive_measure(str bytes, struct archive_attachment *x);

/* Adds what was prepared, in the caller's transaction. */
MUST_USE err archive_write(struct book *b, struct arena *a, struct prepared *x,
			   int64_t *number);
