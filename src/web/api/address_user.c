/* Whose an address is. Here each is somebody's: Mailman's address without a user is one whose
 * person has no more than it. */
#include "web/api/api_inside.h"

#include "store/lists/person.h"
#include "store/lists/token.h"

void api_address_user(struct api *x)
{
	struct address_row row;
	if (api_path_address(x, &row))
		api_json(x, api_user_json(x, row.person));
}

static err stands_alone(struct api *x, int64_t person, bool *yes)
{
	struct person_row p;
	struct address_row *own;
	struct token_row *tokens;
	size_t addresses, n;
	TRY(person_get(x->w->books.lists, x->a, person, &p));
	TRY(address_of_person(x->w->books.lists, x->a, person, &own, &addresses));
	TRY(token_by_person(x->w->books.lists, x->a, person, &tokens, &n));
	*yes = addresses == 1 && !n && !p.password.n && !p.admin;
	return OK;
}

/* False: it is answered. */
static bool find(struct api *x, struct address_row *row, bool *alone)
{
	return api_path_address(x, row)
	       && !api_failed(x, stands_alone(x, row->person, alone));
}

/* The form's user; 0: a new one. False: there is none of that id, which is answered. */
static bool read_user(struct api *x, int64_t *person)
{
	struct person_row p;
	str id = api_field(x, "user_id");
	*person = 0;
	if (!id.n)
		return true;
	if (api_read_person_id(id, person)
	    && !person_get(x->w->books.lists, x->a, *person, &p).kind)
		return true;
	api_fail(x, 404, arena_cat(x->a, STR("No user with ID "), id));
	return false;
}

/* person 0: one of its own, called and with a password as the form says. */
static bool give(struct api *x, const struct address_row *row, int64_t person,
		 struct ordered *done)
{
	str kept;
	if (!api_hash(x, api_field(x, "password"), &kept))
		return false;
	json_t *args = json_object();
	json_object_set_new(args, "address", api_str(row->text));
	json_object_set_new(args, "person", json_integer(person));
	json_object_set_new(args, "name", api_str(api_field(x, "display_name")));
	json_object_set_new(args, "password", api_str(kept));
	return api_order(x, "address_person", args, done);
}

static void answer_linked(struct api *x, const struct address_row *row, int64_t person)
{
	struct ordered done;
	if (!give(x, row, person, &done))
		return;
	int64_t id = json_integer_value(json_object_get(done.result, "person"));
	if (person)
		api_json(x, api_user_json(x, id));
	else
		api_created(x, arena_cat(x->a, STR("/users/"), api_person_id(x->a, id)));
}

void api_address_link(struct api *x)
{
	struct address_row row;
	int64_t person;
	bool alone = false;
	if (!find(x, &row, &alone))
		return;
	if (!alone) {
		api_fail(x, 409, STR("The address has a user already."));
		return;
	}
	if (!read_user(x, &person))
		return;
	if (!person && api_is_false(api_field(x, "auto_create")))
		api_fail(x, 403, STR("No user is named, and none is to be made."));
	else
		answer_linked(x, &row, person);
}

void api_address_relink(struct api *x)
{
	struct address_row row;
	int64_t person;
	bool alone = false;
	if (find(x, &row, &alone) && read_user(x, &person))
		answer_linked(x, &row, person);
}

void api_address_unlink(struct api *x)
{
	struct address_row row;
	struct ordered done;
	bool alone = false;
	if (!find(x, &row, &alone))
		return;
	if (alone)
		api_fail(x, 404, STR("The address has no user but itself."));
	else if (give(x, &row, 0, &done))
		api_done(x);
}
