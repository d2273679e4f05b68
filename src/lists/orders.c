#include "lists/orders_inside.h"

#include "account/account.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/order.h"

enum { ORDER_DEATHS = 3 };

static const struct row {
	const char *kind;
	order_fn *run;
	enum right right;
	enum { SITE, LIST, DOMAIN } of;
} rows[] = {
#define ORDER(kind, right, of, text) { #kind, order_##kind, RIGHT_##right, of },
#include "lists/orders.def"
#undef ORDER
};

bool order_right(const char *kind, enum right *right)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].kind, kind)) {
			*right = rows[i].right;
			return true;
		}
	return false;
}

str order_text(struct order *x, const char *key)
{
	const json_t *v = json_object_get(x->args, key);
	return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) }
				 : STR("");
}

void order_says(struct order *x, const char *key, str value)
{
	json_object_set_new(x->result, key,
			    json_stringn(value.n ? value.p : "", value.n));
}

static err find_list(struct order *x)
{
	str name = order_text(x, "list");
	x->list = addressbook_list(x->books->addresses, name);
	return x->list ? OK : err_in(x->a, ERR_NOTFOUND, "no list %.*s", STR_F(name));
}

/* Of "name@domain", or of a domain alone. */
static str domain_of(struct order *x, str name)
{
	str local, domain;
	name = str_trim(name);
	if (!str_cut_last(name, '@', &local, &domain))
		domain = name;
	return domain_ascii(x->a, arena_lower(x->a, domain));
}

/* Its owner may in it what a list's owner may on the list, and make and remove lists. */
static err stand_in(struct order *x, str domain, struct viewer *v)
{
	int64_t id;
	bool owns = false;
	err e = domain_find(x->books->lists, domain, &id);
	if (e.kind == ERR_NOTFOUND || !x->by.person)
		return OK; /* then its administrator hears what is wrong */
	TRY(e);
	TRY(domain_owner_is(x->books->lists, id, x->by.person, &owns));
	if (owns)
		v->here = WHO_DOMAIN_OWNER;
	return OK;
}

err order_may_in(struct order *x, enum right right, str name)
{
	static const struct right_list none = { WHO_NOBODY, WHO_NOBODY, WHO_NOBODY };
	struct viewer v = { 0 };
	if (x->by.person)
		TRY(account_viewer(x->a, x->books->lists, x->by.person, 0, &v));
	TRY(stand_in(x, domain_of(x, name), &v));
	return right_may(&v, right, &none)
		       ? OK
		       : err_in(x->a, ERR_DENIED, "you may not %s", right_text(right));
}

/* The right is asked for here, where the act is: the page that filed the order
 * may be as careless as it likes. */
static err check_right(struct order *x, const struct row *row)
{
	struct viewer v = { 0 };
	struct right_list of = { 0 };
	struct settings s;
	if (row->of == DOMAIN)
		return order_may_in(x, row->right, order_text(x, "address"));
	if (row->of == LIST) {
		TRY(find_list(x));
		TRY(settings_load(x->books->lists, x->a, x->list->id, &s));
		of = settings_rights(&s);
	}
	if (x->by.person)
		TRY(account_viewer(x->a, x->books->lists, x->by.person,
				   x->list ? x->list->id : 0, &v));
	if (!right_may(&v, row->right, x->list ? &of : NULL))
		return err_in(x->a, ERR_DENIED, "you may not %s", right_text(row->right));
	return OK;
}

static err name_actor(struct order *x)
{
	struct address_row *own;
	size_t n;
	x->by.name = arena_cat(x->a, STR("guest at "), x->row->client);
	x->by.via = str_eq(order_text(x, "via"), STR("API")) ? STR("API") : STR("page");
	if (!x->by.person)
		return OK;
	TRY(address_of_person(x->books->lists, x->a, x->by.person, &own, &n));
	if (n)
		x->by.name = own[0].key;
	return OK;
}

static err run(struct order *x)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_eq(x->row->kind, str_from(rows[i].kind)))
			continue;
		TRY(name_actor(x));
		TRY(check_right(x, &rows[i]));
		return rows[i].run(x);
	}
	return FAIL(ERR_SYNTAX, "an order of no known kind");
}

/* On which the process died so often; other work, and the order behind it, go on. */
static err give_up(struct order *x)
{
	log_error("order-deadly", KS("kind", x->row->kind), KN("order", x->row->id),
		  KZ("do", "report it, with what was asked for"));
	return FAIL(ERR_IO, "the server failed each time it tried this; it is given up. "
			    "Its administrator finds it in the log as order-deadly");
}

static err run_counted(struct order *x)
{
	if (x->row->attempts >= ORDER_DEATHS)
		return give_up(x);
	TRY(order_begin(x->books->lists, x->row->id));
	return run(x);
}

static err finish(struct order *x, err e)
{
	const char *state = !e.kind ? "done"
			    : e.kind == ERR_DENIED || e.kind == ERR_SYNTAX
					    || e.kind == ERR_NOTFOUND
				    ? "refused"
				    : "failed";
	if (e.kind)
		order_says(x, "why", str_from(e.msg));
	char *text = json_dumps(x->result, JSON_COMPACT);
	err closed = order_finish(x->books->lists, x->row->id, str_from(state),
				  text ? str_from(text) : STR("{}"));
	free(text);
	log_info("order-run", KS("kind", x->row->kind), KN("order", x->row->id),
		 KZ("state", state), KS("by", x->by.name));
	return closed;
}

err orders_run(struct books *books, struct arena *a, size_t *ran)
{
	int64_t after = 0;
	(void)a;
	*ran = 0;
	for (;;) {
		ARENA(own);
		struct order_row row;
		bool found;
		TRY(order_next(books->lists, own, after, &row, &found));
		if (!found)
			return OK;
		after = row.id;
		(*ran)++;
		TRY(books_refresh(books));
		struct order x = { .books = books,
				   .a = own,
				   .row = &row,
				   .by = { .person = row.person } };
		x.args = json_loadb(row.args.p, row.args.n, 0, NULL);
		x.result = json_object();
		err e = run_counted(&x);
		/* Our own trouble (busy, full) leaves the order waiting for the next
		 * round. */
		err closed = e.kind == ERR_TEMP ? order_put_off(books->lists, row.id)
						: finish(&x, e);
		json_decref(x.args);
		json_decref(x.result);
		TRY(closed);
	}
}

err order_put(struct book *lists, struct arena *a, const char *kind, json_t *args,
	      int64_t person, str client, int64_t *id)
{
	char *text = json_dumps(args, JSON_COMPACT);
	struct order_row row = { .kind = str_from(kind),
				 .args = arena_copy(a, str_from(text ? text : "{}")),
				 .person = person,
				 .client = client,
				 .created_at = clock_now() };
	free(text);
	TRY(order_file(lists, &row));
	*id = row.id;
	return OK;
}
