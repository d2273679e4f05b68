/* mail/mmdf.h: the messages of an MMDF mailbox: each stands between two lines of four octets
 * 0x01, behind a "From " line where its writer put one. Python writes "From " within a body
 * as ">From ", though nothing asks for it here: that is undone.
 *
 *     str rest = bytes, message;
 *     while (mmdf_next(&rest, a, &message)) ...
 */
#pragma once

#include "base/arena.h"

bool mmdf_is(str bytes); /* whether a file begins as one */

/* The next message that is not empty, off *rest, with CRLF line ends. */
bool mmdf_next(str *rest, struct arena *a, str *message);
