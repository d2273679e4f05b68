#include "archive/import.h"

#include "archive/import_inside.h"
#include "archive/prepare.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "mail/date.h"

#include <sodium.h>
#include <time.h>

/* One thread reads: it finds the messages, parses and compresses them, a batch at a
 * time. The caller's thread writes: it has the book. Between them is a short queue,
 * so that a file of any size needs the room of a few batches. */
enum {
	BATCH_MESSAGES = 128,
	BATCH_OCTETS = 4 * 1024 * 1024,
	POOL = 6, /* one is read, one is written, the others are ready */
	QUEUE = POOL - 2,
	COMMIT_MESSAGES = 4000, /* made durable at once, */
	COMMIT_MS = 1000, /* or as many batches as that takes: whoever waits for the book
			   * does not wait long, however slow the disk or large the posts */
	PAUSE_NS = 3000000, /* between commits, so that live posts find the book free */
	SOURCE_HASH = 16,
};

struct item {
	struct import_line line;
	struct prepared made;
	err failed;
};

struct batch {
	struct arena *a;
	struct item items[BATCH_MESSAGES];
	size_t count, done; /* octets of the file that are behind it */
};

struct reader {
	const struct import_job *job;
	struct import_source *source;
	size_t number; /* of messages read so far */
	err failed;    /* of the source: there is no more */
	struct archive_packer *packer;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct batch pool[POOL]; /* in turn: the writer takes one when it is done with
				  * the one before, so what comes round again is free */
	size_t turn;
	struct batch *ready[QUEUE];
	size_t first, count; /* of ready */
	bool finished, stopped;
};

const char *import_word(enum import_what what)
{
	static const char *const words[] = { [IMPORT_KEPT] = "kept",
					     [IMPORT_REPAIRED] = "kept, repaired",
					     [IMPORT_DUPLICATE] = "duplicate",
					     [IMPORT_UNREADABLE] = "unreadable" };
	return words[what];
}

/* The same message of the same list has the same source, in whatever file it comes. */
static str source_of(struct arena *a, int64_t list, str message)
{
	char hash[SOURCE_HASH];
	crypto_generichash((unsigned char *)hash, sizeof hash,
			   (const unsigned char *)(message.n ? message.p : ""), message.n,
			   NULL, 0);
	return arena_cat(a, ARCHIVE_IMPORTED, arena_printf(a, "%lld/", (long long)list),
			 enc_hex(a, (str){ hash, sizeof hash }));
}

/* When it arrived: the last hop's Received, else what is known beside the message, else
 * its own date. */
static int64_t arrived_at(struct arena *a, const struct import_message *m)
{
	struct header h;
	str head, date;
	int64_t seconds;
	int offset;
	if (header_scan(a, m->bytes, &h).kind)
		return 0;
	str received = header_value(a, header_find(&h, STR("Received")));
	if (str_cut_last(received, ';', &head, &date)
	    && !date_parse(str_trim(date), &seconds, &offset).kind && seconds > 0)
		return seconds;
	if (m->arrived > 0)
		return m->arrived;
	date = header_value(a, header_find(&h, STR("Date")));
	return !date_parse(date, &seconds, &offset).kind && seconds > 0 ? seconds
									: clock_now();
}

static void prepare_item(struct arena *a, struct reader *r,
			 const struct import_message *m, struct item *out)
{
	struct archive_arrival x = {
		.list = r->job->list,
		.source = source_of(a, r->job->list, m->bytes),
		.message = m->bytes,
		.received_at = arrived_at(a, m),
	};
	*out = (struct item){ .line = { .n = m->home ? 0 : ++r->number,
					.home = m->home,
					.offset = m->offset,
					.address = m->address,
					.by_id = m->by_id } };
	if (m->home)
		return;
	if (m->unreadable)
		out->failed = FAIL(ERR_SYNTAX, m->unreadable);
	else
		out->failed = archive_prepare(a, &x, r->packer, &out->made);
	out->line.message_id = out->made.post.message_id;
}

static struct batch *read_batch(struct reader *r)
{
	struct batch *b = &r->pool[r->turn++ % POOL];
	size_t octets = 0;
	if (!b->a)
		b->a = arena_new();
	arena_reset(b->a);
	b->count = 0;
	for (bool more = true; b->count < BATCH_MESSAGES && octets < BATCH_OCTETS;) {
		struct import_message m = { 0 };
		r->failed = r->source->next(r->source, b->a, &m, &more);
		if (r->failed.kind || !more)
			break;
		prepare_item(b->a, r, &m, &b->items[b->count++]);
		octets += m.bytes.n;
	}
	b->done = r->source->done;
	return b;
}

/* False: the writer has given up. */
static bool offer(struct reader *r, struct batch *b)
{
	pthread_mutex_lock(&r->lock);
	while (r->count == QUEUE && !r->stopped)
		pthread_cond_wait(&r->changed, &r->lock);
	bool wanted = !r->stopped;
	if (wanted)
		r->ready[(r->first + r->count++) % QUEUE] = b;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	return wanted;
}

static void *read_all(void *arg)
{
	struct reader *r = arg;
	for (bool more = true; more;) {
		struct batch *b = read_batch(r);
		more = b->count && offer(r, b) && !r->failed.kind;
	}
	pthread_mutex_lock(&r->lock);
	r->finished = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static struct batch *take(struct reader *r) /* NULL: there are no more */
{
	pthread_mutex_lock(&r->lock);
	while (!r->count && !r->finished)
		pthread_cond_wait(&r->changed, &r->lock);
	struct batch *b = NULL;
	if (r->count) {
		b = r->ready[r->first];
		r->first = (r->first + 1) % QUEUE;
		r->count--;
	}
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	return b;
}

static void stop(struct reader *r)
{
	pthread_mutex_lock(&r->lock);
	r->stopped = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	while (take(r))
		;
}

/* Is it here already, byte for byte or, by another way, with the same words? */
static err find_same(struct book *b, struct arena *a, struct item *it, bool *found)
{
	const struct archive_post *p = &it->made.post;
	struct archive_posts same;
	TRY(archive_post_by_source(b, p->source, &it->line.number, found));
	it->line.why = "the very same message is here already";
	if (*found)
		return OK;
	TRY(archive_posts_by_message_id(b, a, p->list, p->message_id, &same));
	for (size_t i = 0; i < same.count && !*found; i++) {
		*found = it->line.by_id || same.list[i].digest == p->digest;
		it->line.number = same.list[i].number;
	}
	it->line.why =
		"a post with its Message-ID, author, subject and text is here already";
	return OK;
}

static err write_item(struct book *b, struct arena *a, struct item *it)
{
	bool same;
	if (it->failed.kind) {
		it->line.what = IMPORT_UNREADABLE;
		it->line.why = it->failed.msg;
		return OK;
	}
	TRY(find_same(b, a, it, &same));
	if (same) {
		it->line.what = IMPORT_DUPLICATE;
		return OK;
	}
	it->line.what = it->made.repairs ? IMPORT_REPAIRED : IMPORT_KEPT;
	it->line.why = it->made.repairs;
	return archive_write(b, a, &it->made, &it->line.number);
}

static void count(struct import_result *r, enum import_what what)
{
	r->messages++;
	r->kept += what == IMPORT_KEPT || what == IMPORT_REPAIRED;
	r->repaired += what == IMPORT_REPAIRED;
	r->duplicate += what == IMPORT_DUPLICATE;
	r->unreadable += what == IMPORT_UNREADABLE;
}

static err write_batch(struct book *b, const struct import_job *job, size_t of,
		       struct batch *batch, struct import_result *r)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct import_line *line = &batch->items[i].line;
		if (line->home) {
			TRY(import_keep_home(b, job, line->address));
			continue;
		}
		TRY(write_item(b, batch->a, &batch->items[i]));
		TRY(import_keep_address(b, batch->a, job, line));
		count(r, batch->items[i].line.what);
		if (job->report)
			job->report(job->arg, line);
	}
	if (job->progress)
		job->progress(job->arg, r->messages, batch->done, of);
	return OK;
}

static err write_all(struct book *b, struct reader *r, struct import_result *result)
{
	err e = OK;
	size_t uncommitted = 0;
	int64_t begun = 0;
	bool open = false;
	for (struct batch *batch; !e.kind && (batch = take(r));) {
		if (!open) {
			e = book_begin(b);
			begun = clock_mono_ms();
		}
		open = !e.kind;
		if (!e.kind)
			e = write_batch(b, r->job, r->source->of, batch, result);
		uncommitted += batch->count;
		if (e.kind
		    || (uncommitted < COMMIT_MESSAGES
			&& clock_mono_ms() - begun < COMMIT_MS))
			continue;
		e = book_commit(b);
		open = false;
		uncommitted = 0;
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
	return open ? book_end(b, e) : e;
}

static err import_with(struct book *b, struct arena *a, struct reader *r,
		       struct import_result *result)
{
	pthread_t reading;
	TRY(archive_packer_open(b, a, r->job->list, &r->packer));
	err e = thread_start_joinable(&reading, read_all, r);
	if (e.kind)
		return e;
	e = write_all(b, r, result);
	if (e.kind)
		stop(r);
	pthread_join(reading, NULL);
	archive_packer_close(r->packer);
	if (!e.kind && r->failed.kind) /* its text lives no longer than the batches */
		e = err_in(a, r->failed.kind, "%s", r->failed.msg);
	return e;
}

err archive_import(struct book *b, struct arena *a, const struct import_job *x,
		   struct import_result *result)
{
	struct reader *r = arena_zero(a, sizeof *r);
	int64_t start = clock_mono_ms();
	*result = (struct import_result){ 0 };
	r->job = x;
	r->source = x->source ? x->source : import_mbox(a, x->mbox);
	TRY(import_learn(b, a, x, r->source));
	TRY(r->source->open(r->source));
	TRY(archive_bulk(b, true));
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	err e = import_with(b, a, r, result);
	r->source->close(r->source);
	for (size_t i = 0; i < POOL; i++)
		arena_free(r->pool[i].a);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	TRY(e);
	if (x->at.n)
		TRY(import_keep_home(b, x, arena_cat(a, x->at, STR("/"))));
	TRY(archive_bulk(b, false));
	log_info("archive-imported", KN("list", x->list),
		 KN("messages", result->messages), KN("kept", result->kept),
		 KN("duplicate", result->duplicate), KN("unreadable", result->unreadable),
		 KN("ms", clock_mono_ms() - start));
	return OK;
}
