/* POST members: a new member, by the steps that the list's policy and the pre_… fields
 * leave to be taken; an owner, a moderator; what becomes of posts of an address that is no
 * member's. */
#include "web/api/api_inside.h"

#include "base/clock.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

/* "Anna" <anna@uni.example>, as orders read it. */
static str with_name(struct api *x)
{
	struct address who;
	BUF(line);
	str name = api_field(x, "display_name"), address = str_trim(api_subscriber(x));
	if (address_parse(x->a, address, &who).kind)
		return address;
	if (name.n) {
		buf_add_char(&line, '"');
		for (size_t i = 0; i < name.n; i++) {
			char c = name.p[i];
			if (c == '"' || c == '\\')
				buf_add_char(&line, '\\');
			buf_add_char(&line, (unsigned char)c < ' ' ? ' ' : c);
		}
		buf_add(&line, STR("\" "));
	}
	buf_cat(&line, STR("<"), address_text(x->a, &who), STR(">"));
	return arena_copy(x->a, buf_str(&line));
}

/* What the newest of those that wait is called. */
static err find_token(struct api *x, bool asked, str kind, str key, str *token)
{
	struct pending_row *pending;
	struct request_row *requests;
	struct api_request_id id = { .asked = asked };
	size_t n;
	struct book *book = x->w->books.lists;
	if (asked) {
		TRY(pending_of(book, x->a, kind, x->w->list->id, key, &pending, &n));
		id.row = n ? pending[0].id : 0;
	} else {
		TRY(request_list(book, x->a, x->w->list->id, &requests, &n));
		for (size_t i = 0; i < n; i++)
			if (str_eq(requests[i].address, key))
				id.row = requests[i].id;
	}
	*token = api_request_id(x->a, &id);
	return OK;
}

static void answer_token(struct api *x, str owner, str kind, str key)
{
	str token;
	bool asked = str_eq(owner, STR("subscriber"));
	if (api_failed(x, find_token(x, asked, kind, key, &token)))
		return;
	json_t *object = json_object();
	json_object_set_new(object, "token", api_str(token));
	json_object_set_new(object, "token_owner", api_str(owner));
	api_accepted(x, object);
}

static void answer_member(struct api *x, str key)
{
	struct member_row m;
	struct api_member_id id = { .role = API_MEMBER, .list = x->w->list->id };
	if (api_failed(x, member_find(x->w->books.lists, x->a, id.list, key, &m)))
		return;
	id.row = m.id;
	api_created(x, arena_cat(x->a, STR("/members/"), api_member_id(x->a, &id)));
}

static void invite(struct api *x, str key)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "addresses", api_str(with_name(x)));
	json_object_set_new(args, "how", json_string("invite"));
	if (api_order(x, "member_add", args, &done))
		answer_token(x, STR("subscriber"), STR("invite"), key);
}

static void put_switch(json_t *args, const char *key, bool yes)
{
	json_object_set_new(args, key, json_string(yes ? "yes" : ""));
}

static bool file(struct api *x, str *waits_for)
{
	struct ordered done;
	bool chosen;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "address", api_str(with_name(x)));
	put_switch(args, "proven", api_yes(x, "pre_verified"));
	put_switch(args, "confirmed", api_yes(x, "pre_confirmed"));
	put_switch(args, "approved", api_yes(x, "pre_approved"));
	put_switch(args, "quiet", api_is_false(api_field(x, "send_welcome_message")));
	put_switch(args, "follows", api_subscribes_user(x, &chosen));
	if (!api_order(x, "subscribe", args, &done))
		return false;
	*waits_for = arena_copy(
		x->a,
		str_from(json_string_value(json_object_get(done.result, "waits_for"))));
	return true;
}

/* Mailman says 409 to who is a member. */
static bool is_new(struct api *x, str key)
{
	struct member_row m;
	err e = member_find(x->w->books.lists, x->a, x->w->list->id, key, &m);
	if (e.kind == ERR_NOTFOUND)
		return true;
	if (!api_failed(x, e))
		api_fail(x, 409, STR("Member already subscribed"));
	return false;
}

/* As Mailman, which reaches a user nowhere else. */
static bool has_address(struct api *x)
{
	bool chosen;
	if (!api_subscribes_user(x, &chosen) || chosen)
		return true;
	api_fail(x, 400, STR("User has no preferred address"));
	return false;
}

static void subscribe(struct api *x)
{
	str key, waits_for;
	str mode = api_field(x, "delivery_mode"),
	    status = api_field(x, "delivery_status");
	if (!worker_may(x->w, RIGHT_members_set)) {
		api_fail(x, 403, STR("You may not add, remove and change members."));
		return;
	}
	if ((mode.n && !str_eq(mode, STR("regular")))
	    || (status.n && !str_eq(status, STR("enabled")))) {
		api_fail(x, 400,
			 STR("A membership begins regular and enabled; change its "
			     "preferences when it is there."));
		return;
	}
	if (!has_address(x) || !api_read_address(x, api_subscriber(x), &key)
	    || !is_new(x, key))
		return;
	if (api_yes(x, "invitation"))
		invite(x, key);
	else if (!file(x, &waits_for))
		return;
	else if (waits_for.n)
		answer_token(x, waits_for, STR("join"), key);
	else
		answer_member(x, key);
}

/* The role was given: it is found, and where it is is said. */
static void answer_role(struct api *x, enum api_role role, str address)
{
	struct roster_one one;
	if (!roster_by_address(x, role, address, &one))
		return;
	api_created(x, arena_cat(x->a, STR("/members/"),
				 api_member_id(x->a, &(struct api_member_id){
							     .role = role,
							     .list = x->w->list->id,
							     .row = one.row })));
}

static void give_role(struct api *x, enum api_role role)
{
	struct ordered done;
	str address = api_subscriber(x);
	if (!worker_may(x->w, RIGHT_roles_set)) {
		api_fail(x, 403, STR("You may not make owners and moderators."));
		return;
	}
	if (api_order(x, "role_add", api_role_args(x, role, address), &done))
		answer_role(x, role, address);
}

/* It begins with what the list does with other people's posts now. */
static void make_nonmember(struct api *x)
{
	str address = api_subscriber(x);
	if (api_order_nonmember(x, address, x->w->settings.default_nonmember_action))
		answer_role(x, API_NONMEMBER, address);
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
		subscribe(x);
	else
		give_role(x, role);
}
