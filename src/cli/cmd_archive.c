/* postern archive …: export, search, and care. */
#include "archive/export.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "base/file.h"
#include "cli/cli.h"
#include "lists/settings.h"

#include <stdio.h>
#include <unistd.h>

enum { HITS = 50 };

static err open_list(struct cli *c, enum books_mode mode, struct books **books,
		     const struct list_entry **list)
{
	TRY(cli_books(c, mode, books));
	return cli_list(c, c->args[0], list);
}

int cli_archive_export(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct export_job x;
	bool done = false;
	CLI_TRY(c, open_list(c, BOOKS_READ, &books, &list));
	export_list(&x, list->id);
	while (!done) {
		ARENA(a);
		str piece;
		CLI_TRY(c, export_next(&x, books->archive, a, &piece, &done));
		CLI_TRY(c, file_write_all(c->a, STDOUT_FILENO, piece));
	}
	return CLI_OK;
}

int cli_archive_search(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct search_found found;
	str text = STR("");
	CLI_TRY(c, open_list(c, BOOKS_READ, &books, &list));
	for (size_t i = 1; i < c->arg_count; i++)
		text = arena_cat(c->a, text, i > 1 ? STR(" ") : STR(""),
				 str_from(c->args[i]));
	struct search_list own = { .id = list->id, .name = list->name };
	struct search s = { .text = text, .lists = &own, .list_count = 1, .limit = HITS };
	CLI_TRY(c, search_run(books->archive, c->a, &s, &found));
	struct table *t = table_new(c, "number# date from subject");
	for (size_t i = 0; i < found.count; i++) {
		const struct archive_post *p = &found.hits[i].post;
		table_row(t,
			  (str[]){ arena_printf(c->a, "%lld", (long long)p->number),
				   cli_time(c, p->date), p->from_address, p->subject });
	}
	table_print(t);
	return CLI_OK;
}

static void say_unwell(void *arg, int64_t list, int64_t number, const char *what)
{
	(void)arg;
	printf("list %lld, post %lld: %s\n", (long long)list, (long long)number, what);
}

int cli_archive_verify(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct verify_result r;
	int64_t id = 0;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	if (c->arg_count) {
		CLI_TRY(c, cli_list(c, c->args[0], &list));
		id = list->id;
	}
	CLI_TRY(c, archive_verify(books->archive, id, say_unwell, NULL, &r));
	printf("%lld posts, %lld unreadable, %lld changed\n", (long long)r.posts,
	       (long long)r.unreadable, (long long)r.changed);
	return r.unreadable || r.changed ? CLI_FAILED : CLI_OK;
}

int cli_archive_reindex(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct settings settings;
	int64_t posts;
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, settings_load(books->lists, c->a, list->id, &settings));
	CLI_TRY(c, archive_reindex(books->archive, list->id, settings.default_charset,
				   &posts));
	printf("%lld posts\n", (long long)posts);
	return CLI_OK;
}
