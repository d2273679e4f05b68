#include "mail/leave_token.h"

static const str purpose = { "leave", 5 };

static str text_of(struct arena *a, str list, int64_t member)
{
	return arena_cat(a, arena_number(a, member), STR(" "), list);
}

str leave_token(struct arena *a, const struct mac_key *key, str list, int64_t member)
{
	str tag = mac_tag(a, key, purpose, text_of(a, list, member));
	return arena_cat(a, arena_number(a, member), STR("."), tag);
}

bool leave_token_check(struct arena *a, const struct mac_key *key, str list, str token,
		       int64_t *member)
{
	str number, tag;
	int64_t id;
	if (!str_cut(token, '.', &number, &tag) || !str_i64(number, &id)
	    || !mac_check(a, key, purpose, text_of(a, list, id), tag))
		return false;
	*member = id;
	return true;
}
