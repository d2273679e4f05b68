/* Orders that make and unmake lists and domains, and rules about headers. */
#include "lists/orders_inside.h"

#include "lists/owner.h"
#include "lists/pattern.h"
#include "lists/rename.h"
#include "lists/style.h"
#include "store/lists/header_rule.h"

err order_domain_add(struct order *x)
{
	return domain_make(x->books, x->a, order_text(x, "domain"), &x->by);
}

err order_domain_remove(struct order *x)
{
	return domain_unmake(x->books, x->a, order_text(x, "domain"), &x->by);
}

err order_list_create(struct order *x)
{
	int64_t id;
	TRY(list_make(x->books, x->a, order_text(x, "address"), order_text(x, "style"),
		      &x->by, &id));
	json_object_set_new(x->result, "id", json_integer(id));
	return OK;
}

err order_list_remove(struct order *x)
{
	return list_unmake(x->books, x->list, &x->by);
}

err order_list_rename(struct order *x)
{
	return list_call(x->books, x->a, x->list, order_text(x, "address"),
			 str_eq(order_text(x, "new_id"), STR("yes")), &x->by);
}

err order_list_forget(struct order *x)
{
	str address = arena_lower(x->a, str_trim(order_text(x, "address")));
	if (str_eq(address, x->list->address) || !list_is_called(x->list, address))
		return err_in(x->a, ERR_NOTFOUND, "%.*s was not called %.*s",
			      STR_F(x->list->address), STR_F(address));
	return list_let_go(x->books, x->a, address, &x->by);
}

static err read_rule(struct order *x, struct header_rule_row *rule)
{
	*rule = (struct header_rule_row){ .list = x->list->id,
					  .header = str_trim(order_text(x, "header")),
					  .pattern = order_text(x, "pattern"),
					  .action = order_text(x, "action") };
	if (!rule->header.n || str_has(rule->header, ':') || str_has(rule->header, ' '))
		return FAIL(ERR_SYNTAX, "write a header's name, as Subject");
	return OK;
}

static err add_rule(struct order *x, struct header_rule_row *rule)
{
	TRY(header_rule_add(x->books->lists, rule));
	return books_audit(x->books, &x->by, x->list->id, STR("header rule added"),
			   arena_cat(x->a, rule->header, STR(": "), rule->pattern));
}

err order_header_add(struct order *x)
{
	static const char *const actions[] = { "hold", "reject", "discard", "accept" };
	struct header_rule_row rule;
	bool mine, known = false;
	TRY(read_rule(x, &rule));
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		known = known || str_eq(rule.action, str_from(actions[i]));
	if (!known)
		return FAIL(ERR_SYNTAX, "an action is hold, reject, discard or accept");
	TRY(pattern_check_text(x->a, rule.pattern));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, add_rule(x, &rule));
}

static err remove_rule(struct order *x, const struct header_rule_row *rule)
{
	TRY(header_rule_remove(x->books->lists, rule->list, rule->header, rule->pattern));
	return books_audit(x->books, &x->by, x->list->id, STR("header rule removed"),
			   arena_cat(x->a, rule->header, STR(": "), rule->pattern));
}

err order_header_remove(struct order *x)
{
	struct header_rule_row rule;
	bool mine;
	TRY(read_rule(x, &rule));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, remove_rule(x, &rule));
}

err order_site_ban_add(struct order *x)
{
	return ban_put(x->books, x->a, 0, order_text(x, "pattern"),
		       order_text(x, "reason"), &x->by);
}

err order_site_ban_remove(struct order *x)
{
	return ban_lift(x->books, x->a, 0, order_text(x, "pattern"), &x->by);
}
