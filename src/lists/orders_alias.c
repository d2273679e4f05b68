/* Orders about addresses beside the lists. */
#include "lists/orders_inside.h"

#include "lists/aliases.h"

enum { TARGETS_MAX = 100 };

err order_alias_set(struct order *x)
{
	str line, rest = order_text(x, "targets"), targets[TARGETS_MAX];
	size_t n = 0;
	while (str_line(&rest, &line)) {
		if (!str_trim(line).n)
			continue;
		if (n == TARGETS_MAX)
			return FAIL(ERR_SYNTAX,
				    "an alias has at most 100 targets: make a "
				    "list instead");
		targets[n++] = str_trim(line);
	}
	return alias_point(x->books, x->a, order_text(x, "address"), targets, n, &x->by);
}

err order_alias_remove(struct order *x)
{
	return alias_drop(x->books, x->a, order_text(x, "address"), &x->by);
}
