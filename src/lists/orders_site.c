/* Orders of those who run the server. */
#include "lists/orders_inside.h"

#include "lists/steer.h"

err order_queue(struct order *x)
{
	struct steering s = { .act = order_text(x, "do"),
			      .reason = order_text(x, "reason") };
	int64_t n;
	TRY(steer_read(x->a, order_text(x, "what"), &s.what));
	TRY(steer(x->books, x->a, &s, &x->by, &n));
	order_says(x, "as", arena_cat(x->a, STR("queue_"), s.act));
	json_object_set_new(x->result, "n", json_integer(n));
	return OK;
}
