/* store/inbound/file.h: bodies too large for a row, as files in
 * DATA/inbound/files. A file is written and synced before its row, and removed
 * after its row: a crash between the two leaves a file without a row, which the
 * sweep takes away.
 *
 *     TRY(inbound_file_write(a, data, body, &m.file));
 *     TRY(inbound_add(b, &m, recipients, count));  -- commit
 */
#pragma once

#include "store/store.h"

/* A new file for a body that arrives in pieces: write to *fd, then
 * inbound_file_sync, which closes it. ERR_TEMP: the disk is full. */
MUST_USE err inbound_file_open(struct arena *a, str data, int *fd, str *name);

/* The same file for somebody who may read it and no more. ERR_NOTFOUND, ERR_IO. */
MUST_USE err inbound_file_reopen(struct arena *a, str data, str name, int *fd);

/* Syncs the file and its folder and closes fd, whatever happens. ERR_TEMP: the disk
 * is full; the file is gone. */
MUST_USE err inbound_file_sync(struct arena *a, str data, int fd, str name);

/* The three steps for a body that is at hand. */
MUST_USE err inbound_file_write(struct arena *a, str data, str body, str *name);

/* The whole body, at most limit octets. ERR_NOTFOUND, ERR_LIMIT, ERR_IO. */
MUST_USE err inbound_file_read(struct arena *a, str data, str name, size_t limit,
			       str *body);

/* "" and a file that is gone already are fine; what fails is logged and left to
 * the sweep. */
void inbound_file_remove(struct arena *a, str data, str name);

/* Removes the files older than an hour that no message names; *removed counts
 * them. Once at the start of the role that deals with messages. */
MUST_USE err inbound_sweep_files(struct book *b, struct arena *a, str data,
				 int64_t *removed);
