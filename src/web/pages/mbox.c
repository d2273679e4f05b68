/* mbox.gz: made while it is sent, a piece of posts at a time. Whichever worker makes a
 * piece reads the archive with books of its own. */
#include "web/pages/mbox.h"
#include "web/pages/account.h"
#include "web/pages/since.h"

#include "archive/export.h"
#include "base/log.h"
#include "base/mem.h"
#include "lists/personal.h"
#include "web/pages/volume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

static bool hides_here(const struct request *q)
{
	return page_hides(q, &worker_of(q)->settings);
}

struct mbox_stream {
	struct stream s;
	struct web *web;
	struct export_job job;
	struct arena *kept; /* what the job points to; or NULL */
	z_stream z;
};

static err next_piece(struct mbox_stream *m, struct arena *a, str *piece, bool *done)
{
	struct request q = { .ctx = m->web };
	struct worker *w = worker_of(&q);
	TRY(worker_check(w));
	return export_next(&m->job, w->books.archive, a, piece, done);
}

static bool squeeze(z_stream *z, str bytes, bool end, struct buf *out)
{
	enum { ROOM = 64 * 1024 };
	int code = Z_OK;
	z->next_in = (unsigned char *)(uintptr_t)bytes.p;
	z->avail_in = (unsigned)bytes.n;
	do {
		z->next_out = (unsigned char *)buf_room(out, ROOM);
		z->avail_out = ROOM;
		code = deflate(z, end ? Z_FINISH : Z_NO_FLUSH);
		out->n += ROOM - z->avail_out;
	} while (code == Z_OK && !z->avail_out);
	return code == (end ? Z_STREAM_END : Z_OK) || code == Z_BUF_ERROR;
}

static enum stream_state more_mbox(struct stream *s, struct buf *out)
{
	struct mbox_stream *m = (struct mbox_stream *)s;
	ARENA(a);
	bool done;
	str piece;
	err e = next_piece(m, a, &piece, &done);
	if (e.kind) {
		log_error("mbox-not-made", KE(e), KZ("do", "mend what the error names"));
		return STREAM_FAILED;
	}
	if (!squeeze(&m->z, piece, done, out))
		return STREAM_FAILED;
	return done ? STREAM_END : STREAM_MORE;
}

static void free_mbox(struct stream *s)
{
	struct mbox_stream *m = (struct mbox_stream *)s;
	deflateEnd(&m->z);
	if (m->kept)
		arena_free(m->kept);
	free(m);
}

static struct mbox_stream *answer_mbox(struct request *q, struct response *r,
				       const struct export_job *job, bool hide)
{
	enum { LEVEL = 6, GZIP = 15 + 16, MEMORY = 8 };
	struct mbox_stream *m = mem_zero(sizeof *m);
	m->s = (struct stream){ .more = more_mbox, .free = free_mbox, .length = -1 };
	m->web = q->ctx;
	m->job = *job;
	m->job.hide_addresses = hide;
	m->job.since = worker_of(q)->since;
	if (deflateInit2(&m->z, LEVEL, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY)
	    != Z_OK) {
		free(m);
		error_page(q, r, 503, STR_NONE);
		return NULL;
	}
	page_no_index(r);
	r->policy = SANDBOX;
	r->type = STR("application/gzip");
	r->stream = &m->s;
	return m;
}

static str file_name(struct request *q, const char *what)
{
	const struct list_entry *list = worker_of(q)->list;
	return arena_printf(q->arena, "%.*s-%s.mbox.gz",
			    STR_F(list ? list->name : STR("lists")), what);
}

void thread_mbox_page(struct request *q, struct response *r)
{
	const struct worker *w = worker_of(q);
	struct archive_thread t;
	struct export_job job;
	int64_t number = 0;
	bool found = false, seen = false;
	if (str_i64(request_arg(q, "number"), &number)
	    && page_failed(q, r,
			   archive_read_thread_row(w->books.archive, q->arena,
						   w->list->id, number, &t, &found)))
		return;
	if (found && page_failed(q, r, since_thread(q, &t, &seen)))
		return;
	if (!seen) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	export_thread(&job, w->list->id, t.number);
	response_download(
		r, file_name(q, arena_z(q->arena,
					arena_printf(q->arena, "%" PRId64, t.number))));
	answer_mbox(q, r, &job, hides_here(q));
}

void mbox_answer_ids(struct request *q, struct response *r, const int64_t *ids, size_t n,
		     bool hide)
{
	struct export_job job;
	struct arena *kept = arena_new();
	int64_t *mine = arena_alloc(kept, (n + 1) * sizeof *mine);
	if (n)
		memcpy(mine, ids, n * sizeof *mine);
	export_ids(&job, mine, n);
	response_download(r, file_name(q, "search"));
	struct mbox_stream *m = answer_mbox(q, r, &job, hide);
	if (m)
		m->kept = kept;
	else
		arena_free(kept);
}

void volume_mbox_page(struct request *q, struct response *r)
{
	struct export_job job;
	str name = request_arg(q, "volume");
	struct volume v;
	if (!volume_read(name, &v)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	export_between(&job, worker_of(q)->list->id, v.from, v.until);
	response_download(r, file_name(q, arena_z(q->arena, name)));
	answer_mbox(q, r, &job, hides_here(q));
}

/* ---- what a person wrote, for that person */

void account_answer_posts(struct request *q, struct response *r, int64_t person)
{
	struct export_job job;
	struct arena *kept = arena_new();
	str *keys;
	size_t n;
	if (page_failed(
		    q, r,
		    personal_addresses(&worker_of(q)->books, kept, person, &keys, &n))) {
		arena_free(kept);
		return;
	}
	export_authors(&job, keys, n);
	response_download(r, STR("posts.mbox.gz"));
	struct mbox_stream *m = answer_mbox(q, r, &job, false);
	if (m)
		m->kept = kept;
	else
		arena_free(kept);
	r->cache = STR("no-store");
}

void account_posts_page(struct request *q, struct response *r)
{
	account_answer_posts(q, r, q->session->person);
}
