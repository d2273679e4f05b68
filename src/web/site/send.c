#include "web/site/send.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/mem.h"
#include "base/rand.h"
#include "web/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SMALL = 65536, PIECE = 131072, FILE_PIECE = 1 << 20, STRONG_AFTER = 1 };

/* ---- its octets */

struct part {
	str head; /* of a part of several; empty where there is one */
	struct range range;
};

struct file_stream {
	struct stream stream;
	int fd;
	const struct part *parts; /* they and their texts live as long as the answer */
	size_t count, at;
	bool head_given;
	int64_t done; /* octets of the part at hand */
	struct sent_watch *watch;
};

/* The loop must not wait for the disk: what it sends next is in the system's cache before it
 * is told, and what comes after that is being read meanwhile. */
static bool fetch(int fd, int64_t from, size_t count)
{
	enum { STEP = 65536 };
	char octet;
	posix_fadvise(fd, from, 2 * FILE_PIECE, POSIX_FADV_WILLNEED);
	for (size_t at = 0; at < count; at += STEP)
		if (pread(fd, &octet, 1, from + (int64_t)at) != 1)
			return false;
	return pread(fd, &octet, 1, from + (int64_t)count - 1) == 1;
}

static bool name_octets(struct file_stream *f, int64_t from, int64_t left)
{
	size_t n = left > FILE_PIECE ? FILE_PIECE : (size_t)left;
	if (!fetch(f->fd, from, n))
		return false;
	f->stream.file = f->fd;
	f->stream.file_at = from;
	f->stream.file_count = n;
	f->done += (int64_t)n;
	return true;
}

static bool add_octets(struct file_stream *f, int64_t from, int64_t left, struct buf *out)
{
	size_t want = left > PIECE ? PIECE : (size_t)left;
	ssize_t got;
	do
		got = pread(f->fd, buf_room(out, want), want, from);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	out->n += (size_t)got;
	f->done += got;
	return true;
}

/* Octets of our own and octets of the file are pieces of their own. */
static enum stream_state more(struct stream *stream, struct buf *out)
{
	struct file_stream *f = (struct file_stream *)stream;
	const struct part *p = &f->parts[f->at];
	int64_t from = p->range.from + f->done, left = p->range.count - f->done;
	bool good = true;
	if (p->head.n && !f->head_given)
		buf_add(out, p->head);
	else if (left)
		good = f->stream.takes_file ? name_octets(f, from, left)
					    : add_octets(f, from, left, out);
	if (!good) /* cut short while we read it */
		return STREAM_FAILED;
	f->head_given = true;
	if (f->done < p->range.count)
		return STREAM_MORE;
	f->done = 0;
	f->head_given = false;
	return ++f->at < f->count ? STREAM_MORE : STREAM_END;
}

/* Of what was sent, the octets that are the file's. */
static int64_t of_file(const struct file_stream *f)
{
	int64_t sent = f->stream.sent, octets = 0;
	for (size_t i = 0; i < f->count; i++) {
		int64_t head = (int64_t)f->parts[i].head.n;
		int64_t count = f->parts[i].range.count;
		sent -= sent < head ? sent : head;
		octets += sent < count ? sent : count;
		sent -= sent < count ? sent : count;
	}
	return octets;
}

static void free_stream(struct stream *stream)
{
	struct file_stream *f = (struct file_stream *)stream;
	if (f->watch)
		f->watch->end(f->watch, of_file(f));
	close(f->fd);
	free(f);
}

static int64_t length_of(const struct part *parts, size_t count)
{
	int64_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += (int64_t)parts[i].head.n + parts[i].range.count;
	return n;
}

/* Takes fd and watch over. */
static void send_parts(struct response *r, const struct sent_file *file,
		       const struct part *parts, size_t count)
{
	struct file_stream *f = mem_zero(sizeof *f);
	*f = (struct file_stream){
		.stream = { .more = more,
			    .free = free_stream,
			    .length = length_of(parts, count) },
		.fd = file->fd,
		.parts = parts,
		.count = count,
		.watch = file->watch,
	};
	if (f->stream.length > SMALL || f->watch) {
		r->stream = &f->stream;
		return;
	}
	enum stream_state state;
	do
		state = more(&f->stream, &r->body);
	while (state == STREAM_MORE);
	if (state == STREAM_FAILED) {
		buf_clear(&r->body);
		r->status = 500;
	}
	free_stream(&f->stream);
}

/* ---- which of it */

/* RFC 9110 section 14.6. */
static void send_several(struct request *q, struct response *r, const struct sent_file *f,
			 const struct range_set *s)
{
	struct arena *a = q->arena;
	str boundary = rand_token(a, 20);
	struct part *parts = arena_zero(a, (s->count + 1) * sizeof *parts);
	for (size_t i = 0; i < s->count; i++) {
		parts[i].range = s->rows[i];
		parts[i].head = arena_cat(
			a, i ? STR("\r\n--") : STR("--"), boundary,
			STR("\r\nContent-Type: "), f->type, STR("\r\nContent-Range: "),
			range_text(a, &s->rows[i], f->st.st_size), STR("\r\n\r\n"));
	}
	r->type = arena_cat(a, STR("multipart/byteranges; boundary="), boundary);
	parts[s->count].head = arena_cat(a, STR("\r\n--"), boundary, STR("--\r\n"));
	send_parts(r, f, parts, s->count + 1);
}

static void send_one(struct request *q, struct response *r, const struct sent_file *f,
		     struct range range)
{
	struct part *part = arena_zero(q->arena, sizeof *part);
	part->range = range;
	send_parts(r, f, part, 1);
}

static void send_nothing(struct request *q, struct response *r, const struct sent_file *f)
{
	response_header(r, STR("Content-Range"),
			range_text(q->arena, NULL, f->st.st_size));
	r->policy = STR_NONE;
	error_page(q, r, 416, S_("The file has no such part."));
}

/* ---- versions */

str http_date(struct arena *a, int64_t t)
{
	struct tm tm;
	time_t seconds = (time_t)t;
	char text[64];
	if (!gmtime_r(&seconds, &tm))
		return STR_NONE;
	size_t n = strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return arena_copy(a, (str){ text, n });
}

/* What else was a date once (RFC 9110 section 5.6.7) nobody sends us: we gave this one. */
static bool read_http_date(struct arena *a, str text, int64_t *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(arena_z(a, text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	*t = end && !*end ? timegm(&tm) : -1;
	return *t >= 0;
}

str file_version(struct arena *a, const struct stat *st)
{
	return arena_printf(a, "%jx-%jx-%jx%09lx", (uintmax_t)st->st_ino,
			    (uintmax_t)st->st_size, (uintmax_t)st->st_mtim.tv_sec,
			    (unsigned long)st->st_mtim.tv_nsec);
}

struct version {
	str tag, quoted; /* strong: RFC 9110 section 8.8.3 */
	int64_t at;      /* never later than now: section 8.8.2.1 */
	str date;
};

static struct version version_of(struct arena *a, const struct sent_file *f)
{
	int64_t now = clock_now(), at = f->st.st_mtim.tv_sec;
	struct version v = { .at = at < now ? at : now };
	v.tag = file_version(a, &f->st);
	if (f->encoding.n)
		v.tag = arena_cat(a, v.tag, STR("-"), f->encoding);
	v.quoted = arena_cat(a, STR("\""), v.tag, STR("\""));
	v.date = http_date(a, v.at);
	return v;
}

/* RFC 9110 section 13.1.5: a range of another version is of no use. By date only where the
 * file cannot have changed twice in that second (section 8.8.2.2). */
static bool range_is_of(const struct request *q, const struct version *v)
{
	str wanted = request_header(q, "if-range");
	return !wanted.n || str_eq(wanted, v->quoted)
	       || (str_eq(wanted, v->date) && v->at + STRONG_AFTER < clock_now());
}

/* Sections 13.1.1 and 13.1.4, in the order of 13.2.2. A weak tag is none of ours. */
static bool is_other(const struct request *q, const struct version *v)
{
	str match = request_header(q, "if-match");
	int64_t since;
	if (match.n)
		return str_find(match, STR("W/")).n || !etag_listed(match, v->quoted);
	return read_http_date(q->arena, request_header(q, "if-unmodified-since"), &since)
	       && v->at > since;
}

/* Sections 13.1.2 and 13.1.3. */
static bool is_unchanged(const struct request *q, struct response *r,
			 const struct version *v)
{
	int64_t since;
	if (response_unchanged(q, r, v->tag))
		return true;
	if (request_header(q, "if-none-match").n
	    || !read_http_date(q->arena, request_header(q, "if-modified-since"), &since)
	    || v->at > since)
		return false;
	r->status = 304;
	return true;
}

static void drop(const struct sent_file *f)
{
	if (f->watch)
		f->watch->end(f->watch, 0);
	close(f->fd);
}

void site_send(struct request *q, struct response *r, const struct sent_file *f)
{
	struct range_set set = { .rows = { { 0, f->st.st_size } }, .count = 1 };
	struct version v = version_of(q->arena, f);
	str range = q->head ? STR_NONE : request_header(q, "range"); /* section 14.2 */
	r->type = f->type;
	response_header(r, STR("Last-Modified"), v.date);
	response_header(r, STR("Accept-Ranges"), STR("bytes"));
	if (f->varies)
		response_header(r, STR("Vary"), STR("Accept-Encoding"));
	if (is_other(q, &v)) {
		drop(f);
		r->policy = STR_NONE;
		error_page(q, r, 412, S_("The file is no longer the one that you have."));
		return;
	}
	if (is_unchanged(q, r, &v)) {
		drop(f);
		return;
	}
	int status = range.n && range_is_of(q, &v)
			     ? range_parse(range, f->st.st_size, &set)
			     : 0;
	if (status == 416) {
		drop(f);
		send_nothing(q, r, f);
		return;
	}
	if (!status)
		set = (struct range_set){ .rows = { { 0, f->st.st_size } }, .count = 1 };
	if (f->charge && !q->head && !f->charge(q, &set, f->st.st_size)) {
		drop(f);
		r->policy = STR_NONE;
		error_page(q, r, 410,
			   S_("This link was good for a number of downloads, and they "
			      "are used up. Ask whoever gave it to you for another."));
		return;
	}
	if (f->encoding.n)
		response_header(r, STR("Content-Encoding"), f->encoding);
	r->status = status ? status : 200;
	if (status && set.count == 1)
		response_header(r, STR("Content-Range"),
				range_text(q->arena, &set.rows[0], f->st.st_size));
	if (set.count > 1)
		send_several(q, r, f, &set);
	else
		send_one(q, r, f, set.rows[0]);
}
