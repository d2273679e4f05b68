/* web/pages/mbox_inside.h: what mbox.c and mbox_all.c share. */
#pragma once

#include "web/pages/mbox.h"

#include "archive/export.h"

#include <zlib.h>

/* Begins a gzip file; the same octets make the same file. False: there is no memory. */
bool mbox_begin(z_stream *z);

/* The next posts of the job, compressed; *done: the file is complete. */
MUST_USE err mbox_more(struct web *web, struct export_job *job, z_stream *z,
		       struct buf *out, bool *done);

/* LIST-WHAT.mbox.gz; lists- where no list is at hand. */
str mbox_name(const struct request *q, str what);

/* What is said of an mbox.gz to whoever saves it. */
void mbox_say(struct response *r, str name);
