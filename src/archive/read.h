/* archive/read.h: what pages show, a call each. Whether the visitor may read the
 * list is decided before, by account/rights.h.
 *
 *     struct archive_thread_page t;
 *     TRY(archive_read_outline(b, a, list, 4711, &t, &found));
 *     TRY(archive_read_bodies(b, a, &t, which, count));
 *     for (size_t i = 0; i < t.count; i++)
 *             TRY(archive_leaf_text(u, a, &t.leaves[i], &text, &plain));
 *
 * Everything lives in the caller's arena. The calls below archive_threads_latest,
 * archive_months and kin stand in store/archive/{post,thread}.h and may be used
 * as they are. */
#pragma once

#include "store/archive/attachment.h"
#include "store/archive/blob.h"
#include "store/archive/thread.h"
#include "store/archive/url_alias.h"
#include "store/archive/verdict.h"

struct archive_leaf {
	struct archive_post post;
	int depth;                  /* 0: a root; its parent is the nearest leaf before
		      * it with depth - 1 */
	int parent;                 /* index among the leaves; -1: none */
	str message;                /* as much of it as a page shows */
	struct archive_blob packed; /* where archive_read_bodies left it so */
	struct archive_attachments attachments;
	struct archive_verdict verdict; /* read where it has attachments */
};

struct archive_thread_page {
	struct archive_thread thread;
	struct archive_leaf *leaves; /* in the order of the tree, siblings by date */
	size_t count;
};

/* The thread that holds post `number`, all its leaves without messages and attachments.
 * The canonical address of it is thread.number. */
MUST_USE err archive_read_outline(struct book *b, struct arena *a, int64_t list,
				  int64_t number, struct archive_thread_page *t,
				  bool *found);
/* Attachments of some of its leaves, and their messages as they are packed: the caller
 * unpacks them, on as many threads as it has. */
MUST_USE err archive_read_bodies(struct book *b, struct arena *a,
				 struct archive_thread_page *t, const size_t *which,
				 size_t count);
/* As much of a leaf's message as a page shows; or, where the book keeps it so, only the
 * text that is read (*plain; its line ends may be CRLF): a page unpacks and scans no headers.
 * One that is lost is empty: it hides no thread. ERR_IO: damaged. */
MUST_USE err archive_leaf_text(struct archive_unpacker *u, struct arena *a,
			       const struct archive_leaf *leaf, str *text, bool *plain);
/* Only its row: subject, version. */
MUST_USE err archive_read_thread_row(struct book *b, struct arena *a, int64_t list,
				     int64_t number, struct archive_thread *t,
				     bool *found);

struct archive_post_page {
	struct archive_leaf leaf;
	struct archive_thread thread;
	bool has_parent;
	struct archive_leaf parent; /* with its message, for folding quotes */
	int64_t before, after;      /* neighbours' numbers, 0: none */
};
MUST_USE err archive_read_post(struct book *b, struct arena *a, int64_t list,
			       int64_t number, struct archive_post_page *p, bool *found);

/* The whole message as it was archived. */
MUST_USE err archive_read_raw(struct book *b, struct arena *a, int64_t list,
			      int64_t number, str *message, bool *found);
/* Attachment n (from 1), decoded. */
MUST_USE err archive_read_attachment(struct book *b, struct arena *a, int64_t list,
				     int64_t number, int64_t n,
				     struct archive_attachment *x, str *bytes,
				     bool *found);

/* A month in seconds: [from, until). */
void archive_month_span(int year, int month, int64_t *from, int64_t *until);

/* The posts with dates in [from, until), or what of them has come since then, in order of date,
 * from behind the post with id after_id; 0: from the first on. */
MUST_USE err archive_read_between(struct book *b, struct arena *a, int64_t list,
				  int64_t from, int64_t until, int64_t since,
				  int64_t after_id, size_t limit,
				  struct archive_posts *out);
