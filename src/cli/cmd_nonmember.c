/* postern nonmember …: what becomes of the posts of those who are no members. */
#include "cli/cmd_member_inside.h"

#include "lists/owner.h"
#include "mail/date.h"
#include "store/lists/nonmember.h"

static int set(struct cli *c, str action)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, nonmember_configure(books, c->a, list, str_from(c->args[1]), action,
				       &cli_actor));
	return CLI_OK;
}

int cli_nonmember_set(struct cli *c)
{
	return set(c, str_from(c->args[2]));
}

int cli_nonmember_rm(struct cli *c)
{
	return set(c, STR(""));
}

int cli_nonmember_ls(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct nonmember_row *all;
	size_t n;
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	CLI_TRY(c, nonmember_list(books->lists, c->a, list->id, &all, &n));
	struct table *t = table_new(c, "address action since");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ all[i].key, all[i].action,
				      date_day(c->a, all[i].set_at) });
	table_print(t);
	return CLI_OK;
}
