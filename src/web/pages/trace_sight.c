/* Admins see everything; owners what their lists did; everybody what they wrote. */
#include "web/pages/trace_inside.h"

#include "account/account.h"

bool trace_is_own(const struct looking *l, str key)
{
	for (size_t i = 0; i < l->own_count; i++)
		if (l->own[i].verified_at && str_ieq(l->own[i].key, key))
			return true;
	return false;
}

static enum sight sight_of_list(const struct looking *l, str address)
{
	struct viewer v;
	struct settings s;
	struct worker *w = l->w;
	const struct list_entry *list = addressbook_list(w->books.addresses, address);
	if (!list
	    || account_viewer(l->q->arena, w->books.lists, l->q->session->person,
			      list->id, &v)
		       .kind
	    || settings_load(w->books.lists, l->q->arena, list->id, &s).kind)
		return SEES_NOTHING;
	struct right_list rights = settings_rights(&s);
	if (right_may(&v, RIGHT_audit_see, &rights))
		return SEES_ALL;
	if (!l->is_author)
		return SEES_NOTHING;
	return right_may(&v, RIGHT_members_see, &rights) ? SEES_ALL : SEES_OUTCOME;
}

/* list: "" for mail that went through none. */
enum sight trace_sight(const struct looking *l, str list)
{
	if (l->w->viewer.admin)
		return SEES_ALL;
	enum sight s = list.n ? sight_of_list(l, list) : SEES_NOTHING;
	return s == SEES_NOTHING && l->is_author ? SEES_OUTCOME : s;
}

bool trace_sees_any(const struct looking *l)
{
	if (l->w->viewer.admin || l->is_author)
		return true;
	for (size_t i = 0; i < l->made_count; i++)
		if (l->made[i].list.n && trace_sight(l, l->made[i].list) == SEES_ALL)
			return true;
	return false;
}
