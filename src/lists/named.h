/* lists/named.h: people whom a setting of type PATTERNS names: by address, @domain, a
 * regular expression behind ^, or as members of another list ("@dev",
 * "@dev@lists.example"). */
#pragma once

#include "base/arena.h"
#include "lists/pattern.h"
#include "store/store.h"

/* The list that a pattern means, on a list of that domain: "@dev" and "@dev@lists.example" are
 * lists, "@uni.example" is a domain. "": none. */
str named_list(struct arena *a, str domain, str pattern);

/* Of such a pattern: the list's name may be one. What it names need not be there. ERR_SYNTAX. */
MUST_USE err named_check(struct arena *a, str pattern);

/* Whether one pattern names the address. domain: of the list whose setting it is. */
MUST_USE err named_fits(struct book *lists, struct arena *a, str domain, str pattern,
			str key, enum pattern_result *hit);

/* Whether any line does; one that gives up names nobody. */
MUST_USE err named_any(struct book *lists, struct arena *a, str domain, str patterns,
		       str key, bool *yes);
