/* web/pages/lengths.h: how long the months of lists are as mbox.gz, known since they were made
 * once: what a download that goes on must know of what lies before it. Thread-safe; of bounded
 * memory: the month that nobody asked for longest is forgotten. */
#pragma once

#include "store/archive/post.h"

struct lengths;

struct lengths *lengths_new(void);
void lengths_free(struct lengths *l); /* NULL is fine */

/* A month as one reader gets it. */
struct month_file {
	int64_t list, since; /* as export_job has it */
	bool hidden;         /* addresses */
	int year, month;
	int64_t posts;   /* counted in it; whether they are shown or not */
	int64_t changes; /* of the list's archive, other than by new posts */
};

bool lengths_find(struct lengths *l, const struct month_file *m, int64_t *octets);
void lengths_set(struct lengths *l, const struct month_file *m, int64_t octets);
