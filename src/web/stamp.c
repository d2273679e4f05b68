#include "web/stamp.h"

static str tag_of(struct arena *a, const struct mac_key *key, str form, str network,
		  str at)
{
	return mac_tag(a, key, STR("form"),
		       arena_cat(a, at, STR("\n"), network, STR("\n"), form));
}

str stamp_make(struct arena *a, const struct mac_key *key, str form, str network,
	       int64_t now)
{
	str at = arena_printf(a, "%lld", (long long)now);
	return arena_cat(a, at, STR("."), tag_of(a, key, form, network, at));
}

enum stamp_state stamp_check(struct arena *a, const struct mac_key *key, str form,
			     str network, int64_t now, str stamp)
{
	str at, tag;
	int64_t made;
	if (stamp.n > 64 || !str_cut(stamp, '.', &at, &tag) || !str_i64(at, &made)
	    || !mac_equal(tag, tag_of(a, key, form, network, at)))
		return STAMP_WRONG;
	if (now - made < STAMP_LEAST)
		return STAMP_YOUNG;
	return now - made > STAMP_MOST ? STAMP_OLD : STAMP_GOOD;
}
