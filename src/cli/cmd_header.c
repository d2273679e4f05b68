/* postern list header-match …: rules about header fields, of a list or (@site) of all. */
#include "cli/cmd_list_try.h"
#include "lists/header_match.h"

#include <string.h>

static err open_rules(struct cli *c, enum books_mode mode, struct books **books,
		      int64_t *list)
{
	const struct list_entry *entry;
	TRY(cli_books(c, mode, books));
	*list = 0;
	if (!strcmp(c->args[0], "@site"))
		return OK;
	TRY(cli_list(c, c->args[0], &entry));
	*list = entry->id;
	return OK;
}

static str option(const struct cli *c, const char *name)
{
	const char *value = cli_option(c, name);
	return value ? str_from(value) : STR("");
}

static struct header_rule_row rule_of(const struct cli *c, int64_t list)
{
	return (struct header_rule_row){ .list = list,
					 .header = str_from(c->args[1]),
					 .pattern = str_from(c->args[2]),
					 .reason = option(c, "reason"),
					 .tag = option(c, "tag") };
}

int cli_header_add(struct cli *c)
{
	struct books *books;
	int64_t list;
	CLI_TRY(c, open_rules(c, BOOKS_WRITE, &books, &list));
	struct header_rule_row row = rule_of(c, list);
	row.action = str_from(c->args[3]);
	CLI_TRY(c, header_match_put(books, c->a, &row, &cli_actor));
	return CLI_OK;
}

int cli_header_try(struct cli *c)
{
	struct books *books;
	struct replay r;
	int64_t list;
	CLI_TRY(c, open_rules(c, BOOKS_READ, &books, &list));
	struct header_rule_row row = rule_of(c, list);
	row.action = str_from(c->args[3]);
	row.reason = row.tag = STR("");
	CLI_TRY(c, header_match_check(c->a, &row));
	CLI_TRY(c, replay_header_rule(books, c->a,
				      addressbook_list_by_id(books->addresses, list),
				      &row, &r));
	return cli_replay(c, &r, !list);
}

int cli_header_ls(struct cli *c)
{
	struct books *books;
	struct header_rule_row *rules;
	size_t n;
	int64_t list;
	CLI_TRY(c, open_rules(c, BOOKS_READ, &books, &list));
	CLI_TRY(c, header_rule_list(books->lists, c->a, list, &rules, &n));
	struct table *t = table_new(c, "place# header pattern action reason tag");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ arena_printf(c->a, "%zu", i + 1), rules[i].header,
				      rules[i].pattern, rules[i].action, rules[i].reason,
				      rules[i].tag });
	table_print(t);
	return CLI_OK;
}

int cli_header_rm(struct cli *c)
{
	struct books *books;
	int64_t list;
	CLI_TRY(c, open_rules(c, BOOKS_WRITE, &books, &list));
	struct header_rule_row row = rule_of(c, list);
	CLI_TRY(c, header_match_drop(books, c->a, &row, &cli_actor));
	return CLI_OK;
}

int cli_header_move(struct cli *c)
{
	struct books *books;
	struct header_rule_row *rules;
	size_t n;
	int64_t list;
	uint64_t place;
	CLI_TRY(c, open_rules(c, BOOKS_WRITE, &books, &list));
	if (!str_u64(str_from(c->args[3]), &place) || !place)
		return cli_fail(c, err_in(c->a, ERR_SYNTAX,
					  "%s: a place is a number; 1 is asked first",
					  c->args[3]));
	CLI_TRY(c, header_rule_list(books->lists, c->a, list, &rules, &n));
	for (size_t i = 0; i < n; i++) {
		if (!str_ieq(rules[i].header, str_from(c->args[1]))
		    || !str_eq(rules[i].pattern, str_from(c->args[2])))
			continue;
		CLI_TRY(c, header_match_move(books, c->a, list, rules[i].id, place - 1,
					     &cli_actor));
		return CLI_OK;
	}
	return cli_fail(c, err_in(c->a, ERR_NOTFOUND, "there is no such header rule"));
}
