/* postern archive …: import, export, search, and care. */
#include "archive/export.h"
#include "archive/import.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "base/file.h"
#include "cli/cli.h"

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

/* An mbox begins with "From "; what a packer made is for its unpacker. */
static err check_packed(struct cli *c, const char *path, str bytes)
{
	static const struct {
		str magic;
		const char *unpack;
	} packers[] = { { STR("\x1f\x8b"), "gunzip -k" },
			{ STR("\xfd\x37zXZ"), "xz -dk" },
			{ STR("BZh"), "bunzip2 -k" },
			{ STR("\x28\xb5\x2f\xfd"), "zstd -d" },
			{ STR("PK\x03\x04"), "unzip" } };
	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++)
		if (str_starts(bytes, packers[i].magic))
			return err_in(c->a, ERR_SYNTAX,
				      "%s is compressed; unpack it first: %s %s", path,
				      packers[i].unpack, path);
	return OK;
}

static err import_one(struct cli *c, struct books *books, struct import_job *x,
		      const char *path, struct import_result *r)
{
	TRY(map_file(c, path, &x->mbox));
	TRY(check_packed(c, path, x->mbox));
	TRY(archive_import(books->archive, c->a, x, r));
	if (x->mbox.n)
		munmap((void *)(uintptr_t)x->mbox.p, x->mbox.n);
	printf("%s%s: %zu messages, %zu kept (%zu repaired), %zu there already, %zu "
	       "unreadable\n",
	       isatty(STDERR_FILENO) ? "\r" : "", path, r->messages, r->kept, r->repaired,
	       r->duplicate, r->unreadable);
	if (r->repaired && !x->arg)
		puts("Repaired: what a message lacked was put in its place; --report "
		     "FILE says where.");
	return OK;
}

/* Mailman's archiver counted the messages of the list's one mbox; of several, or of a
 * part, nobody knows which number one had. */
static err read_pipermail(struct cli *c, str *path)
{
	str text = str_from(cli_option(c, "pipermail")), name;
	static const str before = STR("/pipermail/");
	*path = text;
	if (!text.n)
		return OK;
	if (str_ends(text, STR("/")))
		text = str_first(text, text.n - 1);
	name = str_skip(text, before.n);
	if (!str_starts(text, before) || !name.n || str_has(name, '/'))
		return FAIL(ERR_SYNTAX, "--pipermail wants the path of the list's old "
					"archive: /pipermail/NAME");
	if (c->arg_count != 2)
		return FAIL(ERR_SYNTAX, "--pipermail goes with one FILE: the numbers in "
					"old addresses count the whole of it");
	*path = text;
	return OK;
}

static err import_all(struct cli *c, FILE *report, str pipermail, size_t *unreadable)
{
	struct books *books;
	const struct list_entry *list;
	TRY(open_list(c, BOOKS_WRITE, &books, &list));
	struct import_job x = { .list = list->id,
				.pipermail = pipermail,
				.report = report_line,
				.progress = show_progress,
				.arg = report };
	for (size_t i = 1; i < c->arg_count; i++) {
		struct import_result r;
		TRY(import_one(c, books, &x, c->args[i], &r));
		*unreadable += r.unreadable;
	}
	return OK;
}

int cli_archive_import(struct cli *c)
{
	const char *path = cli_option(c, "report");
	size_t unreadable = 0;
	str pipermail;
	err e = read_pipermail(c, &pipermail);
	if (e.kind) {
		cli_fail(c, e);
		return CLI_USAGE;
	}
	FILE *report = path ? fopen(path, "w") : NULL;
	if (path && !report)
		return cli_fail(c, err_in(c->a, ERR_IO, "--report %s: %s", path,
					  strerror(errno)));
	e = import_all(c, report, pipermail, &unreadable);
	if (report && fclose(report) && !e.kind)
		e = err_in(c->a, ERR_IO, "--report %s: %s", path, strerror(errno));
	if (e.kind)
		return cli_fail(c, e);
	return unreadable ? CLI_FAILED : CLI_OK;
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
	int64_t posts;
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, archive_reindex(books->archive, list->id, &posts));
	printf("%lld posts\n", (long long)posts);
	return CLI_OK;
}
