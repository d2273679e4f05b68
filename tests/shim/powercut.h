/* tests/shim/powercut.h: the record of every write and sync below a folder.
 *
 * A program runs with powercut.so preloaded; the library appends a record for each
 * thing it does to a file there. Whoever is told that something is safe (a client that
 * got its 250) appends a mark. replay then rebuilds the folder as a power cut after
 * any record would have left it:
 *
 *     POWERCUT_DIR=/data POWERCUT_LOG=/tmp/log LD_PRELOAD=powercut.so program ...
 *     replay /tmp/log COPY-OF-DATA-BEFORE OUT CUT SEED
 *
 * POWERCUT_NOSYNC=1 makes every sync do nothing: what a test must notice. */
#pragma once

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { POWERCUT_MAGIC = 0x54554350 };

enum powercut_kind {
	CUT_WRITE,    /* data at offset */
	CUT_TRUNCATE, /* the file now ends at offset */
	CUT_CREATE,   /* path now names a new file */
	CUT_MKDIR,
	CUT_UNLINK, /* also of a folder */
	CUT_RENAME, /* path to data */
	CUT_SYNC_BEGIN,
	CUT_SYNC_END, /* all written before the BEGIN of the same ref is on the disk */
	CUT_MARK,     /* data: what somebody was promised */
};

struct powercut_record { /* path and data follow it */
	uint32_t magic, kind;
	uint64_t file; /* inode */
	int64_t offset;
	uint64_t ref;
	uint32_t path, data; /* octets */
};

/* One append, so that records of several processes never mix. */
static inline int powercut_append(int log, struct powercut_record *r, const char *path,
				  const void *data)
{
	struct iovec parts[3] = { { r, sizeof *r },
				  { (void *)(uintptr_t)path, r->path },
				  { (void *)(uintptr_t)data, r->data } };
	r->magic = POWERCUT_MAGIC;
	return writev(log, parts, 3) == (ssize_t)(sizeof *r + r->path + r->data) ? 0 : -1;
}

/* Writes a promise into the log, open for appending. */
static inline int powercut_mark(int log, const char *text)
{
	struct powercut_record r = { .kind = CUT_MARK, .data = (uint32_t)strlen(text) };
	return powercut_append(log, &r, "", text);
}

/* Walks over a whole log in memory: *at moves to the next record. NULL at the end, also
 * before a record that was not written to its end. */
static inline const struct powercut_record *powercut_next(const char *log, size_t size,
							  size_t *at, const char **path,
							  const char **data)
{
	static _Thread_local struct powercut_record r;
	if (size - *at < sizeof r)
		return NULL;
	memcpy(&r, log + *at, sizeof r);
	if (r.magic != POWERCUT_MAGIC || size - *at - sizeof r < (size_t)r.path + r.data)
		return NULL;
	*path = log + *at + sizeof r;
	*data = *path + r.path;
	*at += sizeof r + r.path + r.data;
	return &r;
}
