/* Domains and who owns them. */
#include "web/api/api_inside.h"

#include "base/buf.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"

static str path_of(struct api *x, str host)
{
	return arena_cat(x->a, STR("/domains/"), host);
}

static json_t *or_null(str text)
{
	return text.n ? api_str(text) : json_null();
}

static json_t *domain_json(struct api *x, const struct domain_row *d)
{
	json_t *object = json_object();
	json_object_set_new(object, "mail_host", api_str(d->name));
	json_object_set_new(object, "description", or_null(d->description));
	json_object_set_new(object, "alias_domain", or_null(d->alias));
	api_link(x, object, path_of(x, d->name));
	return object;
}

void api_domains(struct api *x)
{
	struct domain_row *rows;
	size_t n;
	if (api_failed(x, domain_all(x->w->books.lists, x->a, &rows, &n)))
		return;
	json_t *all = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, domain_json(x, &rows[i]));
	api_slice(x, all);
}

/* The path's domain. False: it is not one of ours, which is answered. */
static bool find(struct api *x, struct domain_row *d)
{
	str host = arena_lower(x->a, request_arg(x->q, "host"));
	err e = domain_get(x->w->books.lists, x->a, host, d);
	if (e.kind == ERR_NOTFOUND)
		e = err_in(x->a, e.kind, "No such domain: %.*s", STR_F(host));
	return !api_failed(x, e);
}

void api_domain(struct api *x)
{
	struct domain_row d;
	if (find(x, &d))
		api_json(x, domain_json(x, &d));
}

static json_t *args_of(str host)
{
	json_t *args = json_object();
	json_object_set_new(args, "domain", api_str(host));
	return args;
}

/* What the form says of it, into an order's arguments. */
static json_t *with_fields(struct api *x, str host)
{
	static const char *const fields[] = { "description", "alias_domain" };
	json_t *args = args_of(host);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (request_form(x->q, fields[i]).p)
			json_object_set_new(args, fields[i],
					    api_str(request_form(x->q, fields[i])));
	return args;
}

/* The form's owners, one a line. */
static json_t *owner_lines(struct api *x)
{
	BUF(lines);
	size_t at = 0;
	str owner;
	while (pairs_next(&x->q->form, STR("owner"), &at, &owner))
		buf_cat(&lines, owner, STR("\n"));
	return api_str(buf_str(&lines));
}

void api_domain_create(struct api *x)
{
	int64_t id;
	struct ordered done;
	str host = arena_lower(x->a, api_field(x, "mail_host"));
	if (!host.n) {
		api_fail(x, 400, STR("Missing Parameter: mail_host"));
		return;
	}
	if (!domain_find(x->w->books.lists, host, &id).kind) {
		api_fail(x, 400, arena_cat(x->a, STR("Duplicate email host: "), host));
		return;
	}
	json_t *args = with_fields(x, host);
	json_object_set_new(args, "owners", owner_lines(x));
	if (api_order(x, "domain_add", args, &done))
		api_created(x, path_of(x, host));
}

void api_domain_change(struct api *x)
{
	struct domain_row d;
	struct ordered done;
	if (find(x, &d) && api_order(x, "domain_set", with_fields(x, d.name), &done))
		api_done(x);
}

/* Mailman removes a domain's lists with it. */
static bool remove_lists(struct api *x, str host)
{
	const struct list_entry **all;
	struct ordered done;
	size_t n;
	addressbook_lists(x->w->books.addresses, x->a, &all, &n);
	for (size_t i = 0; i < n; i++) {
		json_t *args;
		if (!str_eq(all[i]->domain, host))
			continue;
		args = json_object();
		json_object_set_new(args, "list", api_str(all[i]->address));
		if (!api_order(x, "list_remove", args, &done))
			return false;
	}
	return true;
}

void api_domain_delete(struct api *x)
{
	struct domain_row d;
	struct ordered done;
	if (!find(x, &d))
		return;
	if (str_eq(d.name, x->w->books.conf->site_domain)) {
		api_fail(x, 400, STR("This is the site's own domain ([site] domain)."));
		return;
	}
	if (remove_lists(x, d.name)
	    && api_order(x, "domain_remove", args_of(d.name), &done))
		api_done(x);
}

/* ---- owners */

static bool owners_of(struct api *x, struct domain_row *d, struct domain_owner_row **rows,
		      size_t *n)
{
	return find(x, d)
	       && !api_failed(x,
			      domain_owner_list(x->w->books.lists, x->a, d->id, rows, n));
}

void api_domain_owners(struct api *x)
{
	struct domain_row d;
	struct domain_owner_row *rows;
	size_t n;
	if (!owners_of(x, &d, &rows, &n))
		return;
	json_t *all = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, api_user_json(x, rows[i].person));
	api_slice(x, all);
}

static bool order_owner(struct api *x, const char *kind, str host, str address)
{
	struct ordered done;
	json_t *args = args_of(host);
	json_object_set_new(args, "address", api_str(address));
	return api_order(x, kind, args, &done);
}

void api_domain_owner_add(struct api *x)
{
	struct domain_row d;
	size_t at = 0;
	str owner;
	if (!find(x, &d))
		return;
	if (!request_form(x->q, "owner").n) {
		api_fail(x, 400, STR("Missing Parameter: owner"));
		return;
	}
	while (pairs_next(&x->q->form, STR("owner"), &at, &owner))
		if (!order_owner(x, "domain_owner_add", d.name, owner))
			return;
	api_done(x);
}

void api_domain_owners_clear(struct api *x)
{
	struct domain_row d;
	struct domain_owner_row *rows;
	size_t n;
	if (!owners_of(x, &d, &rows, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (!order_owner(x, "domain_owner_remove", d.name, rows[i].text))
			return;
	api_done(x);
}
