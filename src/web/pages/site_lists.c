/* /new-list: a list from one form; /lists/NAME/admin/remove: and none any more. */
#include "web/pages/site_lists.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/style.h"
#include "store/archive/post.h"
#include "store/lists/address.h"
#include "store/lists/domain_owner.h"
#include "store/lists/held.h"
#include "store/lists/member_page.h"

/* ---- who may */

static bool owns(const struct domain_owner_row *o, size_t n, int64_t domain)
{
	for (size_t i = 0; i < n; i++)
		if (o[i].domain == domain)
			return true;
	return false;
}

err domains_to_make_in(struct request *q, struct domain_row **d, size_t *count)
{
	const struct worker *w = worker_of(q);
	struct domain_owner_row *o;
	struct domain_row *all;
	size_t n, owned, kept = 0;
	bool yes;
	*count = 0;
	if (!q->session || w->viewer.denied >> RIGHT_list_create & 1)
		return OK;
	TRY(domain_all(w->books.lists, q->arena, &all, &n));
	TRY(domain_owner_by_person(w->books.lists, q->arena, q->session->person, &o,
				   &owned));
	for (size_t i = 0; i < n; i++) {
		yes = w->viewer.admin;
		if (!yes && owns(o, owned, all[i].id))
			TRY(domain_owner_is(w->books.lists, all[i].id, q->session->person,
					    &yes));
		if (yes)
			all[kept++] = all[i];
	}
	*d = all;
	*count = kept;
	return OK;
}

/* ---- making one */

static void add_styles(struct request *q, struct page_newlist *p, str chosen)
{
	size_t n;
	const struct list_style *s = list_styles(&n);
	struct page_newlist_styles *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_newlist_styles){
			str_from(s[i].name), S_(s[i].text),
			str_eq(chosen, str_from(s[i].name))
		};
	p->styles = rows;
	p->styles_count = n;
}

static void add_policies(struct request *q, struct page_newlist *p, str chosen)
{
	static const struct {
		const char *word, *label;
	} policies[] = {
		{ "", N_("As it comes with this kind of list") },
		{ "open", N_("Anybody, at once where the address is proven") },
		{ "confirm", N_("Anybody, after confirming") },
		{ "moderate", N_("Anybody, after approval") },
		{ "confirm_then_moderate", N_("Anybody, after confirming and approval") },
		{ "invite", N_("Who was invited") },
		{ "closed", N_("Nobody; owners add members") },
	};
	enum { POLICIES = sizeof policies / sizeof *policies };
	struct page_newlist_policies *rows = arena_zero(q->arena,
							POLICIES * sizeof *rows);
	for (size_t i = 0; i < POLICIES; i++)
		rows[i] = (struct page_newlist_policies){
			str_from(policies[i].word), S_(policies[i].label),
			str_eq(chosen, str_from(policies[i].word))
		};
	p->policies = rows;
	p->policies_count = POLICIES;
}

static err own_address(struct request *q, str *address)
{
	struct address_row *own;
	size_t n;
	*address = STR("");
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, q->session->person,
			      &own, &n));
	if (n)
		*address = own[0].text;
	return OK;
}

static void add_domains(struct request *q, struct page_newlist *p,
			const struct domain_row *d, size_t n, str chosen)
{
	struct page_newlist_domains *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_newlist_domains){ d[i].name,
							 str_eq(d[i].name, chosen) };
	p->domains = rows;
	p->domains_count = n;
}

struct asked { /* what the form says; empty at first */
	str name, domain, style, join;
};

static err gather(struct request *q, struct page_newlist *p, const struct asked *x,
		  bool *may)
{
	struct domain_row *d;
	size_t n;
	TRY(domains_to_make_in(q, &d, &n));
	*may = n > 0;
	if (!n)
		return OK;
	str own = worker_of(q)->books.conf->site_domain;
	add_domains(q, p, d, n, x->domain.n ? x->domain : own);
	add_styles(q, p, x->style);
	add_policies(q, p, x->join);
	return p->owner.n ? OK : own_address(q, &p->owner);
}

static void show(struct request *q, struct response *r, struct page_newlist *p,
		 const struct asked *x)
{
	bool may = false;
	p->frame = frame_of(q, S_("Make a list"));
	p->csrf = csrf_of(q);
	p->name = x->name;
	if (page_failed(q, r, gather(q, p, x, &may)))
		return;
	if (may)
		ANSWER(q, r, newlist, p);
	else
		r->status = 403;
}

void new_list_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_newlist){ .note = note_of(q) },
	     &(struct asked){ .domain = request_query(q, "domain") });
}

static json_t *args_of(const struct page_newlist *p, const struct asked *x, str address)
{
	json_t *args = json_object(), *set = json_object();
	if (p->display_name.n)
		json_object_set_new(set, "display_name", json_of(p->display_name));
	if (p->description.n)
		json_object_set_new(set, "description", json_of(p->description));
	if (x->join.n)
		json_object_set_new(set, "subscription_policy", json_of(x->join));
	json_object_set_new(args, "address", json_of(address));
	json_object_set_new(args, "style", json_of(x->style));
	json_object_set_new(args, "owner", json_of(p->owner));
	json_object_set_new(args, "set", set);
	return args;
}

/* To its members, who are what it lacks now. */
static void go_to_list(struct request *q, struct response *r, str address, int64_t order)
{
	struct worker *w = worker_of(q);
	const struct list_entry *l = NULL;
	if (!books_refresh(&w->books).kind)
		l = addressbook_list(w->books.addresses, address);
	str path = l ? list_url_path(q->arena, &w->books, l) : STR_NONE;
	response_redirect(r, 303,
			  l ? arena_printf(q->arena, "%.*s/admin/members?done=%lld",
					   STR_F(path), (long long)order)
			    : STR("/lists/"));
}

void new_list_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct address owner;
	struct asked asked = { arena_lower(q->arena, field(q, "name")),
			       field(q, "domain"), field(q, "style"), field(q, "join") };
	struct page_newlist p = { .display_name = field(q, "display_name"),
				  .description = field(q, "description"),
				  .owner = field(q, "owner") };
	err e = list_name_check(q->arena, asked.name);
	if (e.kind)
		p.name_error = said_in(q->arena, language_now(), str_from(e.msg));
	if (address_parse(q->arena, p.owner, &owner).kind || !owner.domain.n)
		p.owner_error = S_("This is no mail address: it needs a name, an @ "
				   "and a domain.");
	if (p.name_error.n || p.owner_error.n) {
		r->status = 400;
		show(q, r, &p, &asked);
		return;
	}
	str address = arena_cat(q->arena, asked.name, STR("@"), asked.domain);
	if (order_and_wait(q, "list_create", args_of(&p, &asked, address), &x)) {
		go_to_list(q, r, address, x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	p.name_error = said_in(q->arena, language_now(), x.why);
	show(q, r, &p, &asked);
}

/* ---- removing one */

static err count_all(struct request *q, struct page_removelist *p)
{
	const struct worker *w = worker_of(q);
	struct archive_month *m;
	size_t n;
	TRY(member_count(w->books.lists, w->list->id, STR(""), &p->members));
	TRY(held_count(w->books.lists, w->list->id, &p->held));
	TRY(archive_months(w->books.archive, q->arena, w->list->id, &m, &n));
	for (size_t i = 0; i < n; i++)
		p->posts += m[i].posts;
	return OK;
}

static void show_removal(struct request *q, struct response *r, struct page_removelist *p)
{
	const struct worker *w = worker_of(q);
	p->frame = list_frame(q, S_("Remove"));
	p->list = w->list->name;
	p->tabs = admin_tabs(q, "name");
	p->csrf = csrf_of(q);
	p->action = arena_cat(q->arena, list_path(q), STR("/admin/remove"));
	p->back = arena_cat(q->arena, list_path(q), STR("/admin/name"));
	p->address = w->list->address;
	if (!page_failed(q, r, count_all(q, p)))
		ANSWER(q, r, removelist, p);
}

void remove_page(struct request *q, struct response *r)
{
	show_removal(q, r, &(struct page_removelist){ 0 });
}

void remove_post(struct request *q, struct response *r)
{
	struct ordered x;
	const struct list_entry *list = worker_of(q)->list;
	bool purge = str_eq(field(q, "archive"), STR("purge"));
	struct page_removelist p = { .purge = purge };
	if (!str_ieq(field(q, "typed"), list->address)) {
		p.typed_error = S_("This is not the list's address.");
		r->status = 400;
		show_removal(q, r, &p);
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(list->address));
	json_object_set_new(args, "archive", json_of(purge ? STR("purge") : STR("")));
	if (order_and_wait(q, "list_remove", args, &x)) {
		response_redirect(r, 303, STR("/done/list-removed"));
		return;
	}
	r->status = x.result ? 400 : 503;
	p.note = note_bad(q, x.why);
	show_removal(q, r, &p);
}
