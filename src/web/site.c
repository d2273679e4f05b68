#include "web/site.h"

#include "web/frame.h"

#include "base/file.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SMALL = 65536, PIECE = 262144 };

struct site {
	int root;
};

err site_open(struct arena *a, const char *root, struct site **site)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_in(a, errno == ENOENT ? ERR_NOTFOUND : ERR_IO,
			      "[web] root = %s: %s", root, strerror(errno));
	*site = mem_zero(sizeof **site);
	(*site)->root = fd;
	return OK;
}

void site_free(struct site *s)
{
	if (!s)
		return;
	close(s->root);
	free(s);
}

str mime_type(str name)
{
	static const struct {
		const char *ending, *type;
	} rows[] = {
#define MIME(ending, type) { #ending, type },
#include "web/mime.def"
#undef MIME
	};
	str stem, ending;
	if (str_cut_last(name, '.', &stem, &ending))
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (str_ieq(ending, str_from(rows[i].ending)))
				return str_from(rows[i].type);
	return STR("application/octet-stream");
}

/* ---- from a path to a file */

/* A name that stays where it is: no dot in front, no slash inside. */
static bool is_plain_name(str s, bool first)
{
	if (!s.n || s.n > 255 || str_has(s, '/'))
		return false;
	return s.p[0] != '.' || (first && str_eq(s, STR(".well-known")));
}

static bool is_plain_path(const struct request *q)
{
	for (size_t i = 0; i < q->segment_count; i++)
		if (!is_plain_name(q->segments[i], i == 0))
			return false;
	return true;
}

/* One step down: with plain names and no link followed, the walk cannot leave root.
 * openat2(2) would do it in one call, but takes its flags in memory, where a seccomp
 * filter cannot see them, and is therefore no call of a role's. */
static int step(int folder, struct arena *a, str name, int flags)
{
	return openat(folder, arena_z(a, name), flags | O_NOFOLLOW | O_CLOEXEC);
}

/* What the path names, open for reading. -1: nothing, or not to be read. */
static int open_below(const struct site *s, const struct request *q)
{
	enum { READ = O_RDONLY | O_NONBLOCK | O_NOCTTY };
	int at = s->root;
	if (!q->segment_count)
		return step(at, q->arena, STR("."), READ | O_DIRECTORY);
	for (size_t i = 0; i < q->segment_count && at >= 0; i++) {
		bool last = i + 1 == q->segment_count;
		int next = step(at, q->arena, q->segments[i],
				last ? READ : O_PATH | O_DIRECTORY);
		if (at != s->root)
			close(at);
		at = next;
	}
	return at;
}

/* Opens what the path names: a file, or a folder's index.html. -1: nothing that
 * is served. *folder: it is a folder, and the path has no / at its end. */
static int open_file(const struct site *s, struct request *q, struct stat *st, str *name,
		     bool *folder)
{
	*folder = false;
	if (!is_plain_path(q))
		return -1;
	int fd = open_below(s, q);
	*name = q->segment_count ? q->segments[q->segment_count - 1] : STR("");
	if (fd >= 0 && !fstat(fd, st) && S_ISDIR(st->st_mode)) {
		int parent = fd;
		*name = STR("index.html");
		*folder = q->segment_count && !q->slash;
		fd = *folder ? -1
			     : step(parent, q->arena, *name,
				    O_RDONLY | O_NONBLOCK | O_NOCTTY);
		close(parent);
	} else if (q->slash) {
		fd_close(&fd);
	}
	if (fd >= 0 && (fstat(fd, st) || !S_ISREG(st->st_mode)))
		fd_close(&fd);
	return fd;
}

/* ---- what is sent of it */

struct file_stream {
	struct stream stream;
	int fd;
	int64_t at, end;
};

static enum stream_state more(struct stream *stream, struct buf *out)
{
	struct file_stream *f = (struct file_stream *)stream;
	size_t want = f->end - f->at > PIECE ? PIECE : (size_t)(f->end - f->at);
	ssize_t got;
	do
		got = pread(f->fd, buf_room(out, want), want, f->at);
	while (got < 0 && errno == EINTR);
	if (got <= 0 && want)
		return STREAM_FAILED; /* cut short while we read it */
	out->n += (size_t)got;
	f->at += got;
	return f->at == f->end ? STREAM_END : STREAM_MORE;
}

static void free_stream(struct stream *stream)
{
	struct file_stream *f = (struct file_stream *)stream;
	close(f->fd);
	free(f);
}

/* Takes fd over. */
static void send_file(struct response *r, int fd, int64_t from, int64_t count)
{
	struct file_stream *f = mem_zero(sizeof *f);
	*f = (struct file_stream){
		.stream = { .more = more, .free = free_stream, .length = count },
		.fd = fd,
		.at = from,
		.end = from + count,
	};
	if (count > SMALL) {
		r->stream = &f->stream;
		return;
	}
	while (f->at < f->end && more(&f->stream, &r->body) != STREAM_FAILED)
		;
	if (f->at < f->end) {
		buf_clear(&r->body);
		r->status = 500;
	}
	free_stream(&f->stream);
}

/* ---- which of it */

/* bytes=FROM-, bytes=FROM-LAST, bytes=-LENGTH (RFC 9110 section 14.1.2) */
int range_parse(str header, int64_t size, int64_t *from, int64_t *count)
{
	str first, last, unit = STR("bytes=");
	int64_t a = 0, b = 0;
	header = str_trim(header);
	if (!str_istarts(header, unit) || str_has(header, ',')
	    || !str_cut(str_skip(header, unit.n), '-', &first, &last)
	    || (first.n && (first.p[0] == '-' || !str_i64(first, &a)))
	    || (last.n && (last.p[0] == '-' || !str_i64(last, &b)))
	    || (!first.n && !last.n) || (first.n && last.n && b < a))
		return 0;
	if (!first.n) { /* the last b octets */
		a = b < size ? size - b : 0;
		b = b ? size - 1 : -1;
	} else if (!last.n || b >= size) {
		b = size - 1;
	}
	if (a >= size || b < a)
		return 416;
	*from = a;
	*count = b - a + 1;
	return 206;
}

static str http_date(struct arena *a, int64_t t)
{
	struct tm tm;
	time_t seconds = (time_t)t;
	char text[64];
	if (!gmtime_r(&seconds, &tm))
		return STR_NONE;
	size_t n = strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return arena_copy(a, (str){ text, n });
}

/* RFC 9110 section 13.1.5: a range of another version is of no use. */
static bool range_is_of(const struct request *q, str tag, str date)
{
	str wanted = request_header(q, "if-range");
	str quoted = arena_cat(q->arena, STR("\""), tag, STR("\""));
	return !wanted.n || str_eq(wanted, quoted) || str_eq(wanted, date);
}

static bool is_unchanged(const struct request *q, struct response *r, str tag, str date)
{
	if (response_unchanged(q, r, tag))
		return true;
	/* RFC 9110 section 13.1.3: only where there is no If-None-Match. We gave
	 * that date ourselves, so equal is enough. */
	if (request_header(q, "if-none-match").n
	    || !str_eq(request_header(q, "if-modified-since"), date))
		return false;
	r->status = 304;
	return true;
}

/* HTML and its kin run in a sandbox with an origin of nobody: scripts, yes; our
 * cookies, our pages, no. Other files run nothing. */
static void set_policy(const struct request *q, struct response *r)
{
	static const char *const active[] = { "text/html",        "application/xhtml",
					      "image/svg",        "application/xml",
					      "application/atom", "application/rss" };
	r->policy = STR("default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
			"media-src 'self'; object-src 'self'; frame-ancestors 'self'");
	for (size_t i = 0; i < sizeof active / sizeof *active; i++)
		if (str_starts(r->type, str_from(active[i])))
			r->policy = STR("sandbox allow-scripts allow-forms allow-popups "
					"allow-popups-to-escape-sandbox allow-downloads");
	/* the sandbox makes the group's own fonts and data foreign to its pages */
	if (q->is_protected)
		r->cache = STR("private, no-cache");
	else
		response_header(r, STR("Access-Control-Allow-Origin"), STR("*"));
}

static void answer(struct request *q, struct response *r, int fd, const struct stat *st)
{
	int64_t from = 0, count = st->st_size;
	str range = request_header(q, "range");
	str date = http_date(q->arena, st->st_mtim.tv_sec);
	str tag = arena_printf(q->arena, "%jx-%jx-%jx%09lx", (uintmax_t)st->st_ino,
			       (uintmax_t)st->st_size, (uintmax_t)st->st_mtim.tv_sec,
			       (unsigned long)st->st_mtim.tv_nsec);
	response_header(r, STR("Last-Modified"), date);
	response_header(r, STR("Accept-Ranges"), STR("bytes"));
	if (is_unchanged(q, r, tag, date)) {
		close(fd);
		return;
	}
	int status = range.n && range_is_of(q, tag, date)
			     ? range_parse(range, st->st_size, &from, &count)
			     : 0;
	if (status == 206)
		response_header(r, STR("Content-Range"),
				arena_printf(q->arena, "bytes %jd-%jd/%jd",
					     (intmax_t)from, (intmax_t)(from + count - 1),
					     (intmax_t)st->st_size));
	if (status == 416) {
		close(fd);
		response_header(
			r, STR("Content-Range"),
			arena_printf(q->arena, "bytes */%jd", (intmax_t)st->st_size));
		r->policy = STR_NONE;
		error_page(q, r, 416, S_("The file has no such part."));
		return;
	}
	r->status = status ? status : 200;
	send_file(r, fd, from, count);
}

void site_page(const struct site *s, struct request *q, struct response *r)
{
	struct stat st;
	str name;
	bool folder;
	int fd = open_file(s, q, &st, &name, &folder);
	if (fd >= 0) {
		r->type = mime_type(name);
		set_policy(q, r);
		answer(q, r, fd, &st);
	} else if (folder) {
		response_redirect(r, 301,
				  arena_cat(q->arena, q->path, STR("/"),
					    q->query_text.n ? STR("?") : STR(""),
					    q->query_text));
	} else {
		error_page(q, r, 404, STR_NONE);
	}
}
