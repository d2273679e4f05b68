/* What bears on all lists: bans, domains and who owns them. */
#include "lists/import/mailman3_rest_inside.h"

static void take_ban(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	*(struct mailman3_line *)row = (struct mailman3_line){
		.text = rest_text(r, a, entry, "email"),
	};
}

err rest_bans(struct rest *r, struct arena *a, str path, struct mailman3_line **line,
	      size_t *count)
{
	return REST_ROWS(r, a, path, take_ban, line, count);
}

/* Its name becomes a part of paths, and none that leads elsewhere. */
static void take_domain(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	struct mailman3_domain *d = row;
	*d = (struct mailman3_domain){
		.name = rest_text(r, a, entry, "mail_host"),
		.description = rest_text(r, a, entry, "description"),
		.alias = rest_text(r, a, entry, "alias_domain"),
	};
	if (!d->name.n || str_starts(d->name, STR(".")))
		r->wrong = "mail_host";
}

static void take_owner(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	str *id = row;
	*id = rest_text(r, a, entry, "user_id");
	if (!rest_is_word(*id))
		r->wrong = "user_id";
}

static void take_address(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	*(str *)row = rest_text(r, a, entry, "original_email");
}

/* The preferred address, else the first one; "": none. */
static err address_of(struct rest *r, struct arena *a, str user, str *address)
{
	json_t *o;
	str at = arena_cat(a, STR("/users/"), user), *all = NULL;
	str path = arena_cat(a, at, STR("/preferred_address"));
	size_t n;
	err e = rest_ask(r, path, REST_BODY, &o);
	if (!e.kind) {
		take_address(r, a, o, address);
		json_decref(o);
		return rest_right(r, r->a, path);
	}
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(REST_ROWS(r, a, arena_cat(a, at, STR("/addresses")), take_address, &all, &n));
	*address = n ? all[0] : STR("");
	return OK;
}

static err read_owners(struct rest *r, struct arena *a, struct mailman3_domain *d)
{
	str *user = NULL;
	size_t n;
	TRY(REST_ROWS(
		r, a,
		arena_cat(a, STR("/domains/"), rest_escaped(a, d->name), STR("/owners")),
		take_owner, &user, &n));
	d->owner = arena_zero(a, (n + 1) * sizeof *d->owner);
	for (size_t i = 0; i < n; i++) {
		str address;
		TRY(address_of(r, a, user[i], &address));
		if (address.n)
			d->owner[d->owners++].text = address;
	}
	return OK;
}

err rest_site(struct rest *r, struct arena *a, struct mailman3_site *out)
{
	struct mailman3_site site = { 0 };
	r->octets = 0;
	r->wrong = NULL;
	TRY(rest_bans(r, a, STR("/bans"), &site.ban, &site.bans));
	TRY(REST_ROWS(r, a, STR("/domains"), take_domain, &site.domain, &site.domains));
	TRY(rest_count(r, STR("/owners"), &site.owners));
	for (size_t i = 0; i < site.domains; i++)
		TRY(read_owners(r, a, &site.domain[i]));
	*out = site;
	return OK;
}
