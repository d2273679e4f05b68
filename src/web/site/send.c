#include "web/site/send.h"

#include "base/language.h"
#include "base/mem.h"
#include "web/frame.h"
#include "web/version.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { SMALL = 65536, PIECE = 131072, FILE_PIECE = 1 << 20 };

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

static void send_several(struct request *q, struct response *r, const struct sent_file *f,
			 const struct range_set *s)
{
	struct range_parts p;
	struct part *parts = arena_zero(q->arena, (s->count + 1) * sizeof *parts);
	version_parts(q->arena, s, f->type, f->st.st_size, &p);
	for (size_t i = 0; i < s->count; i++)
		parts[i] = (struct part){ p.heads[i], s->rows[i] };
	parts[s->count].head = p.end;
	r->type = p.type;
	send_parts(r, f, parts, s->count + 1);
}

static void send_one(struct request *q, struct response *r, const struct sent_file *f,
		     struct range range)
{
	struct part *part = arena_zero(q->arena, sizeof *part);
	part->range = range;
	send_parts(r, f, part, 1);
}

str file_version(struct arena *a, const struct stat *st)
{
	return arena_printf(a, "%jx-%jx-%jx%09lx", (uintmax_t)st->st_ino,
			    (uintmax_t)st->st_size, (uintmax_t)st->st_mtim.tv_sec,
			    (unsigned long)st->st_mtim.tv_nsec);
}

static struct version version_of_file(struct arena *a, const struct sent_file *f)
{
	str tag = file_version(a, &f->st);
	if (f->encoding.n)
		tag = arena_cat(a, tag, STR("-"), f->encoding);
	return version_of(a, tag, f->st.st_mtim.tv_sec);
}

static void drop(const struct sent_file *f)
{
	if (f->watch)
		f->watch->end(f->watch, 0);
	close(f->fd);
}

static void tell(struct sent_watch *w, const struct range_set *s, int64_t size)
{
	w->first = size;
	for (size_t i = 0; i < s->count; i++) {
		const struct range *r = &s->rows[i];
		w->first = r->from < w->first ? r->from : w->first;
		w->wanted += r->count;
		w->to_end |= r->from + r->count == size;
	}
}

void site_send(struct request *q, struct response *r, const struct sent_file *f)
{
	struct range_set set;
	struct version v = version_of_file(q->arena, f);
	r->type = f->type;
	if (f->varies)
		response_header(r, STR("Vary"), STR("Accept-Encoding"));
	int status = version_choose(q, r, &v, f->st.st_size, &set);
	if (!status) {
		drop(f);
		return;
	}
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
	if (f->watch)
		tell(f->watch, &set, f->st.st_size);
	version_say(r, status, &set, f->st.st_size);
	if (set.count > 1)
		send_several(q, r, f, &set);
	else
		send_one(q, r, f, set.rows[0]);
}
