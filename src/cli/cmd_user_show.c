/* postern user show: all of an account at once. */
#include "cli/cmd_user.h"
#include "mail/date.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/member.h"
#include "store/lists/role.h"

static void add(struct table *t, const char *what, str value, str note)
{
	table_row(t, (str[]){ str_from(what), value, note });
}

static void add_account(struct cli *c, struct table *t, const struct person_row *p)
{
	add(t, "name", p->name, STR(""));
	add(t, "language", p->language, STR(""));
	add(t, "admin", p->admin ? STR("yes") : STR("no"), STR(""));
	add(t, "may_send", p->may_send ? STR("yes") : STR("no"), STR(""));
	add(t, "send_budget", arena_printf(c->a, "%lld", (long long)p->send_budget),
	    STR(""));
	add(t, "password", p->password.n ? STR("yes") : STR("no"), STR(""));
	add(t, "since", date_day(c->a, p->created_at), STR(""));
}

static err add_addresses(struct cli *c, struct table *t, struct books *books,
			 const struct person_row *p)
{
	struct address_row *own;
	size_t n;
	TRY(address_of_person(books->lists, c->a, p->id, &own, &n));
	for (size_t i = 0; i < n; i++)
		add(t, "address", own[i].text,
		    own[i].id == p->preferred ? STR("preferred")
		    : own[i].verified_at      ? STR("verified")
					      : STR("not verified"));
	return OK;
}

static err add_lists(struct cli *c, struct table *t, struct books *books,
		     const struct person_row *p)
{
	struct member_row *m;
	struct role_row *r;
	size_t n;
	TRY(member_by_person(books->lists, c->a, p->id, &m, &n));
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *l = addressbook_list_by_id(books->addresses,
								    m[i].list);
		if (l)
			add(t, "member", l->address,
			    arena_cat(c->a, m[i].text, STR(" "), m[i].delivery));
	}
	TRY(role_by_person(books->lists, c->a, p->id, &r, &n));
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *l = addressbook_list_by_id(books->addresses,
								    r[i].list);
		if (l)
			add(t, arena_z(c->a, r[i].role), l->address, r[i].text);
	}
	return OK;
}

static err add_domains(struct cli *c, struct table *t, struct books *books,
		       const struct person_row *p)
{
	struct domain_row *d;
	size_t n;
	TRY(domain_all(books->lists, c->a, &d, &n));
	for (size_t i = 0; i < n; i++) {
		bool owns = false;
		TRY(domain_owner_is(books->lists, d[i].id, p->id, &owns));
		if (owns)
			add(t, "domain owner", d[i].name, STR(""));
	}
	return OK;
}

int cli_user_show(struct cli *c)
{
	struct books *books;
	struct person_row p;
	CLI_TRY(c, cli_person(c, &books, &p));
	struct table *t = table_new(c, "what value note");
	add_account(c, t, &p);
	CLI_TRY(c, add_addresses(c, t, books, &p));
	CLI_TRY(c, add_lists(c, t, books, &p));
	CLI_TRY(c, add_domains(c, t, books, &p));
	table_print(t);
	return CLI_OK;
}
