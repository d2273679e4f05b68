/* Domains. Mailman's have a description, an alias and owners; ours are a name. */
#include "web/api/api_inside.h"

#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/person.h"

static str path_of(struct api *x, str host)
{
	return arena_cat(x->a, STR("/domains/"), host);
}

static json_t *domain_json(struct api *x, str host)
{
	json_t *object = json_object();
	json_object_set_new(object, "mail_host", api_str(host));
	json_object_set_new(object, "description", json_null());
	json_object_set_new(object, "alias_domain", json_null());
	api_link(x, object, path_of(x, host));
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
		json_array_append_new(all, domain_json(x, rows[i].name));
	api_slice(x, all);
}

/* The path's domain. False: it is not one of ours, which is answered. */
static bool find(struct api *x, str *host)
{
	int64_t id;
	*host = arena_lower(x->a, request_arg(x->q, "host"));
	err e = domain_find(x->w->books.lists, *host, &id);
	if (e.kind == ERR_NOTFOUND)
		e = err_in(x->a, e.kind, "No such domain: %.*s", STR_F(*host));
	return !api_failed(x, e);
}

void api_domain(struct api *x)
{
	str host;
	if (find(x, &host))
		api_json(x, domain_json(x, host));
}

/* Whoever runs the server is an owner of each domain, and nobody else is. */
static bool is_admin(struct api *x, str address, bool *yes)
{
	struct address who;
	struct person_row p;
	err e = address_parse(x->a, address, &who);
	if (!e.kind)
		e = person_by_key(x->w->books.lists, x->a, address_key(x->a, &who), &p);
	*yes = !e.kind && p.admin;
	return !err_is_passing(e) || !api_failed(x, e);
}

static bool owner_fits(struct api *x)
{
	bool yes = true;
	if (api_has(x, "owner") && !is_admin(x, api_field(x, "owner"), &yes))
		return false;
	if (!yes)
		api_fail(x, 400,
			 STR("A domain has no owners here but the site's "
			     "administrators: postern user set ADDRESS admin=yes"));
	return yes;
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
	if (api_has(x, "alias_domain") || api_has(x, "description")) {
		api_fail(x, 400,
			 STR("A domain has neither description nor alias_domain here: "
			     "each of its lists is described for itself."));
		return;
	}
	if (!owner_fits(x))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "domain", api_str(host));
	if (api_order(x, "domain_add", args, &done))
		api_created(x, path_of(x, host));
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
	str host;
	struct ordered done;
	if (!find(x, &host))
		return;
	if (str_eq(host, x->w->books.conf->site_domain)) {
		api_fail(x, 400, STR("This is the site's own domain ([site] domain)."));
		return;
	}
	if (!remove_lists(x, host))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "domain", api_str(host));
	if (api_order(x, "domain_remove", args, &done))
		api_done(x);
}

void api_domain_owners(struct api *x)
{
	str host;
	if (find(x, &host))
		api_site_owners(x);
}

void api_domain_owner_add(struct api *x)
{
	str host;
	if (find(x, &host) && owner_fits(x))
		api_done(x);
}
