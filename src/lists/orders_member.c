/* Orders of programs that run a list: who comes in and by which steps. */
#include "lists/orders_inside.h"

#include "account/account.h"
#include "lists/invite.h"
#include "lists/member_choice.h"
#include "lists/member_wish.h"
#include "lists/members.h"
#include "lists/members_inside.h"
#include "lists/preferences.h"
#include "store/lists/address.h"
#include "store/lists/pending.h"

static bool is_yes(struct order *x, const char *key)
{
	return str_eq(order_text(x, key), STR("yes"));
}

static err read_who(struct order *x, struct mailbox *who)
{
	struct mailbox *all;
	size_t n;
	TRY(address_list(x->a, order_text(x, "address"), &all, &n));
	if (n != 1 || !all[0].address.domain.n)
		return err_in(x->a, ERR_SYNTAX, "\"%.*s\" is not one address",
			      STR_F(order_text(x, "address")));
	*who = all[0];
	return OK;
}

/* Whether somebody has shown that the address is theirs. */
static err is_proven(struct order *x, const struct mailbox *who, bool *yes)
{
	struct address_row row;
	err e = address_find(x->books->lists, x->a, address_key(x->a, &who->address),
			     &row);
	*yes = !e.kind && row.verified_at;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* That an address is proven is the whole site's matter: an owner's word lets its member
 * in, an administrator's makes it so. */
static err vouches(struct order *x, bool *yes)
{
	struct viewer v;
	TRY(account_viewer(x->a, x->books->lists, x->by.person, 0, &v));
	*yes = v.admin && is_yes(x, "proven");
	return OK;
}

err order_subscribe(struct order *x)
{
	struct mailbox who;
	struct settings s;
	bool proven, vouched, waits = false;
	TRY(read_who(x, &who));
	TRY(is_proven(x, &who, &proven));
	TRY(vouches(x, &vouched));
	TRY(settings_load(x->books->lists, x->a, x->list->id, &s));
	bool asks = setting_is(s.subscription_policy, "confirm")
		    || setting_is(s.subscription_policy, "confirm_then_moderate");
	bool known = proven || is_yes(x, "proven");
	bool asked = !known || (asks && !is_yes(x, "confirmed"));
	bool waiting = policy_moderates(s.subscription_policy) && !is_yes(x, "approved");
	order_says(x, "waits_for", STR("subscriber"));
	if (asked || waiting || (s.send_welcome_message && !is_yes(x, "quiet")))
		TRY(invite_count(x->books, x->a, x->list, &who, &x->by));
	struct member_wish wish = { 0 };
	if (is_yes(x, "follows"))
		TRY(member_wish_follow(x->books, x->a, address_key(x->a, &who.address),
				       &wish));
	if (asked)
		return member_ask_join(x->books, x->a, x->list, &who, &wish, false,
				       &x->by);
	struct member_entry how = { .vouched = vouched,
				    .approved = is_yes(x, "approved"),
				    .quiet = is_yes(x, "quiet"),
				    .wish = wish };
	TRY(member_enter(x->books, x->a, x->list, &who, &how, &x->by, &waits));
	order_says(x, "waits_for", waits ? STR("moderator") : STR(""));
	return OK;
}

err order_asked_drop(struct order *x)
{
	int64_t id = json_integer_value(json_object_get(x->args, "id"));
	struct pending_row *rows;
	size_t n;
	TRY(pending_list(x->books->lists, x->a, STR("join"), x->list->id, 0, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		if (rows[i].id != id)
			continue;
		TRY(pending_drop_id(x->books->lists, id));
		return books_audit(x->books, &x->by, x->list->id,
				   STR("confirmation dropped"), rows[i].address);
	}
	return FAIL(ERR_NOTFOUND, "nobody was asked under that number");
}

static err change(struct order *x, struct member_row *m)
{
	const char *key;
	json_t *value;
	static const char *const hands[] = { "user", "moderator", "bounces" };
	str by = STR("moderator");
	for (size_t i = 0; i < sizeof hands / sizeof *hands; i++)
		if (str_eq(order_text(x, "by"), str_from(hands[i])))
			by = str_from(hands[i]);
	json_object_foreach(json_object_get(x->args, "set"), key, value)
	{
		str word = str_from(json_string_value(value));
		TRY(member_option(x->a, m, str_from(key), word, by));
		if (!str_eq(word, STR("usual")))
			m->pinned |= preferences_bits(str_from(key), word);
	}
	TRY(member_choice_check(x->books->lists, x->a, m));
	TRY(member_change(x->books->lists, m));
	return books_audit(x->books, &x->by, x->list->id, STR("member changed"), m->key);
}

err order_member_prefer(struct order *x)
{
	struct member_row m;
	struct mailbox who;
	bool mine;
	TRY(read_who(x, &who));
	TRY(member_find(x->books->lists, x->a, x->list->id,
			address_key(x->a, &who.address), &m));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, change(x, &m));
}
