/* All posts of a list as one file, whose download can go on where it broke off. It is a file
 * of gzip a month, one behind the other, which together are a file of gzip (RFC 1952 section
 * 2.2). A month is made anew octet by octet as it was, so that of what lies before the place
 * where a download goes on nothing but its length is needed, and of the month at that place
 * no more than is made of it. New posts change the months that they are in, mostly the last. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/pages/lengths.h"
#include "web/pages/mbox_inside.h"
#include "web/pages/volume.h"
#include "web/version.h"

#include <inttypes.h>
#include <stdlib.h>

/* How long the lengths of months that were never made may take to find; what was found until
 * then is kept for the next try. */
enum { FIND_MS = 10000 };

struct member {
	struct month_file is;
	int64_t octets; /* -1: not known */
};

struct all_stream {
	struct stream s;
	struct web *web;
	struct member *members; /* oldest first */
	size_t count, at;
	bool begun; /* the member at hand */
	struct export_job job;
	z_stream z;
	int64_t newest;
	int64_t made; /* octets of the member at hand */
	int64_t skip; /* octets still to come that are not sent */
	int64_t left; /* to be sent */
};

/* ---- its months */

static struct member *add_members(struct all_stream *x, const struct month_file *like,
				  const struct archive_month *months, size_t count)
{
	x->members = mem_zero((count + 1) * sizeof *x->members);
	for (size_t i = 0; i < count; i++) {
		struct member *m = &x->members[count - 1 - i];
		m->is = *like;
		m->is.year = months[i].year;
		m->is.month = months[i].month;
		m->is.posts = months[i].posts;
		if (!lengths_find(x->web->lengths, &m->is, &m->octets))
			m->octets = -1;
	}
	return x->members;
}

/* The months and the number of the newest post belong together. Of a list without posts it
 * is the empty file of a month that never was. */
static err read_members(struct request *q, struct all_stream *x, int64_t *version)
{
	static const struct archive_month none = { 1970, 1, 0 };
	const struct worker *w = worker_of(q);
	struct archive_month *months;
	size_t n = 0;
	TRY(book_begin(w->books.archive));
	err e = archive_newest(w->books.archive, w->list->id, &x->newest, version);
	if (!e.kind)
		e = archive_months(w->books.archive, q->arena, w->list->id, &months, &n);
	TRY(book_end(w->books.archive, e));
	struct month_file like = { .list = w->list->id,
				   .since = w->since,
				   .hidden = page_hides(q, &w->settings),
				   .changes = *version - x->newest };
	add_members(x, &like, n ? months : &none, n ? n : 1);
	x->count = n ? n : 1;
	return OK;
}

static void begin_member(struct all_stream *x)
{
	const struct month_file *m = &x->members[x->at].is;
	struct volume v = volume_month(m->year, m->month);
	export_between(&x->job, m->list, v.from, v.until);
	x->job.since = m->since;
	x->job.hide_addresses = m->hidden;
	x->job.newest = x->newest;
	deflateReset(&x->z);
	x->made = 0;
	x->begun = true;
}

/* The next octets of the member at hand; behind its last one the next is at hand. */
static err next_octets(struct all_stream *x, struct buf *out)
{
	bool done;
	if (!x->begun)
		begin_member(x);
	TRY(mbox_more(x->web, &x->job, &x->z, out, &done));
	x->made += (int64_t)out->n;
	if (!done)
		return OK;
	struct member *m = &x->members[x->at++];
	m->octets = x->made;
	lengths_set(x->web->lengths, &m->is, x->made);
	x->begun = false;
	return OK;
}

/* ---- its length */

static bool is_known(const struct all_stream *x, int64_t *size)
{
	*size = 0;
	for (size_t i = 0; i < x->count; i++) {
		if (x->members[i].octets < 0)
			return false;
		*size += x->members[i].octets;
	}
	return true;
}

/* Makes the months of which it is not known, for nobody. *known: all are. */
static err find_lengths(struct all_stream *x, bool *known)
{
	int64_t until = clock_mono_ms() + FIND_MS;
	BUF(out);
	*known = true;
	for (size_t i = 0; i < x->count && *known; i++) {
		if (x->members[i].octets >= 0)
			continue;
		*known = clock_mono_ms() < until;
		for (x->at = i; *known && x->at == i; buf_clear(&out))
			TRY(next_octets(x, &out));
	}
	x->at = 0;
	return OK;
}

/* ---- sending it */

static enum stream_state more_all(struct stream *s, struct buf *out)
{
	struct all_stream *x = (struct all_stream *)s;
	BUF(piece);
	err e = next_octets(x, &piece);
	if (e.kind) {
		log_error("mbox-not-made", KE(e), KZ("do", "mend what the error names"));
		return STREAM_FAILED;
	}
	str bytes = buf_str(&piece);
	size_t skip = x->skip < (int64_t)bytes.n ? (size_t)x->skip : bytes.n;
	bytes = str_skip(bytes, skip);
	x->skip -= (int64_t)skip;
	if ((int64_t)bytes.n > x->left)
		bytes = str_first(bytes, (size_t)x->left);
	x->left -= (int64_t)bytes.n;
	buf_add(out, bytes);
	return x->at == x->count || !x->left ? STREAM_END : STREAM_MORE;
}

static void free_all(struct stream *s)
{
	struct all_stream *x = (struct all_stream *)s;
	deflateEnd(&x->z);
	free(x->members);
	free(x);
}

static struct all_stream *new_all(struct request *q)
{
	struct all_stream *x = mem_zero(sizeof *x);
	x->s = (struct stream){ .more = more_all, .free = free_all, .length = -1 };
	x->web = q->ctx;
	x->left = INT64_MAX;
	return x;
}

/* From where on it is sent, and how much of it. The months before are not made. */
static void choose(struct all_stream *x, const struct range *range)
{
	x->skip = range->from;
	x->left = x->s.length = range->count;
	while (x->at + 1 < x->count && x->skip >= x->members[x->at].octets)
		x->skip -= x->members[x->at++].octets;
}

/* Several ranges at once nobody asks for of such a file: the whole is sent. False: the answer
 * has been made. */
static bool choose_range(struct request *q, struct response *r, struct all_stream *x,
			 const struct version *v, int64_t size)
{
	struct range_set set;
	int status = version_choose(q, r, v, size, &set);
	if (!status)
		return false;
	if (set.count > 1) {
		set = (struct range_set){ .rows = { { 0, size } }, .count = 1 };
		status = 200;
	}
	version_say(r, status, &set, size);
	choose(x, &set.rows[0]);
	return true;
}

static bool wants_part(const struct request *q, const struct version *v)
{
	str of = request_header(q, "if-range");
	return request_header(q, "range").n && !q->head
	       && (!of.n || str_eq(of, v->quoted));
}

/* False: the answer has been made. */
static bool answer(struct request *q, struct response *r, struct all_stream *x,
		   const struct version *v)
{
	int64_t size;
	bool known = is_known(x, &size);
	if (!known && wants_part(q, v)) {
		if (page_failed(q, r, find_lengths(x, &known)))
			return false;
		if (!known) {
			response_header(r, STR("Retry-After"), STR("1"));
			error_page(q, r, 503,
				   S_("How long the archive is has still to be found "
				      "out. Go on with the download in a moment."));
			return false;
		}
		(void)is_known(x, &size);
	}
	if (known)
		return choose_range(q, r, x, v, size);
	response_header(r, STR("Accept-Ranges"), STR("bytes"));
	return !response_unchanged(q, r, v->tag);
}

void all_mbox_page(struct request *q, struct response *r)
{
	const struct worker *w = worker_of(q);
	struct all_stream *x = new_all(q);
	int64_t version = 0;
	if (!mbox_begin(&x->z)) {
		free(x);
		error_page(q, r, 503, STR_NONE);
		return;
	}
	bool failed = page_failed(q, r, read_members(q, x, &version));
	str tag = arena_printf(q->arena, "%" PRId64 ".%" PRId64 ".%" PRId64 ".%d.%s",
			       w->list->id, version, w->since,
			       (int)page_hides(q, &w->settings), zlibVersion());
	struct version v = version_of(q->arena, tag, -1);
	if (failed || !answer(q, r, x, &v)) {
		free_all(&x->s);
		return;
	}
	mbox_say(r, mbox_name(q, STR("all")));
	r->stream = &x->s;
}
