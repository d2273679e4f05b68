/* PATCH members/ID: another address, another way of delivery, what becomes of its posts. */
#include "web/api/api_inside.h"

static const char not_theirs[] = "Address is not controlled by user";

/* As Mailman: to an address of the same user, shown to be theirs. */
static const char *is_theirs(struct api *x, const struct roster_one *one, str email,
			     struct address_row *to)
{
	struct address who;
	if (address_parse(x->a, email, &who).kind
	    || address_find(x->w->books.lists, x->a, address_key(x->a, &who), to).kind)
		return "Address not registered";
	if (!to->verified_at)
		return "Unverified address";
	return to->person == one->person ? NULL : not_theirs;
}

/* Where the membership is an address's. Who does not see all users hears nothing of any but
 * their own: which addresses are known here, and whose, is nobody else's matter. */
static const char *may_move(struct api *x, const struct roster_one *one, str email,
			    struct address_row *to)
{
	bool sees = worker_may(x->w, RIGHT_site_see),
	     own = one->person && one->person == x->w->viewer.person;
	if (!one->member)
		return "The address of a role does not change: give the role to the "
		       "other one.";
	if (one->member->follows)
		return "Membership is via preferred address";
	const char *why = sees || own ? is_theirs(x, one, email, to) : not_theirs;
	return why && !sees ? not_theirs : why;
}

static bool move_member(struct api *x, const struct roster_one *one, str email)
{
	struct address_row to;
	struct ordered done;
	const char *why = may_move(x, one, email, &to);
	if (why) {
		api_fail(x, 400, str_from(why));
		return false;
	}
	if (str_eq(to.key, one->key))
		return true;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "address", api_str(one->text));
	json_object_set_new(args, "to", api_str(to.text));
	return api_order(x, "member_move", args, &done);
}

/* The others have been seen to. */
static void keep_field(struct api *x, str name)
{
	struct pair *one = arena_alloc(x->a, sizeof *one);
	*one = (struct pair){ .name = name,
			      .value = request_form(x->q, arena_z(x->a, name)) };
	x->q->form = (struct pairs){ one, 1 };
}

static bool patch_action(struct api *x, const struct roster_one *one, str action)
{
	struct ordered done;
	if (str_eq(action, STR("None")))
		action = STR("");
	if (one->role == API_NONMEMBER)
		return api_order_nonmember(x, one->text, action);
	json_t *args = api_list_args(x);
	json_object_set_new(args, "addresses", api_str(one->text));
	json_object_set_new(args, "key", json_string("action"));
	json_object_set_new(args, "value", api_str(action));
	return api_order(x, "member_set", args, &done);
}

/* What can be wrong with it is asked before anything is done. */
static bool knows_fields(struct api *x)
{
	static const char *const known[] = { "address", "delivery_mode",
					     "moderation_action" };
	for (size_t i = 0; i < x->q->form.count; i++) {
		size_t k = 0;
		while (k < 3 && !str_eq(x->q->form.rows[i].name, str_from(known[k])))
			k++;
		if (k == 3) {
			api_fail(x, 400,
				 arena_cat(x->a, STR("Unexpected parameters: "),
					   x->q->form.rows[i].name));
			return false;
		}
	}
	return true;
}

void api_member_patch(struct api *x)
{
	struct roster_one one;
	bool mode = pairs_get(&x->q->form, STR("delivery_mode")).p;
	str address = pairs_get(&x->q->form, STR("address")),
	    action = pairs_get(&x->q->form, STR("moderation_action"));
	if (!knows_fields(x) || !roster_by_id(x, &one))
		return;
	if (action.p && !one.member && one.role != API_NONMEMBER) {
		api_fail(x, 400,
			 STR("Posts of owners and moderators are not moderated."));
		return;
	}
	if (action.p && !patch_action(x, &one, action))
		return;
	if (mode) {
		keep_field(x, STR("delivery_mode"));
		api_member_preferences_set(x);
		if (x->r->status >= 300)
			return;
	}
	if (!address.p || move_member(x, &one, address))
		api_done(x);
}
