/* store/archive/facts_kept.h: blocks of facts that were read before, for all threads of the
 * process: 4,096 of them at most (a million posts, 16 MB), each in one state of its posts.
 *
 *     if (!facts_kept(block, made, bytes)) {
 *             ... read bytes from the row ...
 *             facts_keep(block, made, bytes);
 *     }
 */
#pragma once

#include "store/archive/facts.h"

#include <stdbool.h>
#include <stdint.h>

/* made: the number that the row drew when it was written, by which it differs from each other
 * row of that block, also of another book. False: it is not there, bytes stay as they are. */
bool facts_kept(int64_t block, int64_t made,
		unsigned char bytes[FACTS_BLOCK * FACT_OCTETS]);

/* Copies bytes; another block or state that stood in its place goes. */
void facts_keep(int64_t block, int64_t made,
		const unsigned char bytes[FACTS_BLOCK * FACT_OCTETS]);
