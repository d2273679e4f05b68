/* postern archive …: import, export, search, and care. */
#include "archive/export.h"
#include "archive/import.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "base/file.h"
#include "cli/cli.h"
#include "mail/date.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HITS = 50 };

static err open_list(struct cli *c, enum books_mode mode, struct books **books,
		     const struct list_entry **list)
{
	TRY(cli_books(c, mode, books));
	return cli_list(c, c->args[0], list);
}

/* An mbox may be larger than memory: it is mapped, not read. */
static err map_file(struct cli *c, const char *path, str *bytes)
{
	struct stat s;
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &s))
		return err_in(c->a, ERR_NOTFOUND, "%s: %s", path, strerror(errno));
	*bytes = STR("");
	if (!s.st_size)
		return OK;
	void *at = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return err_in(c->a, ERR_IO, "%s: cannot be mapped: %s", path,
			      strerror(errno));
	*bytes = (str){ at, (size_t)s.st_size };
	return OK;
}

static void report_line(void *arg, const struct import_line *l)
{
	if (arg)
		fprintf(arg, "%zu\t%zu\t%s\t%lld\t%s\n", l->n, l->offset,
			import_word(l->what), (long long)l->number, l->why ? l->why : "");
}

static void show_progress(void *arg, size_t messages, size_t at, size_t of)
{
	(void)arg;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu messages, %zu %%", messages,
			of ? at * 100 / of : 100);
}

static err import_one(struct cli *c, struct books *books, int64_t list, const char *path,
		      FILE *report)
{
	struct import_job x = { .list = list,
				.report = report_line,
				.progress = show_progress,
				.arg = report };
	struct import_result r;
	TRY(map_file(c, path, &x.mbox));
	TRY(archive_import(books->archive, c->a, &x, &r));
	if (x.mbox.n)
		munmap((void *)(uintptr_t)x.mbox.p, x.mbox.n);
	printf("%s%s: %zu messages, %zu kept (%zu repaired), %zu there already, %zu "
	       "unreadable\n",
	       isatty(STDERR_FILENO) ? "\r" : "", path, r.messages, r.kept, r.repaired,
	       r.duplicate, r.unreadable);
	return OK;
}

int cli_archive_import(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	const char *path = cli_option(c, "report");
	FILE *report = path ? fopen(path, "w") : NULL;
	err e = OK;
	if (path && !report)
		return cli_fail(c, err_in(c->a, ERR_IO, "--report %s: %s", path,
					  strerror(errno)));
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	for (size_t i = 1; i < c->arg_count && !e.kind; i++)
		e = import_one(c, books, list->id, c->args[i], report);
	if (report && fclose(report) && !e.kind)
		e = err_in(c->a, ERR_IO, "--report %s: %s", path, strerror(errno));
	return e.kind ? cli_fail(c, e) : CLI_OK;
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
	struct search_list own = { list->id, list->name };
	struct search s = { .text = text, .lists = &own, .list_count = 1, .limit = HITS };
	CLI_TRY(c, search_run(books->archive, c->a, &s, &found));
	struct table *t = table_new(c, "number# date from subject");
	for (size_t i = 0; i < found.count; i++) {
		const struct archive_post *p = &found.hits[i].post;
		table_row(t, (str[]){ arena_printf(c->a, "%lld", (long long)p->number),
				      date_minute(c->a, p->date), p->from_address,
				      p->subject });
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
	int64_t posts;
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, archive_reindex(books->archive, list->id, &posts));
	printf("%lld posts\n", (long long)posts);
	return CLI_OK;
}
