/* mbox.gz: made while it is sent, a piece of posts at a time. Whichever worker makes a
 * piece reads the archive with books of its own. */
#include "web/pages/mbox_inside.h"
#include "web/pages/account.h"
#include "web/pages/since.h"

#include "base/log.h"
#include "base/mem.h"
#include "lists/personal.h"
#include "web/pages/volume.h"

#include <stdlib.h>

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

bool mbox_begin(z_stream *z)
{
	enum { LEVEL = 6, GZIP = 15 + 16, MEMORY = 8 };
	*z = (z_stream){ 0 };
	return deflateInit2(z, LEVEL, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY)
	       == Z_OK;
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

err mbox_more(struct web *web, struct export_job *job, z_stream *z, struct buf *out,
	      bool *done)
{
	struct request q = { .ctx = web };
	struct worker *w = worker_of(&q);
	str piece;
	ARENA(a);
	TRY(worker_check(w));
	TRY(export_next(job, w->books.archive, a, &piece, done));
	return squeeze(z, piece, *done, out) ? OK : FAIL(ERR_IO, "zlib gave up");
}

static enum stream_state more_mbox(struct stream *s, struct buf *out)
{
	struct mbox_stream *m = (struct mbox_stream *)s;
	bool done;
	err e = mbox_more(m->web, &m->job, &m->z, out, &done);
	if (e.kind) {
		log_error("mbox-not-made", KE(e), KZ("do", "mend what the error names"));
		return STREAM_FAILED;
	}
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

str mbox_name(const struct request *q, str what)
{
	const struct list_entry *list = worker_of(q)->list;
	return arena_cat(q->arena, list ? list->name : STR("lists"), STR("-"), what,
			 STR(".mbox.gz"));
}

void mbox_say(struct response *r, str name)
{
	page_no_index(r);
	r->policy = SANDBOX;
	r->type = STR("application/gzip");
	response_download(r, name);
}

static struct mbox_stream *answer_mbox(struct request *q, struct response *r,
				       const struct export_job *job, bool hide)
{
	struct mbox_stream *m = mem_zero(sizeof *m);
	m->s = (struct stream){ .more = more_mbox, .free = free_mbox, .length = -1 };
	m->web = q->ctx;
	m->job = *job;
	m->job.hide_addresses = hide;
	m->job.since = worker_of(q)->since;
	if (!mbox_begin(&m->z)) {
		free(m);
		error_page(q, r, 503, STR_NONE);
		return NULL;
	}
	r->stream = &m->s;
	return m;
}

void thread_mbox_page(struct request *q, struct response *r)
{
	struct archive_thread t;
	struct export_job job;
	if (!since_thread_asked(q, r, &t))
		return;
	export_thread(&job, worker_of(q)->list->id, t.number);
	mbox_say(r, mbox_name(q, arena_number(q->arena, t.number)));
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
	mbox_say(r, mbox_name(q, STR("search")));
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
	mbox_say(r, mbox_name(q, name));
	answer_mbox(q, r, &job, hides_here(q));
}

/* ---- one post: small enough to be made at once */

static err make_one(struct request *q, int64_t id, struct buf *out)
{
	struct export_job job;
	z_stream z;
	bool done = false;
	if (!mbox_begin(&z))
		return FAIL(ERR_TEMP, "zlib has no memory");
	export_ids(&job, &id, 1);
	job.hide_addresses = hides_here(q);
	err e = OK;
	while (!done && !e.kind)
		e = mbox_more(q->ctx, &job, &z, out, &done);
	deflateEnd(&z);
	return e;
}

void post_mbox_page(struct request *q, struct response *r)
{
	const struct worker *w = worker_of(q);
	struct archive_post post;
	int64_t number = 0;
	bool found = false;
	if (str_i64(request_arg(q, "number"), &number)
	    && page_failed(q, r,
			   archive_post_by_number(w->books.archive, q->arena, w->list->id,
						  number, &post, &found)))
		return;
	if (!found || !since_sees(q, &post) || post.flags & ARCHIVE_GONE) {
		error_page(q, r, found && since_sees(q, &post) ? 410 : 404, STR_NONE);
		return;
	}
	if (page_failed(q, r, make_one(q, post.id, &r->body)))
		return;
	struct blob *b = blob_new(&r->body, STR("application/gzip"));
	mbox_say(r, mbox_name(q, arena_number(q->arena, number)));
	response_file(q, r, b, arena_copy(q->arena, blob_tag(b)));
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
	mbox_say(r, STR("posts.mbox.gz"));
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
