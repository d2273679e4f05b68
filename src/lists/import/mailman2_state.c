/* Whom a Mailman 2 answered of late. */
#include "lists/import/mailman2_inside.h"

#include <time.h>

enum { DAY = 86400 };

/* Until when the next answer waits, by address. */
static err move_answers(struct moving *x, const char *attribute, const char *suffix)
{
	const struct pickle *d = mailman2_get(&x->config, attribute);
	for (uint32_t i = 0; d && d->type == PICKLE_DICT && i + 1 < d->count; i += 2)
		TRY(moving_answered(x, suffix, pickle_str(d->items[i]),
				    pickle_number(d->items[i + 1], 0) / DAY));
	return OK;
}

/* The day of (year, month, day), counted from 1970. */
static int64_t day_of(const struct pickle *date)
{
	if (!date || date->type != PICKLE_TUPLE || date->count < 3)
		return -1;
	struct tm t = { .tm_year = (int)pickle_number(date->items[0], 0) - 1900,
			.tm_mon = (int)pickle_number(date->items[1], 0) - 1,
			.tm_mday = (int)pickle_number(date->items[2], 0) };
	return timegm(&t) / DAY;
}

/* Answers to commands and to posts that wait are counted by day: (date, count). */
static err move_counts(struct moving *x)
{
	const struct pickle *d = mailman2_get(&x->config, "hold_and_cmd_autoresponses");
	for (uint32_t i = 0; d && d->type == PICKLE_DICT && i + 1 < d->count; i += 2) {
		const struct pickle *pair = d->items[i + 1];
		if (pair->type == PICKLE_TUPLE && pair->count == 2)
			TRY(moving_answered_today(x, pickle_str(d->items[i]),
						  day_of(pair->items[0]),
						  pickle_number(pair->items[1], 0)));
	}
	return OK;
}

err move_state(struct moving *x)
{
	TRY(move_answers(x, "postings_responses", ""));
	TRY(move_answers(x, "admin_responses", "-owner"));
	TRY(move_answers(x, "request_responses", "-request"));
	return move_counts(x);
}
