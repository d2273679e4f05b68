/* Orders of guests and of people about themselves. */
#include "lists/orders_inside.h"

#include "account/account.h"
#include "base/zone.h"
#include "lists/erase.h"
#include "lists/member_choice.h"
#include "lists/press.h"
#include "lists/members_inside.h"
#include "lists/notice.h"
#include "lists/told.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "store/lists/person.h"

enum { SIGN_IN_SPAN = 15 * 60, VERIFY_SPAN = 86400, NAME_MAX_OCTETS = 200 };

static err read_mailbox(struct order *x, struct mailbox *m)
{
	*m = (struct mailbox){ .name = order_text(x, "name") };
	return address_parse(x->a, str_trim(order_text(x, "address")), &m->address);
}

static err send_link(struct order *x, const struct mailbox *to, enum confirm_kind kind,
		     json_t *data, int64_t span)
{
	str token;
	char *text = json_dumps(data, JSON_COMPACT);
	err e = confirm_make(x->books, x->a, kind, NULL, address_key(x->a, &to->address),
			     text ? str_from(text) : STR("{}"), span, &token);
	free(text);
	json_decref(data);
	if (e.kind)
		return e;
	struct notice_var vars[] = { { "link", arena_cat(x->a, x->books->conf->site_url,
							 STR("/confirm/"), token) } };
	return notice_send(x->books, x->a,
			   &(struct notice){ .name = confirm_kind_word(kind),
					     .to = *to,
					     .vars = vars,
					     .var_count = 1 });
}

/* The asker is told the same whether the address is known or not, and only known
 * ones are written to: nobody can have strangers mailed. */
err order_sign_in(struct order *x)
{
	struct mailbox to;
	struct address_row known;
	str page = order_text(x, "to");
	TRY(read_mailbox(x, &to));
	err e = address_find(x->books->lists, x->a, address_key(x->a, &to.address),
			     &known);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	json_t *data = json_object();
	json_object_set_new(data, "to", json_stringn(page.n ? page.p : "", page.n));
	e = send_link(x, &to, CONFIRM_SIGN_IN, data, SIGN_IN_SPAN);
	return e.kind == ERR_DENIED ? OK : e;
}

err order_verify(struct order *x)
{
	struct mailbox to;
	TRY(read_mailbox(x, &to));
	TRY(member_check_verify(x->books, x->a, address_key(x->a, &to.address),
				x->by.person));
	json_t *data = json_object();
	json_object_set_new(data, "account", json_integer(x->by.person));
	return send_link(x, &to, CONFIRM_VERIFY, data, VERIFY_SPAN);
}

/* The page has changed it already, in the transaction that filed this. */
err order_account_told(struct order *x)
{
	return told_change(
		x->books, x->a, x->by.person,
		&(struct told){ .word = order_text(x, "what"),
				.detail = order_text(x, "detail"),
				.client = x->row->client,
				.source = arena_printf(x->a, "told/%lld",
						       (long long)x->row->id) },
		&x->by);
}

/* Nothing is erased before the button behind the mailed link was pressed. */
err order_erase(struct order *x)
{
	struct address_row *own;
	struct mailbox to = { .name = STR("") };
	size_t n, i = 0;
	TRY(person_may_go(x->books, x->a, x->by.person));
	TRY(address_of_person(x->books->lists, x->a, x->by.person, &own, &n));
	while (i < n && !own[i].verified_at)
		i++;
	if (i == n)
		return FAIL(ERR_DENIED,
			    "no address of the account is shown to be yours: prove one "
			    "first, with the link that your account's page sends there");
	TRY(address_parse(x->a, own[i].text, &to.address));
	json_t *data = json_object();
	json_object_set_new(data, "account", json_integer(x->by.person));
	return send_link(x, &to, CONFIRM_ERASE, data, VERIFY_SPAN);
}

err order_confirm(struct order *x)
{
	struct pressed done;
	struct press p = { .choice = order_text(x, "choice"),
			   .reason = order_text(x, "reason"),
			   .by = { .person = x->by.person,
				   .name = x->by.person ? x->by.name : STR("") } };
	TRY(confirm_press(x->books, x->a, order_text(x, "token"), &p, &done));
	order_says(x, "says", done.says);
	order_says(x, "kind", str_from(confirm_kind_word(done.was.kind)));
	order_says(x, "list", done.was.list ? done.was.list->name : STR(""));
	order_says(x, "to", done.was.to);
	order_says(x, "outcome", str_from(done.outcome));
	json_object_set_new(x->result, "waits", json_boolean(done.waits));
	json_object_set_new(x->result, "leaves", json_boolean(done.leaves));
	json_object_set_new(x->result, "person", json_integer(done.person));
	return OK;
}

/* An address that who is signed in has shown to be theirs. */
static err is_own(struct order *x, str key, bool *yes)
{
	struct address_row row;
	err e = address_find(x->books->lists, x->a, key, &row);
	*yes = !e.kind && x->by.person && row.person == x->by.person && row.verified_at;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err order_join(struct order *x)
{
	struct mailbox who;
	bool proven;
	struct member_wish wish = { .delivery = order_text(x, "delivery"),
				    .language = order_text(x, "language") };
	TRY(read_mailbox(x, &who));
	TRY(is_own(x, address_key(x->a, &who.address), &proven));
	if (proven && str_eq(order_text(x, "follows"), STR("yes")))
		wish.person = x->by.person;
	return proven ? member_ask_join(x->books, x->a, x->list, &who, &wish, true,
					&x->by)
		      : member_ask_join_unproven(x->books, x->a, x->list, &who, &wish,
						 &x->by);
}

err order_leave_ask(struct order *x)
{
	return member_untold(member_ask_leave(x->books, x->a, x->list,
					      str_trim(order_text(x, "address")), false,
					      &x->by));
}

err order_leave_link(struct order *x)
{
	int64_t member;
	TRY(leave_token_read(x->a, &x->books->mac, x->list, order_text(x, "token"),
			     &member));
	struct actor by = { .name = STR("personal link") };
	bool waits = false;
	err e = member_left(x->books, x->a, x->list, member, &by, &waits);
	json_object_set_new(x->result, "waits", json_boolean(waits));
	return e.kind == ERR_NOTFOUND ? OK : e; /* pressed twice: gone is gone */
}

struct own_memberships {
	struct member_row *rows;
	size_t count;
};

/* Under the address that the order names; without one, whichever they are. */
static err find_own(struct order *x, str named, struct own_memberships *own)
{
	size_t n, i = 0;
	struct address address;
	struct member_row *all;
	TRY(member_all_of_person(x->books->lists, x->a, x->list->id, x->by.person, &all,
				 &n));
	*own = (struct own_memberships){ all, n };
	if (named.n) {
		TRY(address_parse(x->a, named, &address));
		str key = address_key(x->a, &address);
		while (i < n && !str_eq(all[i].key, key))
			i++;
		*own = (struct own_memberships){ all + i, i < n };
	}
	return own->count ? OK
			  : err_in(x->a, ERR_NOTFOUND, "you are not a member of %.*s",
				   STR_F(x->list->address));
}

/* Of several none is guessed at: it would be the wrong one that ends. */
static err own_membership(struct order *x, struct member_row *m)
{
	struct own_memberships own;
	TRY(find_own(x, str_trim(order_text(x, "address")), &own));
	if (own.count > 1)
		return FAIL(ERR_SYNTAX, "you are a member under several addresses: say "
					"which of them");
	*m = own.rows[0];
	return OK;
}

err order_leave(struct order *x)
{
	struct own_memberships own;
	bool waits = false;
	if (str_eq(order_text(x, "address"), STR("all"))) {
		TRY(find_own(x, STR(""), &own));
	} else {
		own = (struct own_memberships){ arena_zero(x->a, sizeof *own.rows), 1 };
		TRY(own_membership(x, own.rows));
	}
	for (size_t i = 0; i < own.count; i++) {
		bool one = false;
		TRY(member_left(x->books, x->a, x->list, own.rows[i].id, &x->by, &one));
		waits = waits || one;
	}
	json_object_set_new(x->result, "waits", json_boolean(waits));
	return OK;
}

err order_options(struct order *x)
{
	struct member_row m;
	TRY(own_membership(x, &m));
	static const char *const own[] = { "delivery",    "own_posts",    "copies",
					   "acknowledge", "hidden",       "topics",
					   "language",    "other_topics", "name" };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (json_object_get(x->args, own[i]))
			TRY(member_option(x->a, &m, str_from(own[i]),
					  order_text(x, own[i]), STR("user")));
	TRY(member_choice_check(x->books->lists, x->a, &m));
	TRY(member_change(x->books->lists, &m));
	return books_audit(x->books, &x->by, x->list->id, STR("member options"), m.key);
}

/* With its memberships; the last one stays, or nobody could sign in any more. */
err order_address_remove(struct order *x)
{
	struct address_row *own;
	size_t n, i = 0;
	TRY(address_of_person(x->books->lists, x->a, x->by.person, &own, &n));
	while (i < n && !str_eq(own[i].key, order_text(x, "address")))
		i++;
	if (i == n)
		return FAIL(ERR_NOTFOUND, "this is no address of your account");
	if (n == 1)
		return FAIL(ERR_DENIED,
			    "this is your only address; add another one first");
	TRY(address_remove(x->books->lists, own[i].id));
	return books_audit(x->books, &x->by, 0, STR("address removed"), own[i].key);
}

/* "any": as list and browser say; empty: as it is. */
static err set_language(struct order *x, str wanted, struct person_row *p)
{
	enum language l;
	if (str_eq(wanted, STR("any")))
		p->language = STR("");
	else if (wanted.n && !language_find(wanted, &l))
		return err_in(x->a, ERR_SYNTAX, "no language \"%.*s\"", STR_F(wanted));
	else if (wanted.n)
		p->language = str_from(language_row(l)->name);
	return OK;
}

/* "site": as the site says; empty: as it is. */
static err set_timezone(struct order *x, str wanted, struct person_row *p)
{
	struct zone zone;
	if (str_eq(wanted, STR("site"))) {
		p->timezone = STR("");
	} else if (wanted.n) {
		if (zone_load(x->a, wanted, &zone).kind)
			return err_in(x->a, ERR_SYNTAX,
				      "there is no time zone %.*s: write one such as "
				      "Europe/Berlin",
				      STR_F(wanted));
		p->timezone = wanted;
	}
	return OK;
}

err order_name(struct order *x)
{
	struct person_row p;
	TRY(person_get(x->books->lists, x->a, x->by.person, &p));
	p.name = str_trim(order_text(x, "name"));
	if (p.name.n > NAME_MAX_OCTETS)
		return FAIL(ERR_SYNTAX, "a name has at most 200 octets");
	for (size_t i = 0; i < p.name.n; i++)
		if ((unsigned char)p.name.p[i] < ' ')
			return FAIL(ERR_SYNTAX, "a name is one line of text");
	TRY(set_language(x, order_text(x, "language"), &p));
	TRY(set_timezone(x, str_trim(order_text(x, "timezone")), &p));
	return person_change(x->books->lists, &p);
}
