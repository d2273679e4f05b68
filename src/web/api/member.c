/* One membership, of whichever role: as it is, and its end. */
#include "web/api/api_inside.h"

#include "base/buf.h"

static bool path_member(struct api *x, struct roster_one *one)
{
	enum api_role role;
	return api_path_role(x, &role)
	       && roster_by_address(x, role, request_arg(x->q, "email"), one);
}

void api_list_member(struct api *x)
{
	struct roster_one one;
	if (path_member(x, &one))
		api_json(x, roster_json(x, &one));
}

void api_member(struct api *x)
{
	struct roster_one one;
	if (roster_by_id(x, &one))
		api_json(x, roster_json(x, &one));
}

json_t *api_role_args(struct api *x, enum api_role role, str address)
{
	json_t *args = api_list_args(x);
	json_object_set_new(args, "role", json_string(api_role_word(role)));
	json_object_set_new(args, "address", api_str(address));
	return args;
}

bool api_order_nonmember(struct api *x, str address, str action)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "addresses", api_str(address));
	json_object_set_new(args, "action", api_str(action));
	return api_order(x, "nonmember_set", args, &done);
}

static void end_membership(struct api *x, const struct roster_one *one)
{
	struct ordered done;
	json_t *args;
	if (one->member) {
		args = api_list_args(x);
		json_object_set_new(args, "addresses", api_str(one->text));
		if (api_order(x, "member_remove", args, &done))
			api_done(x);
	} else if (one->role == API_NONMEMBER) {
		if (api_order_nonmember(x, one->text, STR("")))
			api_done(x);
	} else if (api_order(x, "role_remove", api_role_args(x, one->role, one->text),
			     &done)) {
		api_done(x);
	}
}

void api_list_member_delete(struct api *x)
{
	struct roster_one one;
	if (path_member(x, &one))
		end_membership(x, &one);
}

void api_member_delete(struct api *x)
{
	struct roster_one one;
	if (roster_by_id(x, &one))
		end_membership(x, &one);
}

/* {"anna@…": true, …}: false for those who are no members. */
void api_roster_delete(struct api *x)
{
	size_t at = 0;
	str email;
	struct ordered done;
	BUF(lines);
	json_t *object = json_object(), *args = api_list_args(x);
	if (!str_eq(request_arg(x->q, "role"), STR("member"))) {
		json_decref(object);
		json_decref(args);
		api_fail(x, 400,
			 STR("Only members leave in numbers; take roles singly."));
		return;
	}
	while (pairs_next(&x->q->form, STR("emails"), &at, &email)) {
		struct address who;
		struct member_row m;
		bool is = !address_parse(x->a, email, &who).kind
			  && !member_find(x->w->books.lists, x->a, x->w->list->id,
					  address_key(x->a, &who), &m)
				      .kind;
		json_object_set_new(object, arena_z(x->a, email), json_boolean(is));
		if (is)
			buf_cat(&lines, email, STR("\n"));
	}
	json_object_set_new(args, "addresses", api_str(buf_str(&lines)));
	if (api_order(x, "member_remove", args, &done))
		api_json(x, object);
	else
		json_decref(object);
}
