#include "lists/named.h"

#include "lists/addressbook.h"
#include "mail/address.h"
#include "store/lists/list.h"
#include "store/lists/member.h"

str named_list(struct arena *a, str domain, str pattern)
{
	str name = str_skip(pattern, 1);
	if (!str_starts(pattern, STR("@")))
		return STR("");
	if (str_has(name, '@'))
		return arena_lower(a, name);
	return !name.n || str_has(name, '.')
		       ? STR("")
		       : arena_cat(a, arena_lower(a, name), STR("@"), domain);
}

err named_check(struct arena *a, str pattern)
{
	str name, domain;
	str_cut_last(named_list(a, STR("x.example"), pattern), '@', &name, &domain);
	return !list_name_check(a, name).kind && domain_valid(domain)
		       ? OK
		       : FAIL(ERR_SYNTAX, "lists of this server as @dev or "
					  "@dev@lists.example");
}

static err is_on(struct book *lists, struct arena *a, str list, str key, bool *yes)
{
	struct list_row row;
	struct member_row m;
	err e = list_by_address(lists, a, list, &row);
	if (!e.kind)
		e = member_find(lists, a, row.id, key, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err named_fits(struct book *lists, struct arena *a, str domain, str pattern, str key,
	       enum pattern_result *hit)
{
	str list = named_list(a, domain, pattern);
	bool yes;
	if (!list.n) {
		*hit = pattern_address(pattern, key);
		return OK;
	}
	TRY(is_on(lists, a, list, key, &yes));
	*hit = yes ? PATTERN_HIT : PATTERN_MISS;
	return OK;
}

err named_any(struct book *lists, struct arena *a, str domain, str patterns, str key,
	      bool *yes)
{
	str line;
	enum pattern_result hit = PATTERN_MISS;
	while (hit != PATTERN_HIT && str_line(&patterns, &line))
		if (line.n)
			TRY(named_fits(lists, a, domain, line, key, &hit));
	*yes = hit == PATTERN_HIT;
	return OK;
}
