/* Who wants to join or to leave: waiting for a moderator, or asked to confirm by mail. */
#include "web/api/api_inside.h"

#include "base/clock.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

struct asking {
	struct api_request_id id;
	str address, name;
	int64_t at;
	bool leaves;
};

struct askings {
	struct asking *rows;
	size_t count;
};

static str name_in(struct api *x, str data)
{
	json_t *object = json_loadb(data.p, data.n, 0, NULL);
	str name = arena_copy(
		x->a, str_from(json_string_value(json_object_get(object, "name"))));
	json_decref(object);
	return name;
}

/* Those that a moderator answers, then those that the asker does. */
static err read_all(struct api *x, struct askings *all)
{
	struct request_row *requests;
	struct pending_row *pending;
	size_t n, m;
	struct book *book = x->w->books.lists;
	int64_t list = x->w->list->id;
	TRY(request_list(book, x->a, list, &requests, &n));
	TRY(pending_list(book, x->a, STR("join"), list, clock_now(), &pending, &m));
	all->rows = arena_zero(x->a, (n + m) * sizeof *all->rows);
	all->count = n + m;
	for (size_t i = 0; i < n; i++)
		all->rows[i] = (struct asking){ .id = { .row = requests[i].id },
						.address = requests[i].address,
						.name = requests[i].name,
						.at = requests[i].asked_at,
						.leaves = requests[i].leaves };
	for (size_t i = 0; i < m; i++)
		all->rows[n + i] = (struct asking){ .id = { .asked = true,
							    .row = pending[i].id },
						    .address = pending[i].address,
						    .name = name_in(x, pending[i].data),
						    .at = pending[i].created_at };
	return OK;
}

static const char *owner_of(const struct asking *a)
{
	return a->id.asked ? "subscriber" : "moderator";
}

static const char *type_of(const struct asking *a)
{
	return a->leaves ? "unsubscription" : "subscription";
}

static json_t *asking_json(struct api *x, const struct asking *a)
{
	json_t *object = json_object();
	str token = api_request_id(x->a, &a->id);
	json_object_set_new(object, "token", api_str(token));
	json_object_set_new(object, "token_owner", json_string(owner_of(a)));
	json_object_set_new(object, "type", json_string(type_of(a)));
	json_object_set_new(object, "email", api_str(a->address));
	json_object_set_new(object, "display_name", api_str(a->name));
	json_object_set_new(object, "list_id", api_str(x->w->list->list_id));
	json_object_set_new(object, "when", api_time(a->at));
	return object;
}

static bool is_wanted(const struct asking *a, str owner, str type)
{
	return (!owner.n || str_eq(owner, str_from(owner_of(a))))
	       && (!type.n || str_eq(type, str_from(type_of(a))));
}

/* ?token_owner=moderator&request_type=subscription */
static bool read_wanted(struct api *x, json_t *all)
{
	struct askings askings;
	str owner = api_field(x, "token_owner");
	str type = api_field(x, "request_type");
	if (api_failed(x, read_all(x, &askings)))
		return false;
	for (size_t i = 0; i < askings.count; i++)
		if (is_wanted(&askings.rows[i], owner, type))
			json_array_append_new(all, asking_json(x, &askings.rows[i]));
	return true;
}

void api_requests(struct api *x)
{
	json_t *all = json_array();
	if (read_wanted(x, all))
		api_slice(x, all);
	else
		json_decref(all);
}

void api_requests_count(struct api *x)
{
	json_t *all = json_array();
	if (read_wanted(x, all))
		api_json(x,
			 json_pack("{s:I}", "count", (json_int_t)json_array_size(all)));
	json_decref(all);
}

static bool find(struct api *x, struct asking *one)
{
	struct api_request_id id;
	struct askings all;
	bool known = api_read_request_id(request_arg(x->q, "token"), &id);
	if (known && api_failed(x, read_all(x, &all)))
		return false;
	for (size_t i = 0; known && i < all.count; i++)
		if (all.rows[i].id.asked == id.asked && all.rows[i].id.row == id.row) {
			*one = all.rows[i];
			return true;
		}
	api_fail(x, 404, STR("Nobody waits under that token."));
	return false;
}

void api_request_one(struct api *x)
{
	struct asking one;
	if (find(x, &one))
		api_json(x, asking_json(x, &one));
}

/* Who was asked to confirm: let in without, or forgotten. */
static void decide_asked(struct api *x, const struct asking *one, bool accept)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	if (accept) {
		json_object_set_new(args, "addresses", api_str(one->address));
		json_object_set_new(args, "how", json_string("welcome"));
		if (!api_order(x, "member_add", args, &done))
			return;
		args = api_list_args(x);
	}
	json_object_set_new(args, "id", json_integer(one->id.row));
	if (api_order(x, "asked_drop", args, &done))
		api_done(x);
}

static void decide(struct api *x, const struct asking *one, str verdict)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "ids", json_pack("[I]", (json_int_t)one->id.row));
	json_object_set_new(args, "verdict", api_str(verdict));
	json_object_set_new(args, "reason", api_str(api_field(x, "reason")));
	if (api_order(x, "request", args, &done))
		api_done(x);
}

void api_request_decide(struct api *x)
{
	struct asking one;
	str action = api_field(x, "action");
	bool accept = str_eq(action, STR("accept")), defer = str_eq(action, STR("defer"));
	if (!find(x, &one))
		return;
	if (!accept && !defer && !str_eq(action, STR("reject"))
	    && !str_eq(action, STR("discard")))
		api_fail(x, 400, STR("Cannot convert parameters: action"));
	else if (defer && one.id.asked)
		api_done(x);
	else if (one.id.asked)
		decide_asked(x, &one, accept);
	else
		decide(x, &one, action);
}
