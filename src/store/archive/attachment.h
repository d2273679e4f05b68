/* store/archive/attachment.h: what hangs on a post, so that a page need not
 * unpack it to name it. */
#pragma once

#include "store/store.h"

struct archive_attachment {
	int64_t post;
	int64_t n;    /* from 1, as in /lists/dev/17/a/1/plot.pdf */
	int64_t part; /* index of struct mime's parts */
	str filename; /* as declared; "" where it has none; never a path to trust */
	str declared; /* "text/csv" */
	str sniffed;  /* "application/zip"; equal to declared where nothing contradicts */
	int64_t size; /* octets, decoded */
	str sha256;   /* 32 octets */
	int64_t width, height; /* pixels, of a picture that may be shown; 0: none */
};

struct archive_attachments {
	struct archive_attachment *list;
	size_t count;
};

MUST_USE err archive_attachment_add(struct book *b, const struct archive_attachment *x);
/* Its width and height, of one that is there. */
MUST_USE err archive_attachment_measured(struct book *b,
					 const struct archive_attachment *x);
MUST_USE err archive_attachments_forget(struct book *b, int64_t post);
MUST_USE err archive_attachments_of_post(struct book *b, struct arena *a, int64_t post,
					 struct archive_attachments *out);
