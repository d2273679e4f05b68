/* Orders of those who run the server about persons and their addresses. */
#include "lists/orders_inside.h"

#include "account/account.h"
#include "base/clock.h"
#include "lists/erase.h"
#include "lists/persons.h"
#include "store/lists/address.h"
#include "store/lists/person.h"
#include "store/lists/session.h"

enum { NAME_MAX_OCTETS = 200 };

static int64_t person_of(struct order *x)
{
	return json_integer_value(json_object_get(x->args, "person"));
}

static bool asked(struct order *x, const char *key)
{
	return json_object_get(x->args, key);
}

static err read_name(struct order *x, str *name)
{
	*name = str_trim(order_text(x, "name"));
	if (name->n > NAME_MAX_OCTETS)
		return FAIL(ERR_SYNTAX, "a name has at most 200 octets");
	for (size_t i = 0; i < name->n; i++)
		if ((unsigned char)name->p[i] < ' ')
			return FAIL(ERR_SYNTAX, "a name is one line of text");
	return OK;
}

static err add(struct order *x, const struct address *who, str name)
{
	struct person_row p;
	struct address_row row;
	str key = address_key(x->a, who);
	err e = address_find(x->books->lists, x->a, key, &row);
	if (!e.kind)
		return err_in(x->a, ERR_DENIED, "%.*s is somebody's already", STR_F(key));
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(address_ensure(x->books->lists, x->a, key, address_text(x->a, who), name,
			   clock_now(), &row));
	TRY(person_get(x->books->lists, x->a, row.person, &p));
	p.password = order_text(x, "password");
	TRY(person_change(x->books->lists, &p));
	json_object_set_new(x->result, "person", json_integer(row.person));
	return books_audit(x->books, &x->by, 0, STR("account made"), key);
}

/* The address is not proven by that: a password is of use once it is. */
err order_person_add(struct order *x)
{
	struct address who;
	str name;
	bool mine;
	TRY(read_name(x, &name));
	TRY(address_parse(x->a, str_trim(order_text(x, "address")), &who));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, add(x, &who, name));
}

/* Nobody takes the right from themselves by mistake: another administrator must. */
static err set_admin(struct order *x, struct person_row *p)
{
	bool yes = str_eq(order_text(x, "admin"), STR("yes"));
	if (!yes && p->id == x->by.person)
		return FAIL(ERR_DENIED, "another administrator must take that from you");
	if (!yes)
		TRY(person_admin_may_go(x->books, x->a, p->id));
	p->admin = yes;
	return OK;
}

static err change(struct order *x)
{
	struct person_row p;
	TRY(person_get(x->books->lists, x->a, person_of(x), &p));
	if (asked(x, "name"))
		TRY(read_name(x, &p.name));
	if (asked(x, "admin"))
		TRY(set_admin(x, &p));
	if (asked(x, "password")) {
		p.password = order_text(x, "password");
		TRY(session_remove_person(x->books->lists, p.id, STR("")));
	}
	TRY(person_change(x->books->lists, &p));
	return books_audit(x->books, &x->by, 0, STR("account changed"), p.name);
}

err order_person_change(struct order *x)
{
	bool mine;
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, change(x));
}

err order_person_remove(struct order *x)
{
	if (person_of(x) == x->by.person)
		return FAIL(ERR_DENIED, "another administrator must remove you");
	return person_close(x->books, x->a, person_of(x), &x->by);
}

err order_person_address(struct order *x)
{
	struct address who;
	struct address_row row;
	TRY(address_parse(x->a, str_trim(order_text(x, "address")), &who));
	err e = address_find(x->books->lists, x->a, address_key(x->a, &who), &row);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	return !e.kind && row.person != person_of(x)
			       && str_eq(order_text(x, "absorb"), STR("yes"))
		       ? person_merge(x->books, x->a, person_of(x), row.person, &x->by)
		       : person_take_address(x->books, x->a, person_of(x), &who, &x->by);
}

static err person_of_its_own(struct order *x, int64_t *id)
{
	struct person_row p;
	str name;
	TRY(read_name(x, &name));
	TRY(person_add(x->books->lists, name, clock_now(), id));
	TRY(person_get(x->books->lists, x->a, *id, &p));
	p.password = order_text(x, "password");
	return person_change(x->books->lists, &p);
}

/* Who is left without an address is nobody any more, and their name goes with it. */
static err give(struct order *x, const struct address_row *row)
{
	struct address_row *left;
	size_t n;
	int64_t to = person_of(x);
	TRY(address_of_person(x->books->lists, x->a, row->person, &left, &n));
	if (n == 1 && row->person == x->by.person && to != row->person)
		return FAIL(ERR_DENIED, "another administrator must take that from you");
	if (n == 1 && to != row->person)
		TRY(person_admin_may_go(x->books, x->a, row->person));
	if (!to)
		TRY(person_of_its_own(x, &to));
	TRY(address_move(x->books->lists, row->id, to));
	json_object_set_new(x->result, "person", json_integer(to));
	return books_audit(x->books, &x->by, 0, STR("address given"), row->key);
}

err order_address_person(struct order *x)
{
	struct address_row row;
	bool mine;
	TRY(person_find(x->books, x->a, order_text(x, "address"), &row));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, give(x, &row));
}

/* ---- an address that is there */

static bool is_yes(struct order *x, const char *key)
{
	return str_eq(order_text(x, key), STR("yes"));
}

err order_address_proven(struct order *x)
{
	struct address_row row;
	TRY(person_find(x->books, x->a, order_text(x, "address"), &row));
	return person_prove(x->books, x->a, &row, is_yes(x, "proven"), &x->by);
}

err order_address_prefer(struct order *x)
{
	struct address_row row;
	TRY(person_find(x->books, x->a, order_text(x, "address"), &row));
	return person_prefer_address(x->books, x->a, &row, is_yes(x, "prefer"), &x->by);
}

err order_address_drop(struct order *x)
{
	struct address_row row;
	TRY(person_find(x->books, x->a, order_text(x, "address"), &row));
	return person_drop_address(x->books, x->a, &row, &x->by);
}

/* ---- what they sign in with, and their end */

err order_person_sign_out(struct order *x)
{
	return person_sign_out(x->books, x->a, person_of(x), &x->by);
}

err order_person_totp_off(struct order *x)
{
	return person_totp_off(x->books, x->a, person_of(x), &x->by);
}

err order_person_untoken(struct order *x)
{
	int64_t token = 0;
	str which = order_text(x, "token");
	if (!str_eq(which, STR("all")) && (!str_i64(which, &token) || token < 1))
		return FAIL(ERR_SYNTAX, "say which token, by its number, or all");
	return person_untoken(x->books, x->a, person_of(x), token, &x->by);
}

err order_person_erase(struct order *x)
{
	if (person_of(x) == x->by.person)
		return FAIL(ERR_DENIED, "another administrator must remove you");
	return person_erase(x->books, x->a, person_of(x), STR(""), &x->by);
}
