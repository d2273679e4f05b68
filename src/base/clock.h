/* base/clock.h: the time. Everything that looks at the wall clock looks here,
 * so that a test can move it: POSTERN_CLOCK in the environment holds seconds to
 * add, or the name of a file that holds them and may change while we run. */
#pragma once

#include "base/str.h"

enum { CLOCK_TEXT = 32 }; /* room that clock_iso needs */

int64_t clock_now(void);     /* seconds since 1970, UTC */
int64_t clock_now_ms(void);  /* milliseconds since 1970, UTC */
int64_t clock_mono_ms(void); /* milliseconds that only ever grow; for deadlines */
int64_t clock_cpu_ms(void);  /* milliseconds that this thread has computed; for bounds */
int64_t clock_cpu_us(void);  /* the same in microseconds; for what things cost */

/* "2026-11-24T04:12:09.512Z", from milliseconds. */
void clock_iso(int64_t ms, char text[static CLOCK_TEXT]);

/* A time as people write it to a command: "2026-11-24", "2026-11-24T04:12",
 * "2026-11-24T04:12:09Z", or "+7d", "+90m", "+12h", "+30s" from now.
 * False, with nothing written, for anything else. */
bool clock_parse(str text, int64_t now, int64_t *seconds);

/* "5d", "12h", "30m", "90s", or a bare number of seconds. */
bool clock_parse_span(str text, int64_t *seconds);
