/* archive/import_walk.h: the files of a folder and the folders in it, for sources. No
 * symbolic link is followed, and nothing but files is opened. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct import_file {
	str name; /* below the folder: "2008-May/000630.html" */
};

struct import_files {
	const char *folder;
	struct import_file *list;
	size_t count, room;
};

/* Those whose names end so (the list ends in NULL), ordered by name, numbers in it by their
 * value. ERR_IO: the folder cannot be read. ERR_LIMIT: there are too many. */
MUST_USE err import_files_find(struct arena *a, const char *folder,
			       const char *const *ends, struct import_files *out);

/* All octets of one, of at most limit. NULL, or why it cannot be read, in a. */
const char *import_file_read(struct arena *a, const struct import_files *x,
			     const struct import_file *f, size_t limit, str *bytes);
