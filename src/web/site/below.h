/* web/site/below.h: from a path to what stands there, below a folder and never beside it.
 *
 *     struct place p;
 *     below_walk(root, a, q->segments, q->segment_count, look, ctx, &p);
 *     if (p.kind == PLACE_FILE) ... p.fd, p.st
 *     place_close(&p);
 *
 * No symbolic link is followed, no name with a dot in front is seen (but /.well-known), and
 * what is neither a file nor a folder is nothing. openat2(2) would do it in one call, but
 * takes its flags in memory, where a seccomp filter cannot see them, and is therefore no
 * call of a role's. */
#pragma once

#include "base/arena.h"

#include <sys/stat.h>

enum place_kind { PLACE_NOTHING, PLACE_FILE, PLACE_FOLDER };

struct place {
	enum place_kind kind;
	int fd;     /* of the file or folder, for reading; -1 */
	int folder; /* the folder that a file stands in; -1: fd is the folder itself */
	struct stat st;
	str name;     /* the last segment; "" for root */
	size_t depth; /* folders that were gone through, root not counted */
};

/* Goes down from root. folder is called for each folder on the way, root first and what the
 * path names last where that is one, with its descriptor, which stays the walk's: what it
 * reads there is of the very folder that the file is opened in, whatever is renamed
 * meanwhile. NULL: nobody looks. */
void below_walk(int root, struct arena *a, const str *segments, size_t count,
		void (*folder)(void *ctx, int fd, size_t depth), void *ctx,
		struct place *p);

/* The same down a path of decoded segments, "/a/b" or "/a/b/". False, and nothing: it is none,
 * or deeper than any that is served. */
bool below_path(int root, struct arena *a, str path,
		void (*folder)(void *ctx, int fd, size_t depth), void *ctx,
		struct place *p);

/* One name in an open folder. */
void below_step(int folder, struct arena *a, str name, struct place *p);

void place_close(struct place *p);

/* A name that stays where it is and is not hidden: no dot in front, no slash inside. */
bool is_plain_name(str name);
