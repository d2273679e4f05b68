/* Orders of those who run a list. */
#include "lists/orders_inside.h"

#include "base/buf.h"
#include "base/clock.h"
#include "lists/members.h"
#include "lists/moderate.h"
#include "lists/pattern.h"
#include "store/lists/address.h"
#include "store/lists/ban.h"
#include "store/lists/role.h"

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

static err add_one(struct order *x, str line)
{
	struct mailbox who;
	str how = order_text(x, "how");
	TRY(read_line(x, line, &who));
	if (str_eq(how, STR("invite")))
		return member_invite(x->books, x->a, x->list, &who, &x->by);
	return member_admit(x->books, x->a, x->list, &who, str_eq(how, STR("welcome")),
			    &x->by);
}

/* What of several was possible: {"n": 2, "wrong": ["…"]}. */
static err count_one(struct order *x, err e, json_t *wrong, int64_t *n)
{
	if (e.kind == ERR_TEMP || e.kind == ERR_IO)
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
			TRY(count_one(x, one(x, line), wrong, n));
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
		err e = some_lines(x, &rest, one, wrong, &n);
		if (e.kind) {
			book_rollback(x->books->lists);
			return e;
		}
		TRY(book_commit(x->books->lists));
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

static err remove_one(struct order *x, str line)
{
	return member_end(x->books, x->a, x->list, line, false, &x->by);
}

err order_member_remove(struct order *x)
{
	return each_line(x, remove_one);
}

static err set_one(struct order *x, str line)
{
	struct member_row m;
	struct address who;
	TRY(address_parse(x->a, line, &who));
	TRY(member_find(x->books->lists, x->a, x->list->id, address_key(x->a, &who), &m));
	TRY(member_option(x->a, &m, order_text(x, "key"), order_text(x, "value"),
			  STR("moderator")));
	TRY(member_change(x->books->lists, &m));
	return books_audit(x->books, &x->by, x->list->id, STR("member changed"),
			   arena_cat(x->a, m.key, STR(": "), order_text(x, "key"),
				     STR(" = "), order_text(x, "value")));
}

err order_member_set(struct order *x)
{
	return each_line(x, set_one);
}

static err put_settings(struct order *x)
{
	const char *key;
	json_t *value, *set = json_object_get(x->args, "set");
	BUF(names);
	json_object_foreach(set, key, value)
	{
		if (!setting_find(str_from(key)) || !json_is_string(value))
			return err_in(x->a, ERR_SYNTAX, "no setting \"%s\"", key);
		TRY(setting_put(x->books->lists, x->a, x->list->id, str_from(key),
				str_from(json_string_value(value))));
		buf_addf(&names, " %s", key);
	}
	return books_audit(x->books, &x->by, x->list->id, STR("settings changed"),
			   str_trim(buf_str(&names)));
}

/* All or nothing. */
err order_settings(struct order *x)
{
	TRY(book_begin(x->books->lists));
	err e = put_settings(x);
	if (!e.kind)
		return book_commit(x->books->lists);
	book_rollback(x->books->lists);
	return e;
}

static err check_role(struct order *x)
{
	str role = order_text(x, "role");
	return str_eq(role, STR("owner")) || str_eq(role, STR("moderator"))
		       ? OK
		       : FAIL(ERR_SYNTAX, "a role is owner or moderator");
}

err order_role_add(struct order *x)
{
	struct address who;
	struct address_row row;
	str role = order_text(x, "role");
	TRY(check_role(x));
	TRY(address_parse(x->a, str_trim(order_text(x, "address")), &who));
	TRY(address_ensure(x->books->lists, x->a, address_key(x->a, &who),
			   address_text(x->a, &who), STR(""), clock_now(), &row));
	TRY(role_add(x->books->lists, x->list->id, row.id, role));
	return books_audit(x->books, &x->by, x->list->id,
			   arena_cat(x->a, role, STR(" added")), row.key);
}

/* A list that nobody owns is nobody's to mend. */
static err check_last_owner(struct order *x, int64_t address)
{
	struct role_row *r;
	size_t n, others = 0;
	TRY(role_list(x->books->lists, x->a, x->list->id, &r, &n));
	for (size_t i = 0; i < n; i++)
		others += str_eq(r[i].role, STR("owner")) && r[i].address != address;
	return others ? OK
		      : FAIL(ERR_DENIED, "this is the only owner; add another one first");
}

err order_role_remove(struct order *x)
{
	struct address who;
	struct address_row row;
	str role = order_text(x, "role");
	TRY(check_role(x));
	TRY(address_parse(x->a, str_trim(order_text(x, "address")), &who));
	TRY(address_find(x->books->lists, x->a, address_key(x->a, &who), &row));
	if (str_eq(role, STR("owner")))
		TRY(check_last_owner(x, row.id));
	TRY(role_remove(x->books->lists, x->list->id, row.id, role));
	return books_audit(x->books, &x->by, x->list->id,
			   arena_cat(x->a, role, STR(" removed")), row.key);
}

/* An address is compared in lower case; what stands behind ^ keeps its letters. */
static str ban_pattern(struct order *x)
{
	str pattern = str_trim(order_text(x, "pattern"));
	return str_starts(pattern, STR("^")) ? pattern : arena_lower(x->a, pattern);
}

err order_ban_add(struct order *x)
{
	struct ban_row ban = { .list = x->list->id,
			       .pattern = ban_pattern(x),
			       .reason = str_trim(order_text(x, "reason")),
			       .created_at = clock_now() };
	TRY(pattern_check(x->a, ban.pattern));
	TRY(ban_add(x->books->lists, &ban));
	return books_audit(x->books, &x->by, x->list->id, STR("ban added"), ban.pattern);
}

err order_ban_remove(struct order *x)
{
	str pattern = order_text(x, "pattern");
	TRY(ban_remove(x->books->lists, x->list->id, pattern));
	return books_audit(x->books, &x->by, x->list->id, STR("ban removed"), pattern);
}

/* Numbers are only good on the order's own list: its moderators judge no other's. */
static err held_one(struct order *x, int64_t id)
{
	str verdict = order_text(x, "verdict"), reason = order_text(x, "reason");
	TRY(held_belongs(x->books, x->a, id, x->list->id));
	if (str_eq(verdict, STR("accept")))
		return held_accept(x->books, x->a, id, &x->by);
	if (str_eq(verdict, STR("reject")))
		return held_reject(x->books, x->a, id, reason, &x->by);
	if (str_eq(verdict, STR("discard")))
		return held_discard(x->books, x->a, id, &x->by);
	return FAIL(ERR_SYNTAX, "choose accept, reject or discard");
}

static err request_one(struct order *x, int64_t id)
{
	str verdict = order_text(x, "verdict");
	TRY(request_belongs(x->books, x->a, id, x->list->id));
	if (str_eq(verdict, STR("accept")))
		return request_accept(x->books, x->a, id, &x->by);
	if (str_eq(verdict, STR("reject")))
		return request_reject(x->books, x->a, id, order_text(x, "reason"),
				      &x->by);
	return FAIL(ERR_SYNTAX, "choose accept or reject");
}

static err each_id(struct order *x, err (*one)(struct order *x, int64_t id))
{
	size_t i;
	int64_t n = 0;
	json_t *id, *ids = json_object_get(x->args, "ids"), *wrong = json_array();
	json_object_set_new(x->result, "wrong", wrong);
	json_array_foreach(ids, i, id)
		TRY(count_one(x, one(x, json_integer_value(id)), wrong, &n));
	return OK;
}

err order_held(struct order *x)
{
	return each_id(x, held_one);
}

err order_request(struct order *x)
{
	return each_id(x, request_one);
}
