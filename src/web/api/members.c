/* Members: rosters of lists, and memberships wherever they are. */
#include "web/api/api_inside.h"

#include "base/buf.h"

/* ---- listings */

/* ?fields=…: of each entry these alone. */
static void keep_fields(struct api *x, json_t *entries)
{
	json_t *entry;
	size_t i;
	if (!request_query(x->q, "fields").n)
		return;
	json_array_foreach(entries, i, entry)
	{
		json_t *some = json_object(), *value;
		size_t at = 0;
		str name;
		while (pairs_next(&x->q->query, STR("fields"), &at, &name)) {
			value = json_object_get(entry, arena_z(x->a, name));
			if (value)
				json_object_set(some, arena_z(x->a, name), value);
		}
		json_array_set_new(entries, i, some);
	}
}

static void answer_roster(struct api *x, const struct roster_want *want)
{
	struct api_span page;
	size_t total;
	if (!api_paging(x, &page) || api_failed(x, roster_count(x, want, &total)))
		return;
	json_t *entries = json_array();
	err e = roster_add(x, want, page.start, page.limit, entries);
	if (e.kind) {
		json_decref(entries);
		api_fail_err(x, e);
		return;
	}
	keep_fields(x, entries);
	api_entries(x, entries, page.start, total, NULL);
}

static bool read_role(struct api *x, str word, enum api_role *role)
{
	if (api_read_role(word, role))
		return true;
	api_fail(x, 404, arena_cat(x->a, STR("There is no role "), word, STR(".")));
	return false;
}

void api_roster(struct api *x)
{
	struct roster_want want = { 0 };
	enum api_role role;
	if (!read_role(x, request_arg(x->q, "role"), &role))
		return;
	want.roles[role] = true;
	answer_roster(x, &want);
}

struct walk { /* a page out of the memberships of all lists */
	const struct roster_want *want;
	const struct list_entry *only; /* NULL: every list */
	size_t skip, limit, total;
};

static err walk_list(struct api *x, struct walk *walk, json_t *entries)
{
	size_t here, before = json_array_size(entries);
	TRY(roster_count(x, walk->want, &here));
	walk->total += here;
	if (walk->skip < here && walk->limit)
		TRY(roster_add(x, walk->want, walk->skip, walk->limit, entries));
	walk->skip = walk->skip > here ? walk->skip - here : 0;
	walk->limit -= json_array_size(entries) - before;
	return OK;
}

/* Those lists whose members the person may see. */
static err walk_lists(struct api *x, struct walk *walk, json_t *entries)
{
	const struct list_entry **all;
	size_t n;
	addressbook_lists(x->w->books.addresses, x->a, &all, &n);
	for (size_t i = 0; i < n; i++) {
		if (walk->only && walk->only != all[i])
			continue;
		TRY(api_turn(x, all[i]));
		if (worker_may(x->w, RIGHT_members_see))
			TRY(walk_list(x, walk, entries));
	}
	return OK;
}

static void answer_walk(struct api *x, const struct roster_want *want,
			const struct list_entry *only)
{
	struct api_span page;
	if (!api_paging(x, &page))
		return;
	struct walk walk = {
		.want = want, .only = only, .skip = page.start, .limit = page.limit
	};
	json_t *entries = json_array();
	err e = walk_lists(x, &walk, entries);
	if (e.kind) {
		json_decref(entries);
		api_fail_err(x, e);
		return;
	}
	api_entries(x, entries, page.start, walk.total, NULL);
}

void api_members(struct api *x)
{
	struct roster_want want = { .roles = { true, true, true, true } };
	answer_walk(x, &want, NULL);
}

/* subscriber: an address, a user's id, or a part between stars. */
static bool read_subscriber(struct api *x, struct roster_want *want)
{
	str who = api_field(x, "subscriber");
	if (!who.n || api_read_person_id(who, &want->person))
		return true;
	if (!str_has(who, '*'))
		return api_read_address(x, who, &want->key);
	while (str_starts(who, STR("*")))
		who = str_skip(who, 1);
	while (str_ends(who, STR("*")))
		who = str_first(who, who.n - 1);
	want->part = who;
	return true;
}

void api_members_find(struct api *x)
{
	struct roster_want want = { .roles = { true, true, true, true } };
	const struct list_entry *only = NULL;
	enum api_role role;
	if (!read_subscriber(x, &want))
		return;
	if (api_has(x, "role")) {
		if (!api_read_role(api_field(x, "role"), &role)) {
			api_fail(x, 400, STR("Cannot convert parameters: role"));
			return;
		}
		memset(want.roles, 0, sizeof want.roles);
		want.roles[role] = true;
	}
	if (api_has(x, "list_id")
	    && !(only = api_find_list(x, api_field(x, "list_id")))) {
		api_fail(x, 404, STR("There is no such list."));
		return;
	}
	answer_walk(x, &want, only);
}

/* ---- one */

static bool path_member(struct api *x, struct roster_one *one)
{
	enum api_role role;
	return read_role(x, request_arg(x->q, "role"), &role)
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

static json_t *role_args(struct api *x, enum api_role role, str address)
{
	json_t *args = api_list_args(x);
	json_object_set_new(args, "role", json_string(api_role_word(role)));
	json_object_set_new(args, "address", api_str(address));
	return args;
}

/* action empty: the list says nothing of the address any more. */
static bool order_nonmember(struct api *x, str address, str action)
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
		if (order_nonmember(x, one->text, STR("")))
			api_done(x);
	} else if (api_order(x, "role_remove", role_args(x, one->role, one->text),
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
	if (str_eq(action, STR("defer")) || str_eq(action, STR("None")))
		action = STR("");
	if (one->role == API_NONMEMBER)
		return order_nonmember(x, one->text, action);
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

/* ---- making one */

static void give_role(struct api *x, enum api_role role)
{
	struct roster_one one;
	struct ordered done;
	str address = api_subscriber(x);
	if (!worker_may(x->w, RIGHT_roles_set)) {
		api_fail(x, 403, STR("You may not make owners and moderators."));
		return;
	}
	if (!api_order(x, "role_add", role_args(x, role, address), &done)
	    || !roster_by_address(x, role, address, &one))
		return;
	api_created(x, arena_cat(x->a, STR("/members/"),
				 api_member_id(x->a, &(struct api_member_id){
							     .role = role,
							     .list = x->w->list->id,
							     .row = one.row })));
}

/* It begins with what the list does with other people's posts now. */
static void make_nonmember(struct api *x)
{
	struct roster_one one;
	str address = api_subscriber(x);
	if (!order_nonmember(x, address, x->w->settings.default_nonmember_action)
	    || !roster_by_address(x, API_NONMEMBER, address, &one))
		return;
	api_created(x, arena_cat(x->a, STR("/members/"),
				 api_member_id(x->a, &(struct api_member_id){
							     .role = API_NONMEMBER,
							     .list = x->w->list->id,
							     .row = one.row })));
}

void api_member_create(struct api *x)
{
	enum api_role role = API_MEMBER;
	str key;
	if (!api_has(x, "list_id") || !api_has(x, "subscriber")) {
		api_fail(x, 400,
			 STR("Missing Parameter: list_id and subscriber are needed"));
		return;
	}
	if (!api_find_list(x, api_field(x, "list_id"))) {
		api_fail(x, 400, STR("No such list"));
		return;
	}
	if (!api_read_address(x, api_subscriber(x), &key))
		return;
	if (api_has(x, "role") && !api_read_role(api_field(x, "role"), &role)) {
		api_fail(x, 400, STR("Cannot convert parameters: role"));
		return;
	}
	if (role == API_NONMEMBER)
		make_nonmember(x);
	else if (role == API_MEMBER)
		api_subscribe(x);
	else
		give_role(x, role);
}
