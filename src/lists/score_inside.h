/* lists/score_inside.h: what score_run.c, score_time.c and score_letters.c share. */
#pragma once

#include "lists/score.h"
#include "lists/score_run.h"
#include "store/lists/bounce.h"
#include "store/lists/member.h"

/* A member's row as the step sees it, and back. */
struct score score_of_member(const struct member_row *m);
void score_into_member(const struct score *s, struct member_row *m);
struct score_rules score_rules_of(const struct settings *s);

struct score_case { /* whom a letter is about, and why */
	struct books *books;
	struct arena *a;
	const struct list_entry *list;
	int64_t member;
	str address;
	str source; /* of its letters: each is written once */
	str reason; /* the remote's words */
	double points;
};

/* What is to be written because of an act; settings say to whom. warnings_left: of a
 * WARN. */
MUST_USE err score_write(const struct score_case *c, enum score_act act,
			 const struct settings *s, int64_t warnings_left);
