/* The messages of a public-inbox: git repositories in which each commit brings one message,
 * or takes one away. Version 2 has them in git/0.git, git/1.git, …, in the file m, and writes
 * what is taken away to d; version 1 is one repository with a file a message. The program git
 * reads them, and none of the programs that a repository's own configuration may name. */
#include "archive/import_inside.h"

#include "base/buf.h"
#include "base/child.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/map.h"
#include "store/archive/blob.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EPOCHS_MAX = 1000, BLOBS_MAX = 16 * 1024 * 1024, ID_OCTETS = 32, ID_SHA1 = 20 };

struct blob {
	int64_t at;                  /* seconds, of the commit */
	unsigned char id[ID_OCTETS]; /* SHA-1 has fewer */
	unsigned char id_n;
	bool gone;
	uint16_t epoch;
};

struct inbox {
	struct arena *a;
	const char *repos[EPOCHS_MAX];
	size_t repo_count;
	struct buf blobs; /* of struct blob, the oldest first */
	struct map gone;  /* id of what was taken away, to how many blobs stood before */
	size_t next;
	struct child *git; /* gives the messages of one epoch */
	size_t epoch;
};

static struct blob *blobs_of(const struct inbox *x)
{
	return (struct blob *)(void *)x->blobs.p;
}

static size_t count_of(const struct inbox *x)
{
	return x->blobs.n / sizeof(struct blob);
}

/* "m", or as version 1 has it "2a/38 digits". */
static bool is_message(str path)
{
	return str_eq(path, STR("m")) || (path.n == 41 && path.p[2] == '/');
}

static void forget(struct inbox *x, str id)
{
	map_set(&x->gone, id, (void *)(uintptr_t)(count_of(x) + 1));
}

/* ":100644 100644 OLD NEW M<tab>m" */
static err read_change(struct inbox *x, size_t epoch, int64_t at, str line)
{
	str head, path, words[5];
	if (!str_cut(line, '\t', &head, &path))
		return OK;
	for (size_t i = 0; i < 5; i++)
		if (!str_word(&head, &words[i]))
			return OK;
	struct blob b = { .at = at, .epoch = (uint16_t)epoch };
	ARENA(a);
	str id, old;
	TRY(enc_hex_decode(a, words[3], &id));
	TRY(enc_hex_decode(a, words[2], &old));
	if (id.n < ID_SHA1 || id.n > ID_OCTETS)
		return FAIL(ERR_SYNTAX, "git names a file by something else than a hash");
	bool removed = words[4].p[0] == 'D';
	if (removed && is_message(path) && path.n > 1)
		forget(x, old);
	if (!removed && str_eq(path, STR("d")))
		forget(x, id);
	if (removed || !is_message(path))
		return OK;
	if (count_of(x) == BLOBS_MAX)
		return FAIL(ERR_LIMIT, "there are more messages than are taken");
	memcpy(b.id, id.p, id.n);
	b.id_n = (unsigned char)id.n;
	buf_add(&x->blobs, (str){ (char *)&b, sizeof b });
	return OK;
}

static err read_log(struct inbox *x, struct child *git, size_t epoch)
{
	size_t lines = 0;
	int64_t at = 0;
	str line;
	for (bool more = true;;) {
		TRY(child_line(git, &line, &more));
		if (!more)
			return OK;
		if (lines++ > 8 * (size_t)BLOBS_MAX)
			return FAIL(ERR_LIMIT, "the history has no end");
		if (str_starts(line, STR("c")) && !str_i64(str_skip(line, 1), &at))
			at = 0;
		if (str_starts(line, STR(":")))
			TRY(read_change(x, epoch, at, line));
	}
}

/* What each commit changed, the oldest first. Nothing that the repository's configuration
 * names is run: no check of signatures, no filter, no fetching of what is missing. */
static err list_epoch(struct inbox *x, size_t epoch)
{
	const char *const argv[] = {
		"git",
		"-c",
		"core.fsmonitor=false",
		"-c",
		"protocol.allow=never",
		"-c",
		"log.showRoot=true",
		"--no-pager",
		"--git-dir",
		x->repos[epoch],
		"log",
		"--reverse",
		"--first-parent",
		"--raw",
		"--no-abbrev",
		"--no-renames",
		"--no-ext-diff",
		"--no-textconv",
		"--no-show-signature",
		"--no-notes",
		"--no-color",
		"--format=c%ct",
		"HEAD",
		"--",
		NULL,
	};
	struct child *git;
	TRY(child_start(x->a, argv, -1, &git));
	return child_end(git, read_log(x, git, epoch));
}

static void mark_gone(struct inbox *x)
{
	struct blob *b = blobs_of(x);
	for (size_t i = 0; i < count_of(x); i++) {
		void *before = map_get(&x->gone, (str){ (char *)b[i].id, b[i].id_n });
		b[i].gone = before && i < (uintptr_t)before - 1;
	}
}

/* From where the messages stand to the end of their epoch. */
static err start_git(struct inbox *x)
{
	struct blob *b = blobs_of(x);
	x->epoch = b[x->next].epoch;
	FD_AUTO ids = memfd_create("ids", MFD_CLOEXEC);
	if (ids < 0)
		return FAIL(ERR_IO, "no memory for a list of messages");
	BUF(text);
	for (size_t i = x->next; i < count_of(x) && b[i].epoch == x->epoch; i++) {
		ARENA(a);
		if (!b[i].gone)
			buf_cat(&text, enc_hex(a, (str){ (char *)b[i].id, b[i].id_n }),
				STR("\n"));
	}
	TRY(file_write_all(x->a, ids, buf_str(&text)));
	if (lseek(ids, 0, SEEK_SET))
		return FAIL(ERR_IO, "no memory for a list of messages");
	const char *const argv[] = { "git",
				     "-c",
				     "protocol.allow=never",
				     "--git-dir",
				     x->repos[x->epoch],
				     "cat-file",
				     "--batch",
				     NULL };
	return child_start(x->a, argv, ids, &x->git);
}

static err stop_git(struct inbox *x, err e)
{
	struct child *git = x->git;
	x->git = NULL;
	return git ? child_end(git, e) : e;
}

/* "ID blob SIZE", its octets, a line end; or "ID missing". What is too large is left there,
 * and another git goes on behind it. */
static err read_blob(struct inbox *x, struct arena *a, struct import_message *m)
{
	str line, id, type, octets;
	bool more;
	int64_t size;
	TRY(child_line(x->git, &line, &more));
	if (!more)
		return FAIL(ERR_IO, "git ended before its time");
	if (!str_word(&line, &id) || !str_word(&line, &type) || !str_eq(type, STR("blob"))
	    || !str_i64(str_trim(line), &size) || size < 0) {
		m->unreadable = "the repository lacks it";
		return OK;
	}
	if (size > ARCHIVE_MESSAGE_MAX) {
		m->unreadable = "it is larger than any message may be";
		return stop_git(x, OK);
	}
	TRY(child_octets(x->git, (size_t)size, &octets));
	if (str_starts(octets, STR("From ")) && str_cut(octets, '\n', &line, &id))
		octets = id;
	m->bytes = import_lines(a, octets);
	return child_octets(x->git, 1, &line);
}

static err next_message(struct import_source *s, struct arena *a,
			struct import_message *m, bool *more)
{
	struct inbox *x = s->state;
	const struct blob *b = blobs_of(x);
	while (x->next < count_of(x) && b[x->next].gone)
		x->next++;
	*more = x->next < count_of(x);
	s->done = x->next;
	if (x->git && (!*more || b[x->next].epoch != x->epoch))
		TRY(stop_git(x, OK));
	if (!*more)
		return OK;
	if (!x->git)
		TRY(start_git(x));
	m->arrived = b[x->next++].at;
	return read_blob(x, a, m);
}

static void close_inbox(struct import_source *s)
{
	(void)stop_git(s->state, OK).kind;
}

static err open_inbox(struct import_source *s)
{
	struct inbox *x = s->state;
	x->next = 0;
	return OK;
}

static bool is_folder(struct arena *a, const char *folder, const char *name)
{
	struct stat s;
	str path = arena_cat(a, str_from(folder), STR("/"), str_from(name));
	return !lstat(arena_z(a, path), &s) && S_ISDIR(s.st_mode);
}

static void find_repos(struct inbox *x, const char *folder)
{
	if (is_folder(x->a, folder, "objects"))
		x->repos[x->repo_count++] = folder;
	for (size_t i = 0; i < EPOCHS_MAX && x->repo_count == i; i++) {
		const char *name = arena_z(x->a, arena_printf(x->a, "git/%zu.git", i));
		if (!is_folder(x->a, folder, name))
			return;
		x->repos[x->repo_count++] = arena_z(
			x->a, arena_printf(x->a, "%s/%s", folder, name));
	}
}

err import_public_inbox(struct arena *a, const char *folder, struct import_source **out)
{
	struct inbox *x = arena_zero(a, sizeof *x);
	struct import_source *s = arena_zero(a, sizeof *s);
	err e = OK;
	x->a = a;
	find_repos(x, folder);
	if (!x->repo_count)
		return err_in(a, ERR_NOTFOUND,
			      "%s: no public-inbox: there is no git/0.git in it", folder);
	for (size_t i = 0; i < x->repo_count && !e.kind; i++) {
		e = list_epoch(x, i);
		if (e.kind)
			e = err_in(a, e.kind, "%s: %s", x->repos[i], e.msg);
	}
	if (!e.kind)
		mark_gone(x);
	map_free(&x->gone);
	TRY(e);
	*s = (struct import_source){ .open = open_inbox,
				     .next = next_message,
				     .close = close_inbox,
				     .of = count_of(x),
				     .state = x };
	*out = s;
	return OK;
}
