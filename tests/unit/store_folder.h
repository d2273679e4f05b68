/* tests/unit/store_folder.h: a data folder for a test, gone at its end. */
#pragma once

#include "store/store.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline str folder_make(struct arena *a)
{
	const char *tmp = getenv("TMPDIR");
	char *path = arena_z(a, arena_cat(a, str_from(tmp ? tmp : "/tmp"),
					  STR("/postern-store-XXXXXX")));
	if (!mkdtemp(path)) {
		perror(path);
		exit(1);
	}
	return str_from(path);
}

static inline void folder_remove(struct arena *a, str path)
{
	const char *command = arena_z(a,
				      arena_cat(a, STR("rm -rf -- '"), path, STR("'")));
	if (system(command))
		fprintf(stderr, "could not remove %s\n", command);
}

/* Says what went wrong, so that a failing CHECK(ok(...)) helps. */
static inline bool ok(err e)
{
	if (e.kind)
		fprintf(stderr, "  error %d: %s\n", e.kind, e.msg ? e.msg : "");
	return e.kind == ERR_NONE;
}

static struct book *book_at(struct arena *a, str data, enum book_kind kind,
			    enum book_mode mode)
{
	struct book *b = NULL;
	if (!ok(book_open(a, data, kind, mode, &b)))
		exit(1);
	return b;
}

static inline struct book *fresh_book(struct arena *a, str data, enum book_kind kind)
{
	if (!ok(book_create(a, data, kind)))
		exit(1);
	return book_at(a, data, kind, BOOK_WRITE);
}

static inline bool has_word(err e, const char *word)
{
	return e.msg && strstr(e.msg, word);
}
