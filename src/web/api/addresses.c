/* Addresses: whose they are, and whether that has been shown. */
#include "web/api/api_inside.h"

#include "store/lists/address.h"
#include "store/lists/person.h"
#include "store/lists/role.h"

#include <stdlib.h>

bool api_read_address(struct api *x, str text, str *key)
{
	bool is = !address_read_key(x->a, text, key).kind;
	if (!is)
		api_fail(x, 400, arena_cat(x->a, STR("Invalid email address "), text));
	return is;
}

/* Ids are numbers in a row: who could have each of them told would count through everybody
 * on the site. */
static bool is_on_list(struct api *x, int64_t person)
{
	struct member_row m;
	struct role_row *roles;
	size_t n;
	struct book *book = x->w->books.lists;
	if (!x->w->list || !worker_may(x->w, RIGHT_members_see))
		return false;
	if (!member_of_person(book, x->a, x->w->list->id, person, &m).kind)
		return true;
	if (role_by_person(book, x->a, person, &roles, &n).kind)
		return false;
	for (size_t i = 0; i < n; i++)
		if (roles[i].list == x->w->list->id)
			return true;
	return false;
}

/* False: it names no user, or none that the one who asks may know of, which is the same. */
static bool names_user(struct api *x, int64_t *person)
{
	return api_read_person_id(api_field(x, "subscriber"), person)
	       && (worker_may(x->w, RIGHT_site_see) || *person == x->w->viewer.person
		   || is_on_list(x, *person));
}

str api_subscriber(struct api *x)
{
	struct address_row *own;
	size_t n;
	int64_t person;
	if (!names_user(x, &person)
	    || address_of_person(x->w->books.lists, x->a, person, &own, &n).kind || !n)
		return api_field(x, "subscriber");
	return own[0].text;
}

bool api_subscribes_user(struct api *x, bool *preferred)
{
	struct person_row p;
	int64_t person;
	*preferred = false;
	if (!names_user(x, &person))
		return false;
	*preferred = !person_get(x->w->books.lists, x->a, person, &p).kind && p.preferred;
	return true;
}

json_t *api_address_json(struct api *x, const struct address_row *row,
			 const struct person_row *p)
{
	json_t *object = json_object();
	json_object_set_new(object, "email", api_str(row->text));
	json_object_set_new(object, "original_email", api_str(row->text));
	json_object_set_new(object, "registered_on", api_time(p->created_at));
	if (p->name.n)
		json_object_set_new(object, "display_name", api_str(p->name));
	if (row->verified_at)
		json_object_set_new(object, "verified_on", api_time(row->verified_at));
	json_object_set_new(object, "user",
			    api_str(arena_cat(x->a, x->root, STR("/users/"),
					      api_person_id(x->a, row->person))));
	api_link(x, object, arena_cat(x->a, STR("/addresses/"), row->text));
	return object;
}

/* The path's address. False: nobody's here, which is answered. */
static bool find(struct api *x, struct address_row *row, struct person_row *p)
{
	str key;
	struct address who;
	if (address_parse(x->a, request_arg(x->q, "email"), &who).kind) {
		api_fail(x, 404, STR("This is no address."));
		return false;
	}
	key = address_key(x->a, &who);
	err e = address_find(x->w->books.lists, x->a, key, row);
	if (!e.kind)
		e = person_get(x->w->books.lists, x->a, row->person, p);
	return !api_failed(x, e);
}

void api_address(struct api *x)
{
	struct address_row row;
	struct person_row p;
	if (find(x, &row, &p))
		api_json(x, api_address_json(x, &row, &p));
}

static int by_key(const void *a, const void *b)
{
	const struct address_row *x = a, *y = b;
	return str_cmp(x->key, y->key);
}

static err add_of(struct api *x, const struct person_row *p, json_t *all)
{
	struct address_row *rows;
	size_t n;
	TRY(address_of_person(x->w->books.lists, x->a, p->id, &rows, &n));
	qsort(rows, n, sizeof *rows, by_key);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, api_address_json(x, &rows[i], p));
	return OK;
}

static void answer_all(struct api *x, err e, json_t *all)
{
	if (e.kind)
		json_decref(all);
	if (!api_failed(x, e))
		api_slice(x, all);
}

void api_addresses(struct api *x)
{
	struct api_span page;
	struct address_row *rows;
	struct person_row p;
	int64_t total;
	size_t n;
	struct book *book = x->w->books.lists;
	if (!api_paging(x, &page) || api_failed(x, address_count(book, &total))
	    || api_failed(
		    x, address_list_all(book, x->a, page.start, page.limit, &rows, &n)))
		return;
	json_t *some = json_array();
	for (size_t i = 0; i < n; i++)
		if (!person_get(book, x->a, rows[i].person, &p).kind)
			json_array_append_new(some, api_address_json(x, &rows[i], &p));
	api_entries(x, some, page.start, (size_t)total, NULL);
}

void api_user_addresses(struct api *x)
{
	struct person_row p;
	json_t *all = json_array();
	int64_t id = api_path_user(x);
	if (!id) {
		json_decref(all);
		return;
	}
	err e = person_get(x->w->books.lists, x->a, id, &p);
	if (!e.kind)
		e = add_of(x, &p, all);
	answer_all(x, e, all);
}

static void order(struct api *x, const char *kind, const char *proven)
{
	struct address_row row;
	struct person_row p;
	struct ordered done;
	if (!find(x, &row, &p))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "address", api_str(row.text));
	if (proven)
		json_object_set_new(args, "proven", json_string(proven));
	if (api_order(x, kind, args, &done))
		api_done(x);
}

void api_address_verify(struct api *x)
{
	order(x, "address_proven", "yes");
}

void api_address_unverify(struct api *x)
{
	order(x, "address_proven", "no");
}

void api_address_delete(struct api *x)
{
	order(x, "address_drop", NULL);
}

void api_user_address_add(struct api *x)
{
	struct ordered done;
	str key, email = api_field(x, "email");
	int64_t id = api_path_user(x);
	if (!id || !api_read_address(x, email, &key))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(id));
	json_object_set_new(args, "address", api_str(email));
	json_object_set_new(args, "absorb",
			    json_string(api_yes(x, "absorb_existing") ? "yes" : ""));
	if (api_order(x, "person_address", args, &done))
		api_created(x, arena_cat(x->a, STR("/addresses/"), str_trim(email)));
}

/* As members/find has them. */
void api_address_memberships(struct api *x)
{
	struct address_row row;
	struct person_row p;
	if (!find(x, &row, &p))
		return;
	struct pair *pair = arena_alloc(x->a, sizeof *pair);
	*pair = (struct pair){ .name = STR("subscriber"), .value = row.text };
	x->q->form = (struct pairs){ pair, 1 };
	api_members_find(x);
}

bool api_path_address(struct api *x, struct address_row *row)
{
	struct person_row p;
	return find(x, row, &p);
}
