#include "roles/post_inside.h"

#include "archive/inside.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/archive/inside.h"
#include "wall/door.h"
#include "wall/paper.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 1000, AGAIN_MS = 5000, PAUSE_MS = 5000, PAUSE_MOST_MS = 600000 };

struct inside {
	struct role *role;
	struct book *archive;
	bool has_program;
	int64_t pause_ms; /* 0: the role wall had time the last time */
	int64_t again_at; /* when it is asked again, and those that wait have their turn */
};

/* ---- PDF */

static err as_file(struct arena *a, str bytes, int *fd)
{
	int file = memfd_create("postern-file", MFD_CLOEXEC);
	if (file < 0)
		return err_in(a, ERR_TEMP, "no memory file: %s", strerror(errno));
	err e = file_write_all(a, file, bytes);
	if (e.kind)
		close(file);
	else
		*fd = file;
	return e;
}

static err ask(struct inside *x, struct arena *a, int file, size_t most, str *text)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return err_in(a, ERR_TEMP, "no connection to ourselves: %s",
			      strerror(errno));
	err e = wake_hand(x->role, ROLE_wall, pair[1]);
	close(pair[1]);
	if (!e.kind)
		e = wall_ask_text(a, pair[0], file, most, text);
	close(pair[0]);
	return e;
}

/* Each time twice as long, up to ten minutes. */
static void rest(struct inside *x, err why)
{
	int64_t twice = x->pause_ms * 2;
	x->pause_ms = !twice ? PAUSE_MS : twice < PAUSE_MOST_MS ? twice : PAUSE_MOST_MS;
	x->again_at = clock_mono_ms() + x->pause_ms;
	log_info("pdf-put-off", KE(why), KN("again_ms", x->pause_ms));
}

static err read_pdf(void *ctx, struct arena *a, str bytes, size_t most, str *text)
{
	struct inside *x = ctx;
	FD_AUTO file = -1;
	if (!x->has_program)
		return FAIL(ERR_NOTFOUND, "pdftotext is not installed");
	if (x->again_at)
		return FAIL(ERR_TEMP, "the role wall is left alone for a while");
	err e = as_file(a, bytes, &file);
	if (!e.kind)
		e = ask(x, a, file, most, text);
	if (e.kind == ERR_TEMP)
		rest(x, e);
	else
		x->pause_ms = 0;
	return e;
}

static err awake(struct inside *x)
{
	if (!x->again_at || clock_mono_ms() < x->again_at)
		return OK;
	x->again_at = 0;
	return archive_unread_awake(x->archive);
}

/* ---- */

static void *run(void *arg)
{
	struct inside *x = arg;
	struct inside_reader reader = { read_pdf, x };
	while (!role_draining(x->role)) {
		bool more = false;
		err e = awake(x);
		if (!e.kind)
			e = archive_look_inside(x->archive, &reader, &more);
		if (e.kind)
			log_warn("files-put-off", KE(e),
				 KZ("do", "nothing: they are looked into again"));
		if (e.kind || !more)
			thread_sleep(e.kind ? AGAIN_MS : LOOK_MS);
	}
	return NULL;
}

err post_inside_start(struct role *role)
{
	struct inside *x = arena_zero(role->a, sizeof *x);
	x->role = role;
	x->has_program = paper_program(role->a) != NULL;
	if (!x->has_program)
		log_info("pdf-not-read",
			 KZ("do", "install poppler-utils, and start Postern again, where "
				  "the texts of PDF files are to be searched"));
	TRY(book_open(role->a, role->conf->site_data, BOOK_ARCHIVE, BOOK_WRITE,
		      &x->archive));
	if (x->has_program)
		TRY(archive_unread_awake(x->archive));
	return thread_start(run, x);
}
