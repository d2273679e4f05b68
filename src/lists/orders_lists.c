/* Orders that make and unmake lists and domains, and rules about headers. */
#include "lists/orders_inside.h"

#include "lists/domains.h"
#include "lists/header_match.h"
#include "lists/owner.h"
#include "lists/rename.h"
#include "lists/style.h"

static err set_domain(struct order *x)
{
	static const char *const keys[] = { "description", "alias_domain" };
	struct assignment set[sizeof keys / sizeof *keys];
	size_t n = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_is_string(json_object_get(x->args, keys[i])))
			set[n++] = (struct assignment){ str_from(keys[i]),
							order_text(x, keys[i]) };
	return domain_configure(x->books, x->a, order_text(x, "domain"), set, n, &x->by);
}

static err add_domain(struct order *x)
{
	str domain = order_text(x, "domain"), rest = order_text(x, "owners"), line;
	TRY(domain_make(x->books, x->a, domain, &x->by));
	if (order_text(x, "description").n || order_text(x, "alias_domain").n)
		TRY(set_domain(x));
	while (str_line(&rest, &line))
		TRY(domain_owner_give(x->books, x->a, domain, line, false, &x->by));
	return OK;
}

err order_domain_add(struct order *x)
{
	bool mine;
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, add_domain(x));
}

err order_domain_remove(struct order *x)
{
	return domain_unmake(x->books, x->a, order_text(x, "domain"), &x->by);
}

err order_domain_set(struct order *x)
{
	return set_domain(x);
}

err order_domain_owner_add(struct order *x)
{
	return domain_owner_give(x->books, x->a, order_text(x, "domain"),
				 order_text(x, "address"), false, &x->by);
}

err order_domain_owner_remove(struct order *x)
{
	return domain_owner_take(x->books, x->a, order_text(x, "domain"),
				 order_text(x, "address"), &x->by);
}

/* Which lists a setting of a new list may name asks whoever owns it, later. */
static err check_named(const struct assignment *set, size_t n)
{
	static const char *const plain[] = {
		"display_name", "description",    "subscription_policy",
		"advertised",   "archive_policy", "preferred_language"
	};
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
			known = known || str_eq(set[i].key, str_from(plain[k]));
		if (!known)
			return FAIL(ERR_SYNTAX, "a new list begins with its name, "
						"description, language and who may see, "
						"read and join; the rest is set on it");
	}
	return OK;
}

err order_list_create(struct order *x)
{
	int64_t id;
	struct assignment *set;
	struct new_list how = { .style = order_text(x, "style"),
				.owner = str_trim(order_text(x, "owner")) };
	TRY(order_assignments(x, &set, &how.count));
	TRY(check_named(set, how.count));
	how.set = set;
	TRY(list_make(x->books, x->a, order_text(x, "address"), &how, &x->by, &id));
	json_object_set_new(x->result, "id", json_integer(id));
	return OK;
}

err order_list_remove(struct order *x)
{
	return list_unmake(x->books, x->list,
			   str_eq(order_text(x, "archive"), STR("purge")), &x->by);
}

/* Into a domain in which they may make one. */
err order_list_rename(struct order *x)
{
	TRY(order_may_in(x, RIGHT_list_create, order_text(x, "address")));
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

static struct header_rule_row read_rule(struct order *x)
{
	struct header_rule_row rule = { .list = x->list ? x->list->id : 0,
					.header = str_trim(order_text(x, "header")),
					.pattern = order_text(x, "pattern"),
					.action = order_text(x, "action"),
					.reason = order_text(x, "reason"),
					.tag = order_text(x, "tag") };
	(void)str_i64(order_text(x, "id"), &rule.id);
	return rule;
}

err order_header_add(struct order *x)
{
	struct header_rule_row rule = read_rule(x);
	TRY(header_match_put(x->books, x->a, &rule, &x->by));
	json_object_set_new(x->result, "id", json_integer(rule.id));
	return OK;
}

err order_header_remove(struct order *x)
{
	struct header_rule_row rule = read_rule(x);
	return header_match_drop(x->books, x->a, &rule, &x->by);
}

err order_header_move(struct order *x)
{
	uint64_t place;
	if (!str_u64(order_text(x, "place"), &place))
		return FAIL(ERR_SYNTAX, "a place is a number; 0 is the first");
	return header_match_move(x->books, x->a, x->list ? x->list->id : 0,
				 read_rule(x).id, place, &x->by);
}

err order_site_header_add(struct order *x)
{
	return order_header_add(x);
}

err order_site_header_remove(struct order *x)
{
	return order_header_remove(x);
}

err order_site_header_move(struct order *x)
{
	return order_header_move(x);
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
