/* lists/member_choice.h: whether a list offers what a member chooses. Asked after member_option
 * and before the membership is written.
 *
 *     TRY(member_option(a, &m, key, value, STR("user")));
 *     TRY(member_choice_check(books->lists, a, &m));
 *     TRY(member_change(books->lists, &m));
 */
#pragma once

#include "lists/settings.h"
#include "store/lists/member.h"

/* Topics that are new in *m, and single posts for who reads digests. ERR_SYNTAX: names what
 * the list has not, and what there is. */
MUST_USE err member_choice_check(struct book *lists, struct arena *a,
				 const struct member_row *m);

/* Whether somebody may turn to that form: regular, mime, plain, summary. */
bool member_choice_offered(const struct settings *s, str form);
