/* archive/import_inside.h: what the files of the import share. */
#pragma once

#include "archive/import_source.h"

/* Trains a dictionary with messages of the whole source where the list has none.
 * An error of the source: its text lives in a. */
MUST_USE err import_learn(struct book *b, struct arena *a, const struct import_job *job,
			  struct import_source *s);

/* Old addresses of a message, where the job names what stood there: they lead to its post
 * from now on. */
MUST_USE err import_keep_address(struct book *b, struct arena *a,
				 const struct import_job *job,
				 const struct import_line *line);

/* A path leads to the list's home from now on; "" is fine. */
MUST_USE err import_keep_home(struct book *b, const struct import_job *job, str path);

/* The messages of an mbox, which must stay as long as the source is read. */
struct import_source *import_mbox(struct arena *a, str bytes);

/* A text with CRLF at each line's end, whatever they were. */
str import_lines(struct arena *a, str text);
