/* base/file.h: whole files, durably. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Reads a file of at most limit bytes into out.
 * ERR_NOTFOUND: there is none. ERR_LIMIT: it is larger. ERR_IO: the rest. */
MUST_USE err file_read(struct arena *a, const char *path, size_t limit, str *out);

/* The same for an open descriptor, from where it stands to its end. */
MUST_USE err file_read_fd(struct arena *a, int fd, size_t limit, str *out);

/* Writes a new file beside path, syncs it, renames it to path and syncs the
 * folder: after OK the content survives a power cut; before, the old one does. */
MUST_USE err file_write(struct arena *a, const char *path, unsigned mode, str content);

MUST_USE err file_write_all(struct arena *a, int fd, str content);

/* Makes a folder unless it is there. */
MUST_USE err file_mkdir(struct arena *a, const char *path, unsigned mode);

/* Bytes free for us on the file system that holds path; 0 when unknown. */
uint64_t file_space(const char *path);

#define FD_AUTO __attribute__((cleanup(fd_close))) int
void fd_close(int *fd); /* unless it is negative */
