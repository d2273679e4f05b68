/* mail/mbox.h: the messages of an mbox file: mboxrd and mboxo, with unescaped
 * "From " lines inside bodies, CRLF or LF. Content-Length is not believed: one
 * that lies could hide the messages behind it.
 *
 *     struct mbox m;
 *     mbox_open(&m, bytes);
 *     while (mbox_next(&m, a, &message)) ...
 */
#pragma once

#include "base/arena.h"

struct mbox {
	str rest;
	size_t number; /* of messages given so far */
	size_t size;
	bool patches; /* of git format-patch: its From lines count, too */
};

struct mbox_message {
	str bytes;     /* CRLF line ends, ">From " undone */
	str from;      /* the "From " line, without line end */
	size_t offset; /* where it starts in the file */
};

void mbox_open(struct mbox *m, str bytes);
bool mbox_next(struct mbox *m, struct arena *a, struct mbox_message *out);

/* One message as mboxrd, with its "From " line. */
str mbox_write(struct arena *a, str message, str reverse_path, int64_t date);
