/* lists/rules_inside.h: what the rules share among themselves. */
#pragma once

#include "lists/rules.h"

/* Asks one rule: fills verdict and reason where it does not miss. */
typedef err rule_fn(struct book *lists, struct arena *a, const struct post *p,
		    struct ruling *r);

/* After p->message became another one, of the same author. */
MUST_USE err post_renew(struct arena *a, struct post *p);

#define RULE(name, hold, text) rule_fn rule_##name;
#include "lists/rules.def"
#undef RULE

/* "accept", "hold", "reject", "discard"; VERDICT_MISS for anything else. */
enum verdict verdict_from(str word);

static inline err rule_says(struct ruling *r, enum verdict v, str reason)
{
	r->verdict = v;
	r->reason = reason;
	return OK;
}
