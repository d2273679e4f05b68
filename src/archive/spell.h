/* archive/spell.h: another spelling, where nothing was found. */
#pragma once

#include "archive/search.h"

/* The query with one word, or the first few that the archive lacks, written as it has them, if
 * that finds something on the lists that may be read; "" where nothing is near. s: the search that found nothing. */
MUST_USE err search_spell(struct book *b, struct arena *a, const struct search *s,
			  const struct search_found *nothing, str *other);
