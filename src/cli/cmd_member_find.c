/* postern member find: who somebody is on every list. */
#include "cli/cli.h"
#include "cli/cmd_member_inside.h"
#include "lists/pattern.h"
#include "store/lists/nonmember.h"
#include "store/lists/planned.h"
#include "store/lists/role.h"

struct finding {
	struct table *t;
	str what; /* part of an address or name, or behind ^ a regular expression */
	const struct list_entry *list;
	size_t count;
};

static bool fits(const struct finding *f, struct arena *a, str address, str name)
{
	if (!str_starts(f->what, STR("^")))
		return str_ifind(address, f->what).n || str_ifind(name, f->what).n;
	return pattern_text(f->what, arena_lower(a, address)) == PATTERN_HIT
	       || pattern_text(f->what, name) == PATTERN_HIT;
}

static void add(struct finding *f, struct arena *a, str address, str name, str as,
		str note)
{
	if (!fits(f, a, address, name))
		return;
	f->count++;
	table_row(f->t, (str[]){ f->list->address, address, name, as, note });
}

static void add_member(struct cli *c, void *arg, const struct member_row *m)
{
	add(arg, c->a, m->text, m->name, STR("member"), m->delivery);
}

static err find_on(struct cli *c, struct books *books, struct finding *f)
{
	struct role_row *r;
	struct planned_row *p;
	struct nonmember_row *x;
	size_t n;
	TRY(cli_each_member(c, books, f->list->id, add_member, f));
	TRY(planned_list(books->lists, c->a, f->list->id, &p, &n));
	for (size_t i = 0; i < n; i++)
		add(f, c->a, p[i].address, p[i].name, STR("planned"), STR(""));
	TRY(role_list(books->lists, c->a, f->list->id, &r, &n));
	for (size_t i = 0; i < n; i++)
		add(f, c->a, r[i].text, r[i].name, r[i].role, STR(""));
	TRY(nonmember_list(books->lists, c->a, f->list->id, &x, &n));
	for (size_t i = 0; i < n; i++)
		add(f, c->a, x[i].key, STR(""), STR("nonmember"), x[i].action);
	return OK;
}

int cli_member_find(struct cli *c)
{
	struct books *books;
	const struct list_entry **all;
	size_t n;
	struct finding f = { .what = str_trim(str_from(c->args[0])) };
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	if (str_starts(f.what, STR("^")))
		CLI_TRY(c, pattern_check_text(c->a, f.what));
	f.t = table_new(c, "list address name as note");
	addressbook_lists(books->addresses, c->a, &all, &n);
	for (size_t i = 0; i < n; i++) {
		f.list = all[i];
		CLI_TRY(c, find_on(c, books, &f));
	}
	table_print(f.t);
	return f.count ? CLI_OK : CLI_FAILED;
}
