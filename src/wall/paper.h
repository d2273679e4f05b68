/* wall/paper.h: the text of a PDF, by pdftotext (poppler-utils), in a process of its own that may
 * do next to nothing: what a stranger's file brings it to do stays in there.
 *
 *     const char *program = paper_program(a);   // once; NULL: it is not installed
 *     TRY(paper_text(a, program, fd, most, PAPER_MS, &text));
 *
 * The child has 10 s of processor time, and as much in all as its caller gives it, 512 MB of memory, no file but the PDF and
 * what its own libraries are, no environment, no network, no children. Of a PDF it reads the first
 * 200 pages. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { PAPER_MS = 20000 };

/* Where it stands on PATH; a path that is not absolute is not looked at. In the arena. */
const char *paper_program(struct arena *a);

/* The same with symbolic links followed, for who must open it: NULL where there is none. */
const char *paper_program_file(struct arena *a);

/* UTF-8, at most so many octets of it. fd: the PDF; stays yours. The child is gone when this
 * returns: it is killed when its time is over. ERR_LIMIT: it took longer or more than it may.
 * ERR_SYNTAX: it is no PDF, or a broken one. ERR_IO: nobody looked at it: no process, no pipe, or
 * the program cannot be started. */
MUST_USE err paper_text(struct arena *a, const char *program, int fd, size_t most,
			int64_t within_ms, str *text);
