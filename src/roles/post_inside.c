#include "roles/post_inside.h"

#include "archive/inside.h"
#include "base/log.h"
#include "base/thread.h"

enum { LOOK_MS = 1000, AGAIN_MS = 5000 };

struct inside {
	struct role *role;
	struct book *archive;
};

static err read_pdf(void *ctx, struct arena *a, str bytes, size_t most, str *text)
{
	(void)ctx, (void)a, (void)bytes, (void)most, (void)text;
	return FAIL(ERR_NOTFOUND, "pdftotext is not installed");
}

static void *run(void *arg)
{
	struct inside *x = arg;
	struct inside_reader reader = { read_pdf, x };
	while (!role_draining(x->role)) {
		bool more = false;
		err e = archive_look_inside(x->archive, &reader, &more);
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
	TRY(book_open(role->a, role->conf->site_data, BOOK_ARCHIVE, BOOK_WRITE,
		      &x->archive));
	return thread_start(run, x);
}
