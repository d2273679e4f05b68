/* The order about a list's digests. */
#include "lists/orders_inside.h"

#include "base/clock.h"
#include "lists/digest.h"

static bool wants(struct order *x, const char *key)
{
	return str_eq(order_text(x, key), STR("yes"));
}

static err audit(struct order *x, str what)
{
	return books_audit(x->books, &x->by, x->list->id, what, x->list->address);
}

err order_digest(struct order *x)
{
	int64_t issues = 0;
	if (wants(x, "bump")) {
		TRY(digest_bump(x->books, x->a, x->list->id, clock_now()));
		TRY(audit(x, STR("digest volume begun")));
	}
	if (wants(x, "send")) {
		TRY(digest_send(x->books, x->a, x->list->id, clock_now(), &issues));
		TRY(audit(x, STR("digest sent")));
	}
	json_object_set_new(x->result, "n", json_integer(issues));
	return OK;
}
