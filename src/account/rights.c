#include "account/rights.h"

enum { SEE = WHO_NOBODY + 1, READ, ROSTER }; /* what a list's settings say */
enum {
	GUEST = WHO_GUEST,
	SIGNED_IN = WHO_SIGNED_IN,
	MEMBER = WHO_MEMBER,
	MODERATOR = WHO_MODERATOR,
	OWNER = WHO_OWNER,
	DOMAIN_OWNER = WHO_DOMAIN_OWNER,
	ADMIN = WHO_ADMIN,
};

static const struct row {
	const char *name;
	unsigned least;
	const char *text;
} rows[RIGHT_COUNT] = {
#define RIGHT(action, least, text) { #action, least, text },
#include "account/rights.def"
#undef RIGHT
};

static unsigned least_of(const struct row *row, const struct right_list *list)
{
	if (row->least <= WHO_NOBODY)
		return row->least;
	if (!list)
		return ADMIN;
	unsigned least = row->least == SEE    ? list->see
			 : row->least == READ ? list->read
					      : list->roster;
	/* A moderator must see what is moderated, whatever members may. */
	return least > MODERATOR && least != WHO_NOBODY ? MODERATOR : least;
}

static unsigned standing(const struct viewer *v, const struct right_list *list)
{
	unsigned here = list ? v->here : WHO_GUEST;
	if (v->admin)
		return ADMIN;
	if (!v->person)
		return GUEST;
	return here > SIGNED_IN ? here : SIGNED_IN;
}

bool right_may(const struct viewer *v, enum right right, const struct right_list *list)
{
	unsigned least = least_of(&rows[right], list);
	if (v->denied >> right & 1)
		return false;
	return least != WHO_NOBODY && standing(v, list) >= least;
}

const char *right_name(enum right right)
{
	return rows[right].name;
}

const char *right_text(enum right right)
{
	return rows[right].text;
}

const char *who_name(enum who who)
{
	static const char *const names[] = { "guest",     "signed-in", "member",
					     "moderator", "owner",     "domain owner",
					     "admin",     "nobody" };
	return names[who];
}
