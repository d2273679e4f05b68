/* Orders of moderators: held posts, requests to join. */
#include "lists/orders_inside.h"

#include "base/clock.h"
#include "lists/decide.h"
#include "lists/members.h"
#include "lists/moderate.h"
#include "store/lists/held.h"

enum { HELD_AT_ONCE = 500 };

typedef err one_fn(struct order *x, struct arena *a, int64_t id);

/* Numbers are only good on the order's own list: its moderators judge no other's. */
static err held_one(struct order *x, struct arena *a, int64_t id)
{
	TRY(held_belongs(x->books, a, id, x->list->id));
	return held_decide(x->books, a, id, order_text(x, "verdict"),
			   order_text(x, "reason"), &x->by);
}

static err request_one(struct order *x, struct arena *a, int64_t id)
{
	TRY(request_belongs(x->books, a, id, x->list->id));
	return request_decide(x->books, a, id, order_text(x, "verdict"),
			      order_text(x, "reason"), &x->by);
}

struct counted {
	json_t *wrong;
	int64_t n;
};

static struct counted counting(struct order *x)
{
	struct counted c = { json_array(), 0 };
	json_object_set_new(x->result, "wrong", c.wrong);
	json_object_set_new(x->result, "n", json_integer(0));
	return c;
}

/* Each stands for itself, with memory of its own: a post may be large. */
static err count_one(struct order *x, one_fn *one, int64_t id, struct counted *c)
{
	ARENA(own);
	err e = order_tally(x, one(x, own, id), c->wrong, &c->n);
	if (e.kind) /* its words are in memory that goes */
		e.msg = arena_z(x->a, str_from(e.msg));
	return e;
}

static err each_id(struct order *x, one_fn *one)
{
	size_t i;
	struct counted c = counting(x);
	json_t *id, *ids = json_object_get(x->args, "ids");
	json_array_foreach(ids, i, id) TRY(count_one(x, one, json_integer_value(id), &c));
	return OK;
}

/* What another moderator looks at is left to them. */
static err decide_unclaimed(struct order *x, const struct held_row *h, struct counted *c)
{
	str who = held_claimant(h, clock_now());
	if (!who.n || str_eq(who, x->by.name))
		return count_one(x, held_one, h->id, c);
	return order_tally(x,
			   err_in(x->a, ERR_DENIED, "%.*s looks at post %lld: left out",
				  STR_F(who), (long long)h->id),
			   c->wrong, &c->n);
}

/* All that waited when the page was made, or all of one author; nothing that came since,
 * which nobody has seen. */
static err each_waiting(struct order *x)
{
	struct held_row *h;
	size_t n;
	struct counted c = counting(x);
	str author = order_text(x, "author");
	int64_t last = json_integer_value(json_object_get(x->args, "last"));
	if (str_eq(order_text(x, "of"), STR("author")) && !author.n)
		return FAIL(ERR_SYNTAX, "of which author?");
	TRY(held_some(x->books->lists, x->a, x->list->id, author, 0, last, HELD_AT_ONCE,
		      &h, &n));
	for (size_t i = 0; i < n; i++)
		TRY(decide_unclaimed(x, &h[i], &c));
	return OK;
}

err order_held(struct order *x)
{
	str verdict = order_text(x, "verdict"), of = order_text(x, "of");
	const struct decision_row *row = decision_find(verdict);
	if (!row)
		return err_in(x->a, ERR_SYNTAX, "choose one of %.*s",
			      STR_F(decision_words(x->a)));
	if (!row->ends)
		order_says(x, "as", arena_cat(x->a, STR("held_"), verdict));
	return of.n ? each_waiting(x) : each_id(x, held_one);
}

err order_request(struct order *x)
{
	return each_id(x, request_one);
}
