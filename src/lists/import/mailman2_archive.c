#include "archive/import.h"
#include "base/file.h"
#include "lists/import/mailman2_inside.h"
#include "mail/mbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An mbox may be larger than memory: it is mapped, not read. */
static err map_file(struct moving *x, str path, str *bytes)
{
	struct stat s;
	FD_AUTO fd = open(arena_z(x->a, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &s))
		return err_in(x->a, ERR_NOTFOUND, "%.*s: %s", STR_F(path),
			      strerror(errno));
	*bytes = STR("");
	if (!s.st_size)
		return OK;
	void *at = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return err_in(x->a, ERR_NOTFOUND, "%.*s: %s", STR_F(path),
			      strerror(errno));
	*bytes = (str){ at, (size_t)s.st_size };
	return OK;
}

static size_t count_messages(str bytes)
{
	ARENA(a);
	struct mbox mbox;
	struct mbox_message m;
	mbox_open(&mbox, bytes);
	while (mbox_next(&mbox, a, &m))
		arena_reset(a);
	return mbox.number;
}

static void tell_unreadable(void *arg, const struct import_line *l)
{
	struct moving *x = arg;
	if (l->what == IMPORT_UNREADABLE)
		import_report_note(x->report, "post %zu of the archive is left out: %s",
				   l->n, l->why ? l->why : "");
}

static err import_mbox(struct moving *x, str bytes)
{
	struct import_result r;
	TRY(archive_import(
		x->books->archive, x->a,
		&(struct import_job){
			.list = x->list,
			.mbox = bytes,
			.pipermail = arena_cat(x->a, STR("/pipermail/"), x->name),
			.report = tell_unreadable,
			.arg = x },
		&r));
	x->report->written += r.kept;
	import_report_count(x->report, "posts", (int64_t)r.messages,
			    (int64_t)(r.kept + r.duplicate));
	if (r.repaired)
		import_report_note(
			x->report,
			"%zu posts of the archive lacked something that was put in",
			r.repaired);
	return OK;
}

err move_archive(struct moving *x)
{
	str bytes,
		folder = arena_cat(x->a, STR("archives/private/"), x->name, STR(".mbox"));
	str path = moving_path(x, arena_z(x->a, folder),
			       arena_cat(x->a, x->name, STR(".mbox")));
	err e = map_file(x, path, &bytes);
	if (e.kind) {
		import_report_count(x->report, "posts", 0, 0);
		import_report_note(x->report, "there is no archive: %s", e.msg);
		return OK;
	}
	if (x->dry) {
		int64_t n = (int64_t)count_messages(bytes);
		import_report_count(x->report, "posts", n, n);
	} else {
		e = import_mbox(x, bytes);
	}
	if (bytes.n)
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
	return e;
}

/* Texts of mails and pages that the list had for itself, in folders by language. */
static void tell_texts(struct moving *x, str folder, const char *language)
{
	str path = arena_cat(x->a, folder, STR("/"), str_from(language));
	DIR *d = opendir(arena_z(x->a, path));
	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.')
			import_report_note(
				x->report,
				"%s/%s is left out: a text of the list's own, with "
				"variables of Mailman's; postern template ls names "
				"ours",
				language, f->d_name);
	if (d)
		closedir(d);
}

void move_leftovers(struct moving *x)
{
	str bytes, folder = moving_path(x, "lists", x->name);
	DIR *d = opendir(arena_z(x->a, folder));
	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.' && f->d_type == DT_DIR)
			tell_texts(x, folder, f->d_name);
	if (d)
		closedir(d);
	if (map_file(x, arena_cat(x->a, folder, STR("/digest.mbox")), &bytes).kind
	    || !bytes.n)
		return;
	import_report_note(
		x->report,
		"%zu posts wait there for the next digest; members find them in the "
		"archive",
		count_messages(bytes));
	munmap((void *)(uintptr_t)bytes.p, bytes.n);
}
