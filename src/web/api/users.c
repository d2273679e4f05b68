/* Users: persons with their accounts. */
#include "web/api/api_inside.h"

#include "account/password.h"
#include "account/token.h"
#include "base/enc.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

#include <sodium.h>

/* That there is one and that it changed is all that is told of a password. */
static json_t *password_json(struct api *x, str kept)
{
	unsigned char sum[16];
	crypto_generichash(sum, sizeof sum, (const unsigned char *)kept.p, kept.n, NULL,
			   0);
	return api_str(arena_cat(x->a, STR("$argon2id$"),
				 enc_hex(x->a, (str){ (const char *)sum, sizeof sum })));
}

static json_t *person_json(struct api *x, const struct person_row *p)
{
	str id = api_person_id(x->a, p->id);
	json_t *object = json_object();
	json_object_set_new(object, "user_id", api_str(id));
	json_object_set_new(object, "display_name", api_str(p->name));
	json_object_set_new(object, "created_on", api_time(p->created_at));
	json_object_set_new(object, "is_server_owner", json_boolean(p->admin));
	if (p->password.n)
		json_object_set_new(object, "password", password_json(x, p->password));
	api_link(x, object, arena_cat(x->a, STR("/users/"), id));
	return object;
}

json_t *api_user_json(struct api *x, int64_t person)
{
	struct person_row p;
	err e = person_get(x->w->books.lists, x->a, person, &p);
	return e.kind ? NULL : person_json(x, &p);
}

static bool find(struct api *x, struct person_row *p)
{
	struct address who;
	str name = request_arg(x->q, "user");
	int64_t id;
	err e = FAIL(ERR_NOTFOUND, "There is no such user.");
	if (api_read_person_id(name, &id))
		e = person_get(x->w->books.lists, x->a, id, p);
	else if (!address_parse(x->a, name, &who).kind)
		e = person_by_key(x->w->books.lists, x->a, address_key(x->a, &who), p);
	return !api_failed(x, e);
}

int64_t api_path_user(struct api *x)
{
	struct person_row p;
	return find(x, &p) ? p.id : 0;
}

void api_user(struct api *x)
{
	struct person_row p;
	if (find(x, &p))
		api_json(x, person_json(x, &p));
}

static void list_those(struct api *x, str part)
{
	struct api_span page;
	struct person_row *p;
	int64_t total;
	size_t n;
	struct book *book = x->w->books.lists;
	if (!api_paging(x, &page) || api_failed(x, person_count(book, part, &total))
	    || api_failed(x,
			  person_list(book, x->a, part, page.start, page.limit, &p, &n)))
		return;
	json_t *some = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(some, person_json(x, &p[i]));
	api_entries(x, some, page.start, (size_t)total, NULL);
}

void api_users(struct api *x)
{
	list_those(x, STR(""));
}

void api_users_find(struct api *x)
{
	list_those(x, api_field(x, "q"));
}

void api_site_owners(struct api *x)
{
	struct person_row *p;
	size_t n;
	if (api_failed(x, person_admins(x->w->books.lists, x->a, &p, &n)))
		return;
	json_t *all = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, person_json(x, &p[i]));
	api_slice(x, all);
}

/* Orders stand in the book, so a password is no part of one. */
bool api_hash(struct api *x, str password, str *kept)
{
	*kept = STR("");
	if (!password.n)
		return true;
	err e = password_hash(x->a, password, kept);
	if (e.kind == ERR_LIMIT)
		e.kind = ERR_TEMP;
	return !api_failed(x, e);
}

void api_user_create(struct api *x)
{
	struct ordered done;
	struct address_row row;
	str key, kept, email = api_field(x, "email");
	if (!api_read_address(x, email, &key)
	    || !api_hash(x, api_field(x, "password"), &kept))
		return;
	if (!address_find(x->w->books.lists, x->a, key, &row).kind) {
		api_fail(x, 400, arena_cat(x->a, STR("User already exists: "), row.text));
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "address", api_str(email));
	json_object_set_new(args, "name", api_str(api_field(x, "display_name")));
	json_object_set_new(args, "password", api_str(kept));
	if (!api_order(x, "person_add", args, &done))
		return;
	int64_t id = json_integer_value(json_object_get(done.result, "person"));
	api_created(x, arena_cat(x->a, STR("/users/"), api_person_id(x->a, id)));
}

static bool read_change(struct api *x, const struct pair *field, json_t *args)
{
	str kept;
	if (str_eq(field->name, STR("display_name"))) {
		json_object_set_new(args, "name", api_str(field->value));
		return true;
	}
	if (str_eq(field->name, STR("is_server_owner"))) {
		json_object_set_new(
			args, "admin",
			json_string(api_is_true(field->value) ? "yes" : "no"));
		return true;
	}
	if (str_eq(field->name, STR("cleartext_password"))) {
		if (!api_hash(x, field->value, &kept))
			return false;
		json_object_set_new(args, "password", api_str(kept));
		return true;
	}
	api_fail(x, 400, arena_cat(x->a, STR("Unexpected parameters: "), field->name));
	return false;
}

void api_user_change(struct api *x)
{
	struct person_row p;
	struct ordered done;
	if (!find(x, &p))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(p.id));
	for (size_t i = 0; i < x->q->form.count; i++)
		if (!read_change(x, &x->q->form.rows[i], args)) {
			json_decref(args);
			return;
		}
	if (api_order(x, "person_change", args, &done))
		api_done(x);
}

void api_user_delete(struct api *x)
{
	struct person_row p;
	struct ordered done;
	if (!find(x, &p))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(p.id));
	if (api_order(x, "person_remove", args, &done))
		api_done(x);
}

/* The address that somebody chose to stand for the user. False: none, or no user. */
static bool find_preferred(struct api *x, struct person_row *p, struct address_row *row)
{
	if (!find(x, p))
		return false;
	err e = p->preferred ? address_get(x->w->books.lists, x->a, p->preferred, row)
			     : FAIL(ERR_NOTFOUND, "none");
	if (e.kind == ERR_NOTFOUND || (!e.kind && row->person != p->id)) {
		api_fail(x, 404, STR("No address is preferred."));
		return false;
	}
	return !api_failed(x, e);
}

void api_user_preferred(struct api *x)
{
	struct person_row p;
	struct address_row row;
	if (find_preferred(x, &p, &row))
		api_json(x, api_address_json(x, &row, &p));
}

static bool prefer(struct api *x, str address, const char *yes)
{
	struct ordered done;
	json_t *args = json_object();
	json_object_set_new(args, "address", api_str(address));
	json_object_set_new(args, "prefer", json_string(yes));
	return api_order(x, "address_prefer", args, &done);
}

void api_user_preferred_set(struct api *x)
{
	struct person_row p;
	struct address_row row;
	str key;
	if (!find(x, &p) || !api_read_address(x, api_field(x, "email"), &key))
		return;
	err e = address_find(x->w->books.lists, x->a, key, &row);
	if (e.kind == ERR_NOTFOUND || (!e.kind && row.person != p.id))
		api_fail(x, 400, STR("That is no address of this user."));
	else if (!api_failed(x, e) && prefer(x, row.text, "yes"))
		api_done(x);
}

void api_user_preferred_unset(struct api *x)
{
	struct person_row p;
	struct address_row row;
	if (find_preferred(x, &p, &row) && prefer(x, row.text, "no"))
		api_done(x);
}

/* A token of the user's serves as the password; passwords are typed on the page alone. */
void api_user_login(struct api *x)
{
	struct person_row p;
	int64_t whose = 0, token;
	if (!find(x, &p))
		return;
	if (!throttle_may(x->w->web->sign_ins, STR(""), &x->q->client)) {
		api_fail(x, 429, STR("Too many wrong tokens from your network of late."));
		return;
	}
	err e = account_token_check(x->a, x->w->books.lists, STR(""),
				    api_field(x, "cleartext_password"), &whose, &token);
	if (!e.kind && whose == p.id) {
		api_done(x);
		return;
	}
	if (e.kind && e.kind != ERR_DENIED) {
		api_fail_err(x, e);
		return;
	}
	throttle_failed(x->w->web->sign_ins, STR(""), &x->q->client);
	api_fail(x, 403, STR("This is no token of the user's."));
}
