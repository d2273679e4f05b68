/* lists/preferences.h: what somebody chooses for all their memberships, or for those of one of
 * their addresses (store/lists/preference.h); a membership may choose otherwise.
 *
 *     struct preference p = { .person = 17 };
 *     struct assignment set[] = { { STR("status"), STR("off") } };
 *     TRY(preferences_change(books, a, &p, &(struct preferences_wish){ set, 1 }, &by));
 */
#pragma once

#include "lists/owner.h"
#include "store/lists/preference.h"

/* Which of PREFERS_… an option of that name chooses with that value; 0: it is no preference. */
unsigned preferences_bits(str key, str value);

/* Options of member_option that can be inherited, with its values; usual takes the choice
 * back. whose: p->person or p->address is set, *p holds what is chosen after it. form: of a
 * form that shows all, what is as it would be anyway is no choice. ERR_SYNTAX: what it takes.
 * ERR_NOTFOUND: nobody. */
struct preferences_wish {
	const struct assignment *set;
	size_t n;
	bool form;
};
MUST_USE err preferences_change(struct books *books, struct arena *a,
				struct preference *p, const struct preferences_wish *wish,
				const struct actor *by);
