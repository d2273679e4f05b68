/* postern archive import: files and folders of other archives. */
#include "archive/import_source.h"
#include "base/file.h"
#include "base/gzip.h"
#include "cli/cli.h"
#include "lists/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Octets that a packed mbox may unpack to. */
static const size_t UNPACKED_MAX = (size_t)64 << 30;

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
	} packers[] = { { STR("\xfd\x37zXZ"), "xz -dk" },
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

/* An mbox may be larger than memory: it is mapped, not read. */
static err map_fd(struct cli *c, const char *path, int fd, str *bytes)
{
	struct stat s;
	if (fstat(fd, &s))
		return err_in(c->a, ERR_IO, "%s: %s", path, strerror(errno));
	if (!S_ISREG(s.st_mode))
		return err_in(c->a, ERR_SYNTAX, "%s is neither a file nor a folder",
			      path);
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

/* What is unpacked lies beside the books, where there is room for it, without a name. */
static err map_unpacked(struct cli *c, const char *path, int packed, str *bytes)
{
	const char *data = arena_z(c->a, c->conf.site_data);
	FD_AUTO fd = open(data, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_in(c->a, ERR_IO, "%s: cannot be unpacked in %s: %s", path,
			      data, strerror(errno));
	err e = gzip_unpack_file(c->a, packed, fd, UNPACKED_MAX);
	if (e.kind)
		return err_in(c->a, e.kind, "%s: %s", path, e.msg);
	return map_fd(c, path, fd, bytes);
}

static err map_file(struct cli *c, const char *path, str *bytes)
{
	char magic[2];
	FD_AUTO fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_in(c->a, ERR_NOTFOUND, "%s: %s", path, strerror(errno));
	if (pread(fd, magic, sizeof magic, 0) == sizeof magic
	    && !memcmp(magic, "\x1f\x8b", sizeof magic))
		return map_unpacked(c, path, fd, bytes);
	TRY(map_fd(c, path, fd, bytes));
	return check_packed(c, path, *bytes);
}

static bool has_folder(struct cli *c, const char *folder, const char *name)
{
	struct stat s;
	const char *path = arena_z(c->a, arena_printf(c->a, "%s/%s", folder, name));
	return !stat(path, &s) && S_ISDIR(s.st_mode);
}

static err open_pages(struct arena *a, const char *path, const struct import_job *x,
		      struct import_source **out)
{
	return import_pages(a, path, x->at.n ? x->at : x->pipermail, out);
}

static err open_months(struct arena *a, const char *path, const struct import_job *x,
		       struct import_source **out)
{
	(void)x;
	return import_months(a, path, out);
}

static err open_maildir(struct arena *a, const char *path, const struct import_job *x,
			struct import_source **out)
{
	(void)x;
	return import_maildir(a, path, out);
}

static err open_inbox(struct arena *a, const char *path, const struct import_job *x,
		      struct import_source **out)
{
	(void)x;
	return import_public_inbox(a, path, out);
}

static err import_source(struct cli *c, struct books *books, struct import_job *x,
			 const char *path, struct import_result *r)
{
	TRY(archive_import(books->archive, c->a, x, r));
	printf("%s%s: %zu messages, %zu kept (%zu repaired), %zu there already, %zu "
	       "unreadable\n",
	       isatty(STDERR_FILENO) ? "\r" : "", path, r->messages, r->kept, r->repaired,
	       r->duplicate, r->unreadable);
	if (r->repaired && !x->arg)
		puts("Repaired: what a message lacked was put in its place; --report "
		     "FILE says where.");
	return OK;
}

/* What kind it is stands in it. Pipermail has text and pages: the pages then bring addresses,
 * and what the text lacks. */
static err import_folder(struct cli *c, struct books *books, const struct import_job *job,
			 const char *path, size_t *unreadable)
{
	static const struct {
		const char *mark;
		err (*open)(struct arena *a, const char *path, const struct import_job *x,
			    struct import_source **out);
	} kinds[] = {
		{ "cur", open_maildir },   { "new", open_maildir }, { "git", open_inbox },
		{ "objects", open_inbox }, { "", open_months },     { "", open_pages },
	};
	size_t taken = 0, count = sizeof kinds / sizeof *kinds;
	for (size_t i = 0; i < count && !(taken && kinds[i].mark[0]); i++) {
		struct import_job x = *job;
		struct import_result r;
		if (!has_folder(c, path, kinds[i].mark))
			continue;
		err e = kinds[i].open(c->a, path, &x, &x.source);
		if (e.kind == ERR_NOTFOUND && !kinds[i].mark[0])
			continue;
		TRY(e);
		TRY(import_source(c, books, &x, path, &r));
		*unreadable += r.unreadable;
		taken++;
		if (kinds[i].mark[0])
			return OK;
	}
	return taken ? OK
		     : err_in(c->a, ERR_NOTFOUND,
			      "%s: neither a Maildir (cur, new) nor a public-inbox "
			      "(git/0.git), files of months (2008-May.txt.gz) or pages "
			      "(.html)",
			      path);
}

static err import_one(struct cli *c, struct books *books, struct import_job *x,
		      const char *path, size_t *unreadable)
{
	struct stat s;
	struct import_result r;
	if (!stat(path, &s) && S_ISDIR(s.st_mode))
		return import_folder(c, books, x, path, unreadable);
	TRY(map_file(c, path, &x->mbox));
	TRY(import_source(c, books, x, path, &r));
	if (x->mbox.n)
		munmap((void *)(uintptr_t)x->mbox.p, x->mbox.n);
	x->mbox = STR("");
	*unreadable += r.unreadable;
	return OK;
}

static str without_slash(str path)
{
	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	return path;
}

/* Mailman's archiver counted the messages of the list's one mbox; of several, or of a
 * part, nobody knows which number one had. */
static err read_pipermail(struct cli *c, struct import_job *x)
{
	static const str before = STR("/pipermail/");
	str path = without_slash(str_from(cli_option(c, "pipermail")));
	str name = str_skip(path, before.n);
	if (!path.n)
		return OK;
	if (!str_starts(path, before) || !name.n || str_has(name, '/'))
		return FAIL(ERR_SYNTAX, "--pipermail wants the path of the list's old "
					"archive: /pipermail/NAME");
	if (c->arg_count != 2)
		return FAIL(ERR_SYNTAX, "--pipermail goes with one FILE: the numbers in "
					"old addresses count the whole of it");
	x->pipermail = path;
	return OK;
}

/* As the page of the list stood there; web/pages/old.c looks below no mailman3. */
static err read_hyperkitty(struct cli *c, struct import_job *x)
{
	static const str above = STR("/mailman3");
	str path = without_slash(str_from(cli_option(c, "hyperkitty"))), before, list;
	if (!path.n)
		return OK;
	if (!str_cut_last(path, '/', &before, &list) || !str_has(list, '@')
	    || !str_ends(before, STR("/list")) || path.p[0] != '/')
		return FAIL(ERR_SYNTAX, "--hyperkitty wants the path of the list's old "
					"page: /hyperkitty/list/LIST@DOMAIN");
	if (str_starts(path, above))
		path = str_skip(path, above.n);
	if (str_starts(path, STR("/archives/")))
		path = arena_cat(c->a, STR("/hyperkitty"), str_skip(path, 9));
	x->hyperkitty = path;
	return OK;
}

static err read_at(struct cli *c, struct import_job *x)
{
	x->at = without_slash(str_from(cli_option(c, "at")));
	return !x->at.n || (str_starts(x->at, STR("/")) && x->at.n > 1)
		       ? OK
		       : FAIL(ERR_SYNTAX, "--at wants the path at which the archive "
					  "stood: /archive/NAME");
}

static err import_all(struct cli *c, struct import_job *x, size_t *unreadable)
{
	struct books *books;
	const struct list_entry *list;
	struct settings settings;
	TRY(cli_books(c, BOOKS_WRITE, &books));
	TRY(cli_list(c, c->args[0], &list));
	TRY(settings_load(books->lists, c->a, list->id, &settings));
	x->list = list->id;
	x->charset = settings.default_charset;
	for (size_t i = 1; i < c->arg_count; i++)
		TRY(import_one(c, books, x, c->args[i], unreadable));
	return OK;
}

int cli_archive_import(struct cli *c)
{
	const char *path = cli_option(c, "report");
	size_t unreadable = 0;
	struct import_job x = { .report = report_line, .progress = show_progress };
	err e = read_pipermail(c, &x);
	if (!e.kind)
		e = read_hyperkitty(c, &x);
	if (!e.kind)
		e = read_at(c, &x);
	if (e.kind) {
		cli_fail(c, e);
		return CLI_USAGE;
	}
	FILE *report = path ? fopen(path, "w") : NULL;
	if (path && !report)
		return cli_fail(c, err_in(c->a, ERR_IO, "--report %s: %s", path,
					  strerror(errno)));
	x.arg = report;
	e = import_all(c, &x, &unreadable);
	if (report && fclose(report) && !e.kind)
		e = err_in(c->a, ERR_IO, "--report %s: %s", path, strerror(errno));
	if (e.kind)
		return cli_fail(c, e);
	return unreadable ? CLI_FAILED : CLI_OK;
}
