#include "lists/personal_inside.h"

#include "mail/date.h"
#include "store/lists/audit.h"

void gather_text(json_t *o, const char *key, str text)
{
	json_object_set_new(o, key, json_stringn(text.n ? text.p : "", text.n));
}

void gather_time(struct gathering *g, json_t *o, const char *key, int64_t at)
{
	if (at)
		gather_text(o, key, date_minute(g->a, at));
}

void gather_day(struct gathering *g, json_t *o, const char *key, int64_t at)
{
	if (at)
		gather_text(o, key, date_day(g->a, at));
}

void gather_list(struct gathering *g, json_t *o, int64_t list)
{
	const struct list_entry *l = addressbook_list_by_id(g->books->addresses, list);
	if (l)
		gather_text(o, "list", l->address);
}

json_t *gather_section(struct gathering *g, const char *name)
{
	json_t *rows = json_array();
	json_object_set_new(g->out, name, rows);
	return rows;
}

json_t *gather_row(json_t *rows)
{
	json_t *o = json_object();
	json_array_append_new(rows, o);
	return o;
}

static err add_acts(struct gathering *g)
{
	struct audit_row *x;
	size_t n;
	json_t *rows = gather_section(g, "what_i_did");
	TRY(audit_of_person(g->books->lists, g->a, g->person, ROWS_MAX, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_time(g, o, "at", x[i].at);
		gather_list(g, o, x[i].list);
		gather_text(o, "what", x[i].what);
		gather_text(o, "detail", x[i].detail);
	}
	return OK;
}

static err gather(struct gathering *g)
{
	TRY(address_of_person(g->books->lists, g->a, g->person, &g->own, &g->own_count));
	TRY(gather_account(g));
	TRY(gather_preferences(g));
	TRY(gather_memberships(g));
	TRY(gather_roles(g));
	TRY(gather_marks(g));
	TRY(gather_sign_ins(g));
	TRY(gather_held(g));
	TRY(gather_waiting(g));
	TRY(gather_downloads(g));
	return add_acts(g);
}

err personal_data(struct books *books, struct arena *a, int64_t person, json_t **out)
{
	struct gathering g = {
		.books = books, .a = a, .person = person, .out = json_object()
	};
	err e = gather(&g);
	if (e.kind)
		json_decref(g.out);
	else
		*out = g.out;
	return e;
}

err personal_addresses(struct books *books, struct arena *a, int64_t person, str **keys,
		       size_t *count)
{
	struct address_row *own;
	size_t n, shown = 0;
	TRY(address_of_person(books->lists, a, person, &own, &n));
	*keys = arena_alloc(a, (n + 1) * sizeof **keys);
	for (size_t i = 0; i < n; i++)
		if (own[i].verified_at)
			(*keys)[shown++] = own[i].key;
	*count = shown;
	return OK;
}
