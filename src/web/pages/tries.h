/* web/pages/tries.h: judging the posts of late again takes seconds of a core, so few do it at
 * once.
 *
 *     bool free = try_begin();
 *     if (free) ... replay_run
 *     try_end();
 */
#pragma once

#include <stdbool.h>

bool try_begin(void); /* false: as many run as may */
void try_end(void);   /* after each try_begin, whatever it said */
