/* Orders of guests and of people about themselves. */
#include "lists/orders_inside.h"

#include "account/account.h"
#include "lists/confirm.h"
#include "lists/members.h"
#include "lists/notice.h"
#include "store/lists/address.h"
#include "store/lists/member.h"

enum { SIGN_IN_SPAN = 15 * 60, VERIFY_SPAN = 86400 };

static err read_mailbox(struct order *x, struct mailbox *m)
{
	*m = (struct mailbox){ .name = order_text(x, "name") };
	return address_parse(x->a, str_trim(order_text(x, "address")), &m->address);
}

static err send_link(struct order *x, const struct mailbox *to, enum confirm_kind kind,
		     const char *name, str data, int64_t span)
{
	str token;
	TRY(confirm_make(x->o, x->a, kind, NULL, address_key(x->a, &to->address), data,
			 span, &token));
	struct notice_var vars[] = { { "link", arena_cat(x->a, x->o->conf->site_url,
							 STR("/confirm/"), token) } };
	return notice_send(
		x->o, x->a,
		&(struct notice){
			.name = name, .to = *to, .vars = vars, .var_count = 1 });
}

/* The asker is told the same whether the address is known or not, and only known
 * ones are written to: nobody can have strangers mailed. */
err order_sign_in(struct order *x)
{
	struct mailbox to;
	struct address_row known;
	TRY(read_mailbox(x, &to));
	err e = address_find(x->o->lists, x->a, address_key(x->a, &to.address), &known);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	e = send_link(x, &to, CONFIRM_SIGN_IN, "sign-in", STR("{}"), SIGN_IN_SPAN);
	return e.kind == ERR_DENIED ? OK : e;
}

err order_verify(struct order *x)
{
	struct mailbox to;
	TRY(read_mailbox(x, &to));
	return send_link(x, &to, CONFIRM_VERIFY, "verify",
			 arena_printf(x->a, "{\"held\":%lld}", (long long)x->by.person),
			 VERIFY_SPAN);
}

err order_confirm(struct order *x)
{
	int64_t person;
	str says;
	struct confirmation c;
	TRY(confirm_look(x->o, x->a, order_text(x, "token"), &c));
	struct actor by = { .person = x->by.person,
			    .name = x->by.person ? x->by.name : STR("") };
	TRY(confirm_press(x->o, x->a, order_text(x, "token"), order_text(x, "choice"),
			  &by, &person, &says));
	order_says(x, "says", says);
	order_says(x, "kind", str_from(confirm_kind_word(c.kind)));
	order_says(x, "list", c.list ? c.list->name : STR(""));
	json_object_set_new(x->result, "person", json_integer(person));
	return OK;
}

err order_join(struct order *x)
{
	struct mailbox who;
	TRY(read_mailbox(x, &who));
	return member_ask_join(x->o, x->a, x->list, &who, &x->by);
}

err order_leave_ask(struct order *x)
{
	return member_ask_leave(x->o, x->a, x->list, str_trim(order_text(x, "address")),
				&x->by);
}

err order_leave_link(struct order *x)
{
	int64_t member;
	TRY(leave_token_read(x->a, &x->o->mac, x->list, order_text(x, "token"), &member));
	struct actor by = { .name = STR("personal link") };
	err e = member_end_by_id(x->o, x->a, x->list, member, true, &by);
	return e.kind == ERR_NOTFOUND ? OK : e; /* pressed twice: gone is gone */
}

static err own_membership(struct order *x, struct member_row *m)
{
	err e = member_of_person(x->o->lists, x->a, x->list->id, x->by.person, m);
	return e.kind == ERR_NOTFOUND
		       ? err_in(x->a, ERR_NOTFOUND, "you are not a member of %.*s",
				STR_F(x->list->address))
		       : e;
}

err order_leave(struct order *x)
{
	struct member_row m;
	TRY(own_membership(x, &m));
	return member_end_by_id(x->o, x->a, x->list, m.id, true, &x->by);
}

err order_options(struct order *x)
{
	struct member_row m;
	TRY(own_membership(x, &m));
	static const char *const own[] = { "delivery", "own_posts", "copies",
					   "acknowledge", "hidden" };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (json_object_get(x->args, own[i]))
			TRY(member_option(x->a, &m, str_from(own[i]),
					  order_text(x, own[i]), STR("user")));
	TRY(member_change(x->o->lists, &m));
	return office_audit(x->o, &x->by, x->list->id, STR("member options"), m.key);
}
