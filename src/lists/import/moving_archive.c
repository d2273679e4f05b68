#include "lists/import/moving.h"

#include "archive/import.h"
#include "base/file.h"
#include "mail/mbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An mbox may be larger than memory: it is mapped, not read. */
err moving_map(struct moving *x, str path, str *bytes)
{
	struct stat s;
	int opened;
	TRY(moving_open(x, x->a, path, &opened));
	FD_AUTO fd = opened;
	if (fstat(fd, &s))
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

void moving_unmap(str bytes)
{
	if (bytes.n)
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
}

size_t moving_count_messages(str bytes)
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

static err import_posts(struct moving *x, str mbox, str pipermail, str hyperkitty,
			struct moving_count *c)
{
	struct import_result r;
	struct settings now;
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	TRY(archive_import(x->books->archive, x->a,
			   &(struct import_job){ .list = x->list,
						 .charset = now.default_charset,
						 .mbox = mbox,
						 .pipermail = pipermail,
						 .hyperkitty = hyperkitty,
						 .report = tell_unreadable,
						 .arg = x },
			   &r));
	x->report->written += r.kept;
	c->there += (int64_t)r.messages;
	c->here += (int64_t)(r.kept + r.duplicate);
	if (r.repaired)
		import_report_note(
			x->report,
			"%zu posts of the archive lacked something that was put in",
			r.repaired);
	return OK;
}

static err move_posts(struct moving *x, str mbox, str pipermail, str hyperkitty,
		      struct moving_count *c)
{
	if (!x->dry)
		return import_posts(x, mbox, pipermail, hyperkitty, c);
	size_t n = moving_count_messages(mbox);
	c->there += (int64_t)n;
	c->here += (int64_t)n;
	return OK;
}

err moving_mbox(struct moving *x, str path, str pipermail, str hyperkitty)
{
	struct moving_count c = { 0 };
	str bytes;
	err e = moving_map(x, path, &bytes);
	if (e.kind) {
		import_report_count(x->report, "posts", 0, 0);
		import_report_note(x->report, "there is no archive: %s", e.msg);
		return OK;
	}
	e = move_posts(x, bytes, pipermail, hyperkitty, &c);
	moving_unmap(bytes);
	if (!e.kind)
		import_report_count(x->report, "posts", c.there, c.here);
	return e;
}

/* As one message of an mbox; the file's time is when it came. */
static void add_file(struct moving *x, struct arena *a, struct buf *mbox, str path)
{
	struct stat s = { 0 };
	str text;
	err e = moving_read(x, a, path, MOVING_MESSAGE, &text);
	if (e.kind) {
		import_report_note(x->report,
				   "a post of the archive is left out: %.*s: %s",
				   STR_F(path), e.msg);
		return;
	}
	(void)stat(arena_z(a, path), &s);
	buf_add(mbox, mbox_write(a, text, STR("nobody"), s.st_mtime));
}

err moving_message_files(struct moving *x, const str *paths, size_t n)
{
	enum { AT_A_TIME = 32 << 20 };
	struct moving_count c = { 0 };
	BUF(mbox);
	for (size_t i = 0; i < n; i++) {
		ARENA(a);
		add_file(x, a, &mbox, paths[i]);
		if (mbox.n < AT_A_TIME && i + 1 < n)
			continue;
		TRY(move_posts(x, buf_str(&mbox), STR(""), STR(""), &c));
		buf_clear(&mbox);
	}
	import_report_count(x->report, "posts", (int64_t)n, c.here);
	return OK;
}
