/* postern list …: making lists and setting them up. */
#include "base/clock.h"
#include "cli/cli.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/member_page.h"
#include "lists/digest.h"
#include "lists/export.h"
#include "lists/owner.h"
#include "lists/style.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static err split_address(struct cli *c, const char *text, str *name, str *domain)
{
	struct address x;
	if (!strchr(text, '@'))
		return err_in(c->a, ERR_SYNTAX,
			      "%s: a new list needs its whole address, such as %s@%.*s",
			      text, text, STR_F(c->conf.site_domain));
	err e = address_parse(c->a, arena_lower(c->a, str_from(text)), &x);
	if (e.kind)
		return err_in(c->a, e.kind, "%s: %s", text, e.msg);
	*name = x.local;
	*domain = domain_ascii(c->a, x.domain);
	return list_name_check(c->a, *name);
}

static str option(const struct cli *c, const char *name)
{
	const char *value = cli_option(c, name);
	return value ? str_from(value) : STR("");
}

/* What the options say of the new list. */
static struct new_list described(struct cli *c, struct assignment *set)
{
	static const char *const keys[][2] = { { "name", "display_name" },
					       { "description", "description" } };
	struct new_list how = { .style = cli_option(c, "private") ? STR("private-default")
								  : option(c, "style"),
				.owner = option(c, "owner"),
				.proven = true,
				.set = set };
	for (size_t i = 0; i < 2; i++)
		if (cli_option(c, keys[i][0]))
			set[how.count++] = (struct assignment){ str_from(keys[i][1]),
								option(c, keys[i][0]) };
	return how;
}

static err create(struct cli *c, struct books *books, int64_t *id, bool *is_new)
{
	str name, domain;
	int64_t domain_id;
	struct assignment set[2];
	struct new_list how = described(c, set);
	if (cli_option(c, "private") && cli_option(c, "style"))
		return FAIL(ERR_SYNTAX, "--private is a style: say one of the two");
	TRY(split_address(c, c->args[0], &name, &domain));
	*is_new = domain_find(books->lists, domain, &domain_id).kind == ERR_NOTFOUND;
	TRY(domain_add(books->lists, domain, &domain_id));
	err e = list_make(books, c->a, arena_cat(c->a, name, STR("@"), domain), &how,
			  &cli_actor, id);
	return e.kind ? err_in(c->a, e.kind, "%s: %s", c->args[0], e.msg) : OK;
}

static err say_who_reads(struct cli *c, struct books *books, int64_t id)
{
	struct settings s;
	TRY(settings_load(books->lists, c->a, id, &s));
	if (setting_is(s.archive_policy, "public"))
		printf("Everybody may read its archive. For members alone: "
		       "postern list set %s archive_policy=private\n",
		       c->args[0]);
	return OK;
}

int cli_list_create(struct cli *c)
{
	struct books *books;
	int64_t id;
	bool is_new = false;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, book_begin(books->lists));
	CLI_TRY(c, book_end(books->lists, create(c, books, &id, &is_new)));
	printf("Made %s. Add members: postern member add %s ADDRESS...\n", c->args[0],
	       c->args[0]);
	CLI_TRY(c, say_who_reads(c, books, id));
	if (!cli_option(c, "owner"))
		printf("Nobody owns it yet, so the administrator is asked.\n"
		       "Give it an owner: postern role add %s owner ADDRESS\n",
		       c->args[0]);
	return is_new ? cli_say_records(c) : CLI_OK;
}

int cli_list_styles(struct cli *c)
{
	size_t n;
	const struct list_style *styles = list_styles(&n);
	struct table *t = table_new(c, "style about");
	for (size_t i = 0; i < n; i++)
		table_row(t,
			  (str[]){ str_from(styles[i].name), str_from(styles[i].text) });
	table_print(t);
	return CLI_OK;
}

static err counts(struct cli *c, struct books *books, int64_t list, str *members)
{
	int64_t n;
	TRY(member_count(books->lists, list, STR(""), &n));
	*members = arena_printf(c->a, "%lld", (long long)n);
	return OK;
}

int cli_list_ls(struct cli *c)
{
	struct books *books;
	const struct list_entry **list;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	struct table *t = table_new(c, "list members# archive description");
	addressbook_lists(books->addresses, c->a, &list, &n);
	for (size_t i = 0; i < n; i++) {
		struct settings s;
		str members;
		CLI_TRY(c, settings_load(books->lists, c->a, list[i]->id, &s));
		CLI_TRY(c, counts(c, books, list[i]->id, &members));
		table_row(t, (str[]){ list[i]->address, members, s.archive_policy,
				      s.description });
	}
	table_print(t);
	return CLI_OK;
}

int cli_list_show(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct settings s;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, settings_load(books->lists, c->a, list->id, &s));
	const struct setting_def *def = setting_defs(&n);
	struct table *t = table_new(c, "setting value default takes about");
	for (size_t i = 0; i < n; i++)
		table_row(t,
			  (str[]){ str_from(def[i].key), setting_text(c->a, &s, &def[i]),
				   str_from(def[i].standard),
				   setting_takes(c->a, &def[i]),
				   str_from(def[i].label) });
	table_print(t);
	return CLI_OK;
}

int cli_list_get(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct settings s;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, settings_load(books->lists, c->a, list->id, &s));
	const struct setting_def *def = setting_find(str_from(c->args[1]));
	if (!def)
		return cli_fail(
			c,
			err_in(c->a, ERR_NOTFOUND,
			       "no setting \"%s\"; postern list show %s names them all",
			       c->args[1], c->args[0]));
	str text = setting_text(c->a, &s, def);
	fwrite(text.p, 1, text.n, stdout);
	puts("");
	return CLI_OK;
}

int cli_list_set(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct assignment *set;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, cli_assignments(c, 1, &set, &n));
	CLI_TRY(c, list_configure(books, c->a, list->id, set, n, &cli_actor));
	return CLI_OK;
}

int cli_list_remove(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, list_unmake(books, list, cli_option(c, "purge"), &cli_actor));
	return CLI_OK;
}

int cli_list_export(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct export_counts n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, list_export(books, c->a, list, c->args[1], &n));
	printf("%s has settings.txt, members.csv (%lld), roles.csv, bans.csv, rules.csv, "
	       "templates/ and archive.mbox.\n"
	       "A list of them again: postern import postern %s LIST@DOMAIN\n",
	       c->args[1], (long long)n.members, c->args[1]);
	if (n.waiting)
		printf("%lld held posts are not among them: postern held ls %.*s\n",
		       (long long)n.waiting, STR_F(list->address));
	return CLI_OK;
}

static err begin_volume(struct cli *c, struct books *books, const struct list_entry *list)
{
	TRY(digest_bump(books, c->a, list->id, clock_now()));
	return books_audit(books, &cli_actor, list->id, STR("digest volume begun"),
			   list->address);
}

static int act_on_digest(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	int64_t issues;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	if (cli_option(c, "bump"))
		CLI_TRY(c, begin_volume(c, books, list));
	if (!cli_option(c, "now"))
		return CLI_OK;
	CLI_TRY(c, digest_send(books, c->a, list->id, clock_now(), &issues));
	CLI_TRY(c, books_audit(books, &cli_actor, list->id, STR("digest sent"),
			       list->address));
	printf("%lld sent\n", (long long)issues);
	return CLI_OK;
}

int cli_list_digest(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct settings s;
	struct digest_state at;
	struct digest_waiting w;
	if (cli_option(c, "now") || cli_option(c, "bump"))
		return act_on_digest(c);
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, settings_load(books->lists, c->a, list->id, &s));
	CLI_TRY(c, digest_state_get(books->lists, list->id, &at));
	CLI_TRY(c, digest_waiting(books->lists, list->id, &w));
	struct digest_state next = digest_number(&s, at, clock_now());
	struct table *t = table_new(c, "volume# issue# posts# octets# last");
	const int64_t numbers[] = { next.volume, next.issue, w.posts, w.octets };
	str cells[5];
	for (size_t i = 0; i < 4; i++)
		cells[i] = arena_printf(c->a, "%lld", (long long)numbers[i]);
	cells[4] = at.sent_at ? cli_time(c, at.sent_at) : STR("");
	table_row(t, cells);
	table_print(t);
	return CLI_OK;
}
