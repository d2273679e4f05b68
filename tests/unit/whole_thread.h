/* tests/unit/whole_thread.h: a thread with the messages of all its posts. */
#pragma once

#include "archive/read.h"

static inline err whole_thread(struct book *b, struct arena *a, int64_t list,
			       int64_t number, struct archive_thread_page *t, bool *found)
{
	TRY(archive_read_outline(b, a, list, number, t, found));
	size_t *all = arena_alloc(a, (t->count + 1) * sizeof *all);
	for (size_t i = 0; i < t->count; i++)
		all[i] = i;
	TRY(archive_read_bodies(b, a, t, all, t->count));
	for (size_t i = 0; i < t->count; i++)
		TRY(archive_unpack(archive_unpacker_of(b), a, &t->leaves[i].packed,
				   &t->leaves[i].message));
	return OK;
}
