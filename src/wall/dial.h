/* wall/dial.h: a connection to an engine, which [wall] names by the path of a socket,
 * ADDRESS:PORT or localhost:PORT; the role asks no name server. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* *fd is yours to close. Of the time that there is it takes five seconds at most. ERR_TEMP:
 * nobody answers there in time; the text says what. */
MUST_USE err engine_dial(struct arena *a, str where, int64_t deadline, int *fd);
