/* /domains/: the mail domains of the server; /domains/NAME: one of them. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/domains.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/outbound/signer.h"
#include "web/pages/meanwhile.h"
#include "web/pages/page.h"

enum { RECORDS_MAX = 8 };

static str path_of(struct request *q, str domain)
{
	return arena_cat(q->arena, STR("/domains/"), domain);
}

static void go(struct request *q, struct response *r, str path, int64_t order)
{
	response_redirect(
		r, 303,
		arena_printf(q->arena, "%.*s?done=%lld", STR_F(path), (long long)order));
}

static int64_t lists_in(struct request *q, str domain)
{
	const struct list_entry **all;
	size_t n;
	int64_t count = 0;
	addressbook_lists(worker_of(q)->books.addresses, q->arena, &all, &n);
	for (size_t i = 0; i < n; i++)
		count += str_eq(all[i]->domain, domain);
	return count;
}

/* ---- all of them */

static err add_domains(struct request *q, struct page_domains *p)
{
	struct domain_row *d;
	size_t n;
	TRY(domain_all(worker_of(q)->books.lists, q->arena, &d, &n));
	struct page_domains_domains *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_domains_domains){ d[i].name, path_of(q, d[i].name),
							 d[i].description, d[i].alias,
							 lists_in(q, d[i].name) };
	p->domains = rows;
	p->domains_count = n;
	return OK;
}

static void show_all(struct request *q, struct response *r, struct page_domains *p)
{
	p->frame = account_frame(q, S_("Domains"));
	p->csrf = csrf_of(q);
	if (!page_failed(q, r, add_domains(q, p)))
		ANSWER(q, r, domains, p);
}

void domains_page(struct request *q, struct response *r)
{
	show_all(q, r, &(struct page_domains){ .note = note_of(q) });
}

void domains_post(struct request *q, struct response *r)
{
	struct ordered x;
	str name = field(q, "domain");
	struct page_domains p = { .name = name };
	json_t *args = json_object();
	json_object_set_new(args, "domain", json_of(name));
	if (order_and_wait(q, "domain_add", args, &x)) {
		str clean = name;
		if (domain_name_clean(q->arena, name, &clean).kind)
			clean = name;
		go(q, r, path_of(q, clean), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	p.name_error = said_in(q->arena, language_now(), x.why);
	show_all(q, r, &p);
}

/* ---- one */

static void add_lists(struct request *q, struct page_domain *p, str domain)
{
	const struct worker *w = worker_of(q);
	const struct list_entry **all;
	size_t n;
	addressbook_lists(w->books.addresses, q->arena, &all, &n);
	struct page_domain_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		struct settings s;
		if (!str_eq(all[i]->domain, domain))
			continue;
		bool read = !settings_load(w->books.lists, q->arena, all[i]->id, &s).kind;
		rows[p->rows_count++] = (struct page_domain_rows){
			all[i]->address, list_url_path(q->arena, &w->books, all[i]),
			read ? s.description : STR("")
		};
	}
	p->rows = rows;
	p->lists = (int64_t)p->rows_count;
}

static err add_owners(struct request *q, struct page_domain *p, int64_t domain)
{
	struct domain_owner_row *o;
	size_t n;
	TRY(domain_owner_list(worker_of(q)->books.lists, q->arena, domain, &o, &n));
	struct page_domain_owners *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_domain_owners){ o[i].text, o[i].name };
	p->owners = rows;
	p->owners_count = n;
	return OK;
}

static void add_record(struct page_domain *p, str name, const char *type, str value,
		       const char *why)
{
	struct page_domain_records *rows = (struct page_domain_records *)(uintptr_t)
						   p->records;
	if (p->records_count < RECORDS_MAX)
		rows[p->records_count++] = (struct page_domain_records){ name,
									 str_from(type),
									 value, S_(why) };
}

/* Those of the keys as send has them: no other role that a browser reaches can read one. */
static err add_records(struct request *q, struct page_domain *p,
		       const struct domain_row *d)
{
	const struct books *b = &worker_of(q)->books;
	struct arena *a = q->arena;
	struct signer_row *s;
	size_t n;
	p->records = arena_zero(a, RECORDS_MAX * sizeof *p->records);
	add_record(p, d->name, "MX", arena_cat(a, STR("10 "), b->conf->site_hostname),
		   N_("mail to it comes here"));
	if (d->alias.n)
		add_record(p, d->alias, "MX",
			   arena_cat(a, STR("10 "), b->conf->site_hostname),
			   N_("so does mail to its other name"));
	add_record(p, d->name, "TXT", STR("v=spf1 mx -all"),
		   N_("mail from it leaves here"));
	TRY(signer_all(b->outbound, a, &s, &n));
	for (size_t i = 0; i < n; i++)
		add_record(p, arena_cat(a, s[i].selector, STR("._domainkey."), d->name),
			   "TXT", s[i].record, N_("our signature is known"));
	add_record(p, arena_cat(a, STR("_dmarc."), d->name), "TXT",
		   arena_cat(a, STR("v=DMARC1; p=quarantine; rua=mailto:postmaster@"),
			     d->name),
		   N_("others hear what to do with what is not signed, and report"));
	return OK;
}

static err gather(struct request *q, struct page_domain *p, struct domain_row *d)
{
	TRY(domain_get(worker_of(q)->books.lists, q->arena, request_arg(q, "domain"), d));
	add_lists(q, p, d->name);
	TRY(add_owners(q, p, d->id));
	return add_records(q, p, d);
}

/* The way to it: Account / Domains / NAME. */
static struct page_frame domain_frame(struct request *q, str name)
{
	struct page_frame f = account_way(q, name);
	frame_step(q, &f, S_("Domains"), STR("/domains/"));
	frame_step(q, &f, name, STR_NONE);
	return f;
}

/* typed: what was sent stands in the form, since it could not be done. */
static void show(struct request *q, struct response *r, struct page_domain *p, bool typed)
{
	struct domain_row d;
	err e = gather(q, p, &d);
	if (e.kind == ERR_NOTFOUND) {
		r->status = 404;
		return;
	}
	if (page_failed(q, r, e))
		return;
	p->frame = domain_frame(q, d.name);
	p->csrf = csrf_of(q);
	p->domain = d.name;
	p->action = path_of(q, d.name);
	p->was = arena_cat(q->arena,
			   meanwhile_mark(q->arena, STR("description"), d.description),
			   meanwhile_mark(q->arena, STR("alias_domain"), d.alias));
	p->own = str_eq(d.name,
			domain_ascii(q->arena, worker_of(q)->books.conf->site_domain));
	if (!typed) {
		p->description = d.description;
		p->alias = d.alias;
	}
	ANSWER(q, r, domain, p);
}

void domain_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_domain){ .note = note_of(q) }, false);
}

static const struct {
	const char *act, *order;
} acts[] = {
	{ "set", "domain_set" },
	{ "owner_add", "domain_owner_add" },
	{ "owner_remove", "domain_owner_remove" },
	{ "remove", "domain_remove" },
};

static const char *order_for(str act)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (str_eq(act, str_from(acts[i].act)))
			return acts[i].order;
	return NULL;
}

static void put_error(struct request *q, struct page_domain *p, str act, str why)
{
	str said = said_in(q->arena, language_now(), why);
	if (str_eq(act, STR("set")))
		p->alias_error = said;
	else if (str_eq(act, STR("owner_add")))
		p->address_error = said;
	else
		p->note = note_bad(q, why);
}

/* False: somebody else has changed the same meanwhile, which the form says then. */
static bool put_set(struct request *q, struct page_domain *p, const struct domain_row *d,
		    json_t *args)
{
	const struct {
		const char *key;
		str is, wanted;
	} fields[] = { { "description", d->description, p->description },
		       { "alias_domain", d->alias, p->alias } };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		str key = str_from(fields[i].key), is = fields[i].is,
		    wanted = fields[i].wanted;
		enum meanwhile m = meanwhile_of(q, key, is, wanted);
		if (m == MEANWHILE_MINE)
			json_object_set_new(args, fields[i].key, json_of(wanted));
		else if (m == MEANWHILE_CLASH)
			p->note = note_bad(q, meanwhile_text(q, "", key, is, wanted));
	}
	return !p->note;
}

static bool read_set(struct request *q, struct response *r, struct page_domain *p,
		     json_t *args)
{
	struct domain_row d;
	err e = domain_get(worker_of(q)->books.lists, q->arena, request_arg(q, "domain"),
			   &d);
	if (e.kind == ERR_NOTFOUND)
		r->status = 404;
	else if (!page_failed(q, r, e) && put_set(q, p, &d, args))
		return true;
	if (p->note) {
		r->status = 400;
		show(q, r, p, true);
	}
	return false;
}

void domain_post(struct request *q, struct response *r)
{
	struct ordered x;
	str act = field(q, "do"), domain = request_arg(q, "domain");
	const char *order = order_for(act);
	struct page_domain p = { .description = field(q, "description"),
				 .alias = field(q, "alias_domain"),
				 .address = field(q, "address") };
	if (!order) {
		r->status = 400;
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "domain", json_of(domain));
	json_object_set_new(args, "address", json_of(p.address));
	if (str_eq(act, STR("set")) && !read_set(q, r, &p, args)) {
		json_decref(args);
		return;
	}
	if (order_and_wait(q, order, args, &x)) {
		go(q, r,
		   str_eq(act, STR("remove")) ? STR("/domains/") : path_of(q, domain),
		   x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	put_error(q, &p, act, x.why);
	show(q, r, &p, str_eq(act, STR("set")));
}
