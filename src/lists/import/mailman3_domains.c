/* A Mailman 3's domains: what each is like, and who owns it. */
#include "lists/import/mailman3_inside.h"

#include "lists/domains.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"

static str label(struct moving *x, str name, const char *what)
{
	return arena_cat(x->a, STR("domain "), name, STR(": "), str_from(what));
}

/* One key of a domain, where it has something there: a report has no word of what is empty
 * on both sides. */
static err configure(struct moving *x, str name, const char *key, str was, str value)
{
	struct assignment set = { str_from(key), str_trim(value) };
	if (!set.value.n)
		return OK;
	err e = OK;
	if (!str_ieq(was, set.value)) {
		e = domain_configure(x->books, x->a, name, &set, 1, x->by);
		x->report->written += !e.kind;
	}
	if (err_is_passing(e))
		return e;
	import_report_attribute(x->report, e.kind ? REPORT_IMPOSSIBLE : REPORT_KEPT,
				label(x, name, key),
				arena_cat(x->a, set.key, STR(" = "), set.value),
				e.kind ? str_from(e.msg) : STR(""));
	return OK;
}

static err owns(struct moving *x, int64_t domain, str key, bool *yes)
{
	struct domain_owner_row *r;
	size_t n;
	*yes = false;
	TRY(domain_owner_list(x->books->lists, x->a, domain, &r, &n));
	for (size_t i = 0; i < n; i++)
		*yes = *yes || str_eq(r[i].key, key);
	return OK;
}

static err move_owner(struct moving *x, const struct domain_row *d, str address,
		      struct moving_count *c)
{
	struct address who;
	bool known;
	c->there++;
	if (address_parse(x->a, str_trim(address), &who).kind) {
		import_report_note(x->report,
				   "owner \"%.*s\" of %.*s is left out: it is no address",
				   STR_F(address), STR_F(d->name));
		return OK;
	}
	c->here++;
	TRY(owns(x, d->id, address_key(x->a, &who), &known));
	if (!known)
		TRY(domain_owner_give(x->books, x->a, d->name, address, true, x->by));
	x->report->written += !known;
	import_report_attribute(x->report, REPORT_KEPT, label(x, d->name, "owner"),
				address_text(x->a, &who), STR(""));
	return OK;
}

static err find_or_add(struct moving *x, str name, struct domain_row *d)
{
	struct book *b = x->books->lists;
	str clean;
	int64_t id;
	TRY(domain_name_clean(x->a, name, &clean));
	if (domain_find(b, clean, &id).kind == ERR_NOTFOUND) {
		TRY(domain_add(b, clean, &id));
		x->report->written++;
	}
	return domain_get(b, x->a, clean, d);
}

static err move_domain(struct moving *x, const struct mailman3_domain *there,
		       struct moving_count *domains, struct moving_count *owners)
{
	struct domain_row d;
	domains->there++;
	err e = find_or_add(x, there->name, &d);
	if (err_is_passing(e))
		return e;
	if (e.kind) {
		import_report_note(x->report, "domain %.*s is left out: %s",
				   STR_F(there->name), e.msg);
		return OK;
	}
	domains->here++;
	TRY(configure(x, d.name, "description", d.description, there->description));
	TRY(configure(x, d.name, "alias_domain", d.alias, there->alias));
	for (size_t i = 0; i < there->owners; i++)
		TRY(move_owner(x, &d, there->owner[i].text, owners));
	return OK;
}

err move3_domains(struct moving *x)
{
	const struct mailman3_site *site = source_of(x)->site;
	struct moving_count domains = { 0 }, owners = { 0 };
	for (size_t i = 0; i < site->domains; i++)
		TRY(move_domain(x, &site->domain[i], &domains, &owners));
	if (site->owners)
		import_report_note(
			x->report,
			"%lld owners of the whole server run nothing here: postern user "
			"set ADDRESS admin=yes makes somebody an administrator",
			(long long)site->owners);
	import_report_count(x->report, "domains", domains.there, domains.here);
	import_report_count(x->report, "domain owners", owners.there, owners.here);
	return OK;
}
