/* Orders of those who run a list. */
#include "lists/orders_inside.h"

#include "base/clock.h"
#include "lists/borrow.h"
#include "lists/invite.h"
#include "lists/members.h"
#include "lists/owner.h"
#include "lists/roster_batch.h"
#include "lists/term.h"

enum { LINES_AT_ONCE = 100 }; /* in one transaction: a sync for all of them */

/* One address, with or without a name: "Anna <anna@uni.example>". */
static err read_line(struct order *x, str line, struct mailbox *m)
{
	struct mailbox *list;
	size_t n;
	TRY(address_list(x->a, line, &list, &n));
	if (n != 1 || !list[0].address.domain.n)
		return err_in(x->a, ERR_SYNTAX, "\"%.*s\" is not one address",
			      STR_F(line));
	*m = list[0];
	return OK;
}

static err read_day(struct order *x, const char *key, int64_t *day)
{
	return day_read(order_text(x, key), day)
		       ? OK
		       : err_in(x->a, ERR_SYNTAX, "%s: a day is written as 2026-12-31",
				key);
}

static err invite_one(struct order *x, const struct mailbox *who)
{
	str days = order_text(x, "days");
	struct invitation i = { .words = order_text(x, "words") };
	if (days.n && (!str_i64(days, &i.days) || i.days < 1))
		return err_in(x->a, ERR_SYNTAX, "an invitation is good for 1 to %d days",
			      INVITE_DAYS_MAX);
	return member_invite(x->books, x->a, x->list, who, &i, &x->by);
}

/* Who begins on a later day is welcomed, and counted, then. */
static err count_welcome(struct order *x, const struct mailbox *who, bool welcome,
			 const struct term *t)
{
	struct settings s;
	if (!welcome || t->first > clock_now())
		return OK;
	TRY(settings_load(x->books->lists, x->a, x->list->id, &s));
	return s.send_welcome_message ? invite_count(x->books, x->a, x->list, who, &x->by)
				      : OK;
}

static err add_one(struct order *x, str line)
{
	struct mailbox who;
	str how = order_text(x, "how");
	TRY(read_line(x, line, &who));
	if (str_eq(how, STR("invite")))
		return invite_one(x, &who);
	struct term t = { 0 };
	TRY(read_day(x, "from", &t.first));
	TRY(read_day(x, "until", &t.last));
	bool welcome = str_eq(how, STR("welcome"));
	TRY(count_welcome(x, &who, welcome, &t));
	return member_admit_for(x->books, x->a, x->list, &who, &t, welcome, &x->by);
}

err order_tally(struct order *x, err e, json_t *wrong, int64_t *n)
{
	if (err_is_passing(e))
		return e;
	if (e.kind)
		json_array_append_new(wrong, json_string(e.msg));
	else
		++*n;
	json_object_set_new(x->result, "n", json_integer(*n));
	return OK;
}

typedef err line_fn(struct order *x, str line);

static err some_lines(struct order *x, str *rest, line_fn *one, json_t *wrong, int64_t *n)
{
	str line;
	for (int i = 0; i < LINES_AT_ONCE && str_line(rest, &line); i++) {
		line = str_trim(line);
		if (line.n)
			TRY(order_tally(x, one(x, line), wrong, n));
	}
	return OK;
}

/* Each line stands for itself: what is wrong is listed, what is right is done. */
static err each_line(struct order *x, line_fn *one)
{
	str rest = order_text(x, "addresses");
	json_t *wrong = json_array();
	int64_t n = 0;
	json_object_set_new(x->result, "wrong", wrong);
	while (rest.n) {
		TRY(book_begin(x->books->lists));
		TRY(book_end(x->books->lists, some_lines(x, &rest, one, wrong, &n)));
	}
	return OK;
}

err order_member_add(struct order *x)
{
	order_says(x, "as",
		   str_eq(order_text(x, "how"), STR("invite")) ? STR("member_invite")
							       : STR("member_add"));
	return each_line(x, add_one);
}

static err withdraw_one(struct order *x, str line)
{
	return invite_withdraw(x->books, x->a, x->list, line, &x->by);
}

err order_invite_withdraw(struct order *x)
{
	return each_line(x, withdraw_one);
}

static err drop_one(struct order *x, str line)
{
	return member_plan_drop(x->books, x->a, x->list, line, &x->by);
}

err order_plan_drop(struct order *x)
{
	return each_line(x, drop_one);
}

static err nonmember_one(struct order *x, str line)
{
	return nonmember_configure(x->books, x->a, x->list, line, order_text(x, "action"),
				   &x->by);
}

err order_nonmember_set(struct order *x)
{
	return each_line(x, nonmember_one);
}

static err remove_one(struct order *x, str line)
{
	return member_end(x->books, x->a, x->list, line,
			  str_eq(order_text(x, "notice"), STR("yes")), &x->by);
}

err order_member_remove(struct order *x)
{
	return each_line(x, remove_one);
}

err order_member_batch(struct order *x)
{
	int64_t id = json_integer_value(json_object_get(x->args, "batch"));
	str what = order_text(x, "do");
	if (str_eq(what, STR("stop")))
		return batch_stop(x->books, x->a, x->list, id, &x->by);
	return str_eq(what, STR("drop"))
		       ? batch_drop(x->books, x->a, x->list, id)
		       : batch_begin(x->books, x->a, x->list, id, &x->by);
}

static err set_many(struct order *x, str line)
{
	const char *key;
	json_t *value, *wanted = json_object_get(x->args, "set");
	struct assignment *set = arena_zero(x->a, json_object_size(wanted) * sizeof *set);
	size_t n = 0;
	json_object_foreach(wanted, key, value)
	{
		if (!json_is_string(value))
			return err_in(x->a, ERR_SYNTAX, "%s is no text", key);
		set[n++] = (struct assignment){ str_from(key),
						str_from(json_string_value(value)) };
	}
	return member_configure(x->books, x->a, x->list, line, set, n, &x->by);
}

static err set_one(struct order *x, str line)
{
	str why = order_text(x, "why");
	struct assignment set[] = { { order_text(x, "key"), order_text(x, "value") },
				    { STR("why"), why } };
	return member_configure(x->books, x->a, x->list, line, set, why.n ? 2 : 1,
				&x->by);
}

err order_member_set(struct order *x)
{
	return each_line(x, json_object_get(x->args, "set") ? set_many : set_one);
}

err order_assignments(struct order *x, struct assignment **set, size_t *count)
{
	const char *key;
	json_t *value, *wanted = json_object_get(x->args, "set");
	size_t n = 0;
	*set = arena_zero(x->a, (json_object_size(wanted) + 1) * sizeof **set);
	json_object_foreach(wanted, key, value)
	{
		if (!json_is_string(value))
			return err_in(x->a, ERR_SYNTAX, "%s is no text", key);
		(*set)[n++] = (struct assignment){ str_from(key),
						   str_from(json_string_value(value)) };
	}
	*count = n;
	return OK;
}

err order_settings(struct order *x)
{
	struct assignment *set;
	size_t n;
	TRY(order_assignments(x, &set, &n));
	for (size_t i = 0; i < n; i++)
		TRY(borrow_check(x->books, x->a, x->list, x->by.person, &set[i]));
	return list_configure(x->books, x->a, x->list->id, set, n, &x->by);
}

err order_role_add(struct order *x)
{
	return role_give(x->books, x->a, x->list->id, order_text(x, "role"),
			 order_text(x, "address"), false, &x->by);
}

err order_role_remove(struct order *x)
{
	return role_take(x->books, x->a, x->list->id, order_text(x, "role"),
			 order_text(x, "address"), &x->by);
}

err order_ban_add(struct order *x)
{
	return ban_put(x->books, x->a, x->list->id, order_text(x, "pattern"),
		       order_text(x, "reason"), &x->by);
}

err order_ban_remove(struct order *x)
{
	return ban_lift(x->books, x->a, x->list->id, order_text(x, "pattern"), &x->by);
}
