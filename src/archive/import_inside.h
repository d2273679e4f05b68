/* archive/import_inside.h: what the files of the import share. */
#pragma once

#include "archive/import.h"

/* Old addresses of a message, where the job names what stood there: they lead to its post
 * from now on. */
MUST_USE err import_keep_address(struct book *b, struct arena *a,
				 const struct import_job *job,
				 const struct import_line *line);
