/* Orders about the address of a membership, and about what holds for all of somebody's. */
#include "lists/orders_inside.h"

#include "lists/member_address.h"
#include "lists/preferences.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

static err read_mailbox(struct order *x, const char *key, struct mailbox *m)
{
	*m = (struct mailbox){ .name = STR("") };
	return address_parse(x->a, str_trim(order_text(x, key)), &m->address);
}

static bool is_yes(struct order *x, const char *key)
{
	return str_eq(order_text(x, key), STR("yes"));
}

static err own_address(struct order *x, const char *key, struct address_row *row)
{
	struct mailbox m;
	TRY(read_mailbox(x, key, &m));
	err e = address_find(x->books->lists, x->a, address_key(x->a, &m.address), row);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	return !e.kind && row->person == x->by.person
		       ? OK
		       : FAIL(ERR_NOTFOUND, "this is no address of your account");
}

/* ---- at another address */

/* {"n": 2, "as": which words a page says, "wrong": ["…"]} */
static void says_changed(struct order *x, const struct address_changed *on, size_t n)
{
	json_t *wrong = json_array();
	bool merged = false;
	json_int_t done = 0;
	for (size_t i = 0; i < n; i++) {
		str why = on[i].refused;
		if (why.n)
			json_array_append_new(wrong, json_stringn(why.p, why.n));
		done += !why.n;
		merged = merged || on[i].merged;
	}
	json_object_set_new(x->result, "n", json_integer(done));
	json_object_set_new(x->result, "wrong", wrong);
	if (merged)
		order_says(x, "as", STR("address_merged"));
}

err order_address_change(struct order *x)
{
	struct address_row from;
	struct address_change c = { 0 };
	struct address_changed *on;
	size_t n;
	bool asked;
	str list = order_text(x, "list");
	TRY(own_address(x, "from", &from));
	c.from = from.key;
	c.list = list.n ? addressbook_list(x->books->addresses, list) : NULL;
	if (list.n && !c.list)
		return err_in(x->a, ERR_NOTFOUND, "no list %.*s", STR_F(list));
	if (is_yes(x, "preferred")) {
		TRY(member_check_own(x->books, x->a, c.from, x->by.person));
		return member_follow_preferred(x->books, x->a, c.list, c.from, &x->by);
	}
	TRY(read_mailbox(x, "address", &c.to));
	TRY(member_change_own(x->books, x->a, &c, &x->by, &on, &n, &asked));
	json_object_set_new(x->result, "asked", json_boolean(asked));
	if (asked)
		order_says(x, "as", STR("address_asked"));
	else
		says_changed(x, on, n);
	return OK;
}

err order_member_move(struct order *x)
{
	struct mailbox from;
	struct address_change c = { .list = x->list, .tell = true };
	struct address_changed *on;
	size_t n;
	TRY(read_mailbox(x, "address", &from));
	TRY(read_mailbox(x, "to", &c.to));
	c.from = address_key(x->a, &from.address);
	TRY(member_change_address(x->books, x->a, &c, &x->by, &on, &n));
	says_changed(x, on, n);
	return OK;
}

static err prefer(struct order *x, const struct address_row *row)
{
	if (!row->verified_at)
		return FAIL(ERR_DENIED, "that address is not shown to be yours");
	TRY(person_prefer(x->books->lists, row->person, row->id));
	TRY(books_audit(x->books, &x->by, 0, STR("address preferred"), row->key));
	return member_preferred_changed(x->books, x->a, row->person, &x->by);
}

err order_prefer(struct order *x)
{
	struct address_row row;
	bool mine;
	TRY(own_address(x, "address", &row));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, prefer(x, &row));
}

/* ---- for all of somebody's lists */

enum { WISHES = 16 };

err order_preferences(struct order *x)
{
	static const char *const own[] = { "delivery", "own_posts", "copies",
					   "acknowledge", "hidden" };
	struct preference p = { .person = x->by.person };
	struct assignment set[WISHES];
	struct preferences_wish wish = { .set = set, .form = true };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (json_object_get(x->args, own[i]))
			set[wish.n++] = (struct assignment){ str_from(own[i]),
							     order_text(x, own[i]) };
	return preferences_change(x->books, x->a, &p, &wish, &x->by);
}

static err find_whose(struct order *x, struct preference *p)
{
	struct mailbox m;
	struct address_row row;
	*p = (struct preference){ .person = json_integer_value(
					  json_object_get(x->args, "person")) };
	if (p->person)
		return OK;
	TRY(read_mailbox(x, "address", &m));
	TRY(address_find(x->books->lists, x->a, address_key(x->a, &m.address), &row));
	p->address = row.id;
	return OK;
}

err order_preferences_set(struct order *x)
{
	const char *key;
	json_t *value;
	struct preference p;
	struct assignment set[WISHES];
	struct preferences_wish wish = { .set = set };
	TRY(find_whose(x, &p));
	json_object_foreach(json_object_get(x->args, "set"), key, value)
	{
		if (wish.n == WISHES)
			return FAIL(ERR_LIMIT, "that is more than there are");
		set[wish.n++] = (struct assignment){ str_from(key),
						     str_from(json_string_value(value)) };
	}
	return preferences_change(x->books, x->a, &p, &wish, &x->by);
}
