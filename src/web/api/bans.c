/* Bans: a list's, or everywhere where the path names none. */
#include "web/api/api_inside.h"

#include "store/lists/ban.h"

static str path_of(struct api *x, str email)
{
	const struct list_entry *list = x->w->list;
	str below = list ? arena_cat(x->a, STR("/lists/"), list->list_id) : STR("");
	return arena_cat(x->a, below, STR("/bans/"), email);
}

static json_t *ban_json(struct api *x, str email)
{
	json_t *object = json_object();
	json_object_set_new(object, "email", api_str(email));
	if (x->w->list)
		json_object_set_new(object, "list_id", api_str(x->w->list->list_id));
	api_link(x, object, path_of(x, email));
	return object;
}

static err read_all(struct api *x, struct ban_row **rows, size_t *n)
{
	return ban_list(x->w->books.lists, x->a, x->w->list ? x->w->list->id : 0, rows,
			n);
}

void api_bans(struct api *x)
{
	struct ban_row *rows;
	size_t n;
	if (api_failed(x, read_all(x, &rows, &n)))
		return;
	json_t *all = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, ban_json(x, rows[i].pattern));
	api_slice(x, all);
}

static bool find(struct api *x, str *email)
{
	struct ban_row *rows;
	size_t n;
	str wanted = request_arg(x->q, "email");
	if (api_failed(x, read_all(x, &rows, &n)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (str_eq(rows[i].pattern, wanted)
		    || (!str_starts(wanted, STR("^"))
			&& str_ieq(rows[i].pattern, wanted))) {
			*email = rows[i].pattern;
			return true;
		}
	api_fail(x, 404, arena_cat(x->a, STR("Email is not banned: "), wanted));
	return false;
}

void api_ban(struct api *x)
{
	str email;
	if (find(x, &email))
		api_json(x, ban_json(x, email));
}

static bool order_ban(struct api *x, const char *of_list, const char *of_site, str email)
{
	struct ordered done;
	json_t *args = x->w->list ? api_list_args(x) : json_object();
	json_object_set_new(args, "pattern", api_str(email));
	return api_order(x, x->w->list ? of_list : of_site, args, &done);
}

void api_ban_add(struct api *x)
{
	str email = str_trim(api_field(x, "email"));
	if (!email.n)
		api_fail(x, 400, STR("Missing Parameter: email"));
	else if (order_ban(x, "ban_add", "site_ban_add", email))
		api_created(x, path_of(x, email));
}

void api_ban_delete(struct api *x)
{
	str email;
	if (find(x, &email) && order_ban(x, "ban_remove", "site_ban_remove", email))
		api_done(x);
}
