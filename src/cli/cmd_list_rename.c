/* postern list rename and forget: what a list, or the lists of a domain, are called. */
#include "cli/cli.h"
#include "lists/rename.h"
#include "store/lists/domain.h"

#include <stdio.h>

/* Where lists are to live is a domain of ours from then on. */
static err welcome_domain(struct books *books, str domain, bool *is_new)
{
	int64_t id;
	*is_new = domain_find(books->lists, domain, &id).kind == ERR_NOTFOUND;
	return domain_add(books->lists, domain, &id);
}

static err rename_one(struct cli *c, struct books *books, const struct list_entry *list,
		      bool *is_new)
{
	str local, domain;
	if (!str_cut_last(str_from(c->args[1]), '@', &local, &domain))
		return err_in(c->a, ERR_SYNTAX,
			      "%s: write the whole address, such as %s@%.*s", c->args[1],
			      c->args[1], STR_F(list->domain));
	TRY(welcome_domain(books, domain_ascii(c->a, arena_lower(c->a, domain)), is_new));
	return list_call(books, c->a, list, str_from(c->args[1]), cli_option(c, "new-id"),
			 &cli_actor);
}

static err rename_domain(struct cli *c, struct books *books, int64_t *count, bool *is_new)
{
	str from = arena_lower(c->a, str_skip(str_from(c->args[0]), 1));
	str to = arena_lower(c->a, str_skip(str_from(c->args[1]), 1));
	if (!domain_valid(to))
		return err_in(c->a, ERR_SYNTAX, "%s is no domain", c->args[1]);
	TRY(welcome_domain(books, domain_ascii(c->a, to), is_new));
	return domain_call(books, c->a, domain_ascii(c->a, from), domain_ascii(c->a, to),
			   cli_option(c, "new-id"), &cli_actor, count);
}

static int whole_domain(struct cli *c, struct books *books)
{
	int64_t count = 0;
	bool is_new = false;
	if (c->args[0][0] != '@' || c->args[1][0] != '@')
		return cli_usage("a domain is written @old.example, and so is the one "
				 "that its lists move to");
	CLI_TRY(c, book_begin(books->lists));
	CLI_TRY(c, book_end(books->lists, rename_domain(c, books, &count, &is_new)));
	printf("Renamed %lld lists. What they were called goes on working.\n",
	       (long long)count);
	return is_new ? cli_say_records(c) : CLI_OK;
}

int cli_list_rename(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	bool is_new = false;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	if (c->args[0][0] == '@' || c->args[1][0] == '@')
		return whole_domain(c, books);
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, book_begin(books->lists));
	CLI_TRY(c, book_end(books->lists, rename_one(c, books, list, &is_new)));
	printf("%.*s is %s now. Its former address takes mail, and its old links lead to "
	       "the new ones;\npostern list forget %.*s ends that.\n",
	       STR_F(list->address), c->args[1], STR_F(list->address));
	if (cli_option(c, "new-id"))
		puts("Its List-Id is that of the new name: members' filters must "
		     "follow.");
	return is_new ? cli_say_records(c) : CLI_OK;
}

int cli_list_forget(struct cli *c)
{
	struct books *books;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, list_let_go(books, c->a, str_from(c->args[0]), &cli_actor));
	return CLI_OK;
}
