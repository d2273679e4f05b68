/* archive/export.h: posts as mboxrd, in pieces, so that a list of any size needs
 * little memory.
 *
 *     struct export_job x;
 *     export_list(&x, list);
 *     while (export_next(&x, b, a, &piece, &done), !done) write(piece);
 */
#pragma once

#include "store/store.h"

struct export_job {
	int64_t list, thread; /* thread: number of a post in it; 0: not only one thread */
	int64_t since;        /* what came from then on; set after export_list and kin */
	int64_t from, until;  /* dates in [from, until); until INT64_MAX: all */
	int64_t after, after_date; /* how far it has come */
	int64_t newest;            /* number of the last post that counts; 0: all do */
	const str *authors;        /* what these addresses wrote, on every list */
	size_t author_count, author_at;
	const int64_t *ids; /* posts, whatever list they are on */
	size_t id_count, id_at;
	bool hide_addresses; /* archive/mask.h; set after export_list and kin */
};

void export_list(struct export_job *x, int64_t list);
void export_between(struct export_job *x, int64_t list, int64_t from, int64_t until);
void export_thread(struct export_job *x, int64_t list, int64_t number);

/* Addresses without ASCII case; they must live as long as the job. */
void export_authors(struct export_job *x, const str *authors, size_t count);

/* Posts by their ids, in that order; they must live as long as the job. */
void export_ids(struct export_job *x, const int64_t *ids, size_t count);

/* The next posts, some 64 of them or 4 MB; *done with an empty piece at the end. */
MUST_USE err export_next(struct export_job *x, struct book *b, struct arena *a,
			 str *piece, bool *done);
