/* The order about posts of a list's archive. */
#include "lists/orders_inside.h"

#include "lists/redact.h"

/* A number, or the address of a post's page that ends in it: /lists/dev/17, /lists/dev/t/17. */
static int64_t number_of(str text)
{
	str before, last;
	int64_t n = 0;
	text = str_trim(text);
	if (str_cut(text, '#', &before, &last))
		text = before.n ? before : last;
	if (str_cut_last(text, '/', &before, &last))
		text = last;
	return str_i64(text, &n) && n > 0 ? n : 0;
}

err order_redact(struct order *x)
{
	struct redaction r = {
		.list = x->list,
		.number = number_of(order_text(x, "number")),
		.what = order_text(x, "do"),
		.reason = order_text(x, "reason"),
		.address = order_text(x, "address"),
		.all = str_eq(order_text(x, "all"), STR("yes")),
		.under = number_of(order_text(x, "under")),
	};
	if (!str_i64(order_text(x, "part"), &r.part))
		r.part = -1;
	TRY(list_redact(x->books, x->a, &r, &x->by));
	json_object_set_new(x->result, "n", json_integer(r.changed));
	order_says(x, "as", arena_cat(x->a, STR("redact_"), r.what));
	return OK;
}
