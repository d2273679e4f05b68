#include "web/site/log.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/lists/download.h"
#include "web/site/below.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	ROWS_MOST = 50000, /* that wait or are under way: some 20 MB */
	TURN_MS = 1000,
	PIECE = 1 << 18,
	PIECES = 256, /* 64 MB a turn */
};

/* One allocation, with its texts behind it. */
struct row {
	struct sent_watch watch;
	struct site_log *log;
	struct row *next;
	struct download d;
	char texts[];
};

struct sum { /* of a version whose SHA-256 is being found out */
	struct site_version v;
	struct arena *a; /* of v */
	int fd;          /* -1: of none */
	int64_t done;
	crypto_hash_sha256_state state;
};

struct site_log {
	const struct conf *conf;
	int root;
	pthread_mutex_t lock;
	pthread_cond_t call;
	struct row *first, **end;
	size_t count; /* of rows there are */
	bool told;    /* that there are too many */
	bool stopping;
	pthread_t id;

	/* the thread's */
	struct arena *a;
	struct book *book;
	struct sum sum;
	bool sums_known; /* of all versions, as far as the book has any */
};

/* ---- a download ends */

static void forget(struct site_log *l, struct row *r)
{
	free(r);
	pthread_mutex_lock(&l->lock);
	l->count--;
	pthread_mutex_unlock(&l->lock);
}

static void end(struct sent_watch *w, int64_t octets)
{
	struct row *r = (struct row *)w;
	struct site_log *l = r->log;
	if (!octets) { /* HEAD, or the version that is there already */
		forget(l, r);
		return;
	}
	r->d.at = clock_now();
	r->d.octets = octets;
	r->d.first = w->first;
	r->d.complete = w->to_end && octets == w->wanted;
	pthread_mutex_lock(&l->lock);
	*l->end = r;
	l->end = &r->next;
	pthread_mutex_unlock(&l->lock);
}

static str keep(char **at, str text)
{
	str kept = { *at, text.n };
	if (text.n)
		memcpy(*at, text.p, text.n);
	*at += text.n;
	return kept;
}

static bool has_room(struct site_log *l)
{
	pthread_mutex_lock(&l->lock);
	bool room = l->count < ROWS_MOST, tell = !room && !l->told;
	l->count += room;
	l->told = !room;
	pthread_mutex_unlock(&l->lock);
	if (tell)
		log_error("downloads-not-logged", KN("waiting", ROWS_MOST),
			  KZ("do", "see why the lists book is not written; downloads go "
				   "on, and are not in the log meanwhile"));
	return room;
}

struct sent_watch *site_log_watch(struct site_log *l, const struct site_log_entry *e)
{
	if (!has_room(l))
		return NULL;
	struct row *r = mem_zero(sizeof *r + e->path.n + e->tag.n + e->network.n);
	char *at = r->texts;
	r->watch.end = end;
	r->log = l;
	r->d = (struct download){ .path = keep(&at, e->path),
				  .tag = keep(&at, e->tag),
				  .network = keep(&at, e->network),
				  .size = e->size,
				  .changed_at = e->changed_at,
				  .person = e->person,
				  .consent = e->consent,
				  .how = str_from(e->how) };
	return &r->watch;
}

/* ---- and is written */

static err open_book(struct site_log *l)
{
	return l->book ? OK
		       : book_open(l->a, l->conf->site_data, BOOK_LISTS, BOOK_WRITE,
				   &l->book);
}

static err write_rows(struct site_log *l, const struct row *first)
{
	TRY(open_book(l));
	TRY(book_begin(l->book));
	err e = OK;
	for (const struct row *r = first; r && !e.kind; r = r->next)
		e = download_add(l->book, &r->d);
	return book_end(l->book, e);
}

/* All that is there; what cannot be written waits for the next turn. */
static void flush(struct site_log *l)
{
	pthread_mutex_lock(&l->lock);
	struct row *first = l->first, **last = l->end;
	l->first = NULL;
	l->end = &l->first;
	pthread_mutex_unlock(&l->lock);
	if (!first)
		return;
	err e = write_rows(l, first);
	if (e.kind) {
		log_warn("downloads-not-written", KE(e),
			 KZ("do", "mend what the error names; it is tried again"));
		pthread_mutex_lock(&l->lock);
		*last = l->first;
		if (!l->first)
			l->end = last;
		l->first = first;
		pthread_mutex_unlock(&l->lock);
		return;
	}
	l->sums_known = false;
	for (struct row *next; first; first = next) {
		next = first->next;
		forget(l, first);
	}
}

/* ---- what a version is, for good */

/* Of a precompressed sibling the tag names the coding; its own name is found out here. */
static str disk_name(struct arena *a, str path, str tag)
{
	static const char *const endings[][2] = { { "-gzip", ".gz" },
						  { "-br", ".br" },
						  { "-zstd", ".zst" } };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ends(tag, str_from(endings[i][0])))
			return arena_cat(a, path, str_from(endings[i][1]));
	return path;
}

static int open_version(struct arena *a, int root, const struct site_version *v)
{
	struct place p;
	below_path(root, a, disk_name(a, v->path, v->tag), NULL, NULL, &p);
	bool same = p.kind == PLACE_FILE && str_starts(v->tag, file_version(a, &p.st));
	int fd = same ? p.fd : -1;
	p.fd = same ? -1 : p.fd;
	place_close(&p);
	return fd;
}

static void end_sum(struct site_log *l, str sum)
{
	err e = site_version_sum(l->book, l->sum.v.id, sum);
	if (e.kind)
		log_warn("downloads-not-written", KE(e),
			 KZ("do", "mend what the error names; it is tried again"));
	fd_close(&l->sum.fd);
	arena_free(l->sum.a);
	l->sum.a = NULL;
}

/* The next one that nobody knows. False: there is none. */
static bool begin_sum(struct site_log *l)
{
	struct sum *s = &l->sum;
	*s = (struct sum){ .a = arena_new(), .fd = -1 };
	if (open_book(l).kind || site_version_next(l->book, s->a, &s->v).kind) {
		arena_free(s->a);
		s->a = NULL;
		l->sums_known = true;
		return false;
	}
	s->fd = open_version(s->a, l->root, &s->v);
	crypto_hash_sha256_init(&s->state);
	return true;
}

/* A piece of it. */
static void go_on(struct site_log *l)
{
	static unsigned char piece[PIECE]; /* this thread is one */
	struct sum *s = &l->sum;
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1];
	ssize_t n = s->fd < 0 ? -1 : pread(s->fd, piece, sizeof piece, s->done);
	if (n > 0) {
		crypto_hash_sha256_update(&s->state, piece, (unsigned long long)n);
		s->done += n;
	} else if (n < 0 || s->done != s->v.size) { /* it has changed since */
		end_sum(l, STR("-"));
	} else {
		crypto_hash_sha256_final(&s->state, hash);
		sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
		end_sum(l, str_from(hex));
	}
}

static void find_sums(struct site_log *l)
{
	for (int i = 0; i < PIECES && !l->sums_known; i++)
		if (l->sum.a || begin_sum(l))
			go_on(l);
}

static bool wait_turn(struct site_log *l)
{
	int64_t until = clock_mono_ms() + TURN_MS;
	pthread_mutex_lock(&l->lock);
	while (!l->stopping && thread_wait_until(&l->call, &l->lock, until))
		;
	bool stops = l->stopping;
	pthread_mutex_unlock(&l->lock);
	return !stops;
}

static void *run(void *arg)
{
	struct site_log *l = arg;
	while (wait_turn(l)) {
		flush(l);
		find_sums(l);
	}
	flush(l);
	return NULL;
}

err site_log_start(const struct conf *conf, int root, struct site_log **log)
{
	struct site_log *l = mem_zero(sizeof *l);
	*l = (struct site_log){ .conf = conf, .root = root, .a = arena_new() };
	l->end = &l->first;
	l->sum.fd = -1;
	pthread_mutex_init(&l->lock, NULL);
	thread_cond_init(&l->call);
	err e = thread_start_joinable(&l->id, run, l);
	if (e.kind) {
		arena_free(l->a);
		free(l);
		return e;
	}
	*log = l;
	return OK;
}

/* Called when no connection is open any more, so that all downloads have ended. */
void site_log_stop(struct site_log *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_signal(&l->call);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->id, NULL);
	for (struct row *next; l->first; l->first = next) {
		next = l->first->next;
		free(l->first);
	}
	fd_close(&l->sum.fd);
	if (l->sum.a)
		arena_free(l->sum.a);
	book_close(l->book);
	arena_free(l->a);
	pthread_cond_destroy(&l->call);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
