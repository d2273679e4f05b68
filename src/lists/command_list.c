/* Words by which a list tells of itself: info, lists, who. */
#include "lists/command_inside.h"

#include "lists/member_set.h"
#include "store/lists/member.h"

enum { ROSTER_MAX = 2000 };

static err may_see_list(struct run *r, bool *may)
{
	struct member_row m;
	*may = r->settings.advertised || (r->c->authentic && r->c->runs_list);
	if (*may || !r->c->authentic)
		return OK;
	err e = member_meant(r->books, r->a, r->c->list, command_author(r), &m);
	*may = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err say_info(struct run *r, str argument)
{
	bool may;
	(void)argument;
	TRY(may_see_list(r, &may));
	if (!may) {
		command_says(r, STR("This list does not tell you about itself."));
		return OK;
	}
	command_says(r, arena_cat(r->a, r->c->list->address, STR(": "),
				  r->settings.description));
	if (r->settings.info.n)
		command_says(r, r->settings.info);
	command_says(r, arena_cat(r->a, list_url(r->a, r->books, r->c->list), STR("/")));
	return OK;
}

err say_lists(struct run *r, str argument)
{
	const struct list_entry **list;
	size_t n;
	(void)argument;
	addressbook_lists(r->books->addresses, r->a, &list, &n);
	for (size_t i = 0; i < n; i++) {
		struct settings s;
		TRY(settings_load(r->books->lists, r->a, list[i]->id, &s));
		if (s.advertised)
			command_says(r, arena_cat(r->a, STR("    "), list[i]->address,
						  STR("  "), s.description));
	}
	return OK;
}

static err may_see_members(struct run *r, bool *may)
{
	struct member_row m;
	*may = setting_is(r->settings.member_roster_visibility, "public")
	       || (r->c->authentic && r->c->runs_list);
	if (*may || !setting_is(r->settings.member_roster_visibility, "members")
	    || !r->c->authentic)
		return OK;
	err e = member_find(r->books->lists, r->a, r->c->list->id,
			    address_key(r->a, &r->c->from.address), &m);
	*may = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err say_who(struct run *r, str argument)
{
	struct member_row *m;
	size_t n;
	bool may;
	(void)argument;
	TRY(may_see_members(r, &may));
	if (!may) {
		command_says(r, STR("This list does not show its members to you."));
		return OK;
	}
	TRY(member_list(r->books->lists, r->a, r->c->list->id, 0, ROSTER_MAX, &m, &n));
	for (size_t i = 0; i < n; i++)
		if (!m[i].hidden)
			command_says(r, arena_cat(r->a, STR("    "), m[i].text));
	return OK;
}
