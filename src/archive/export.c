#include "archive/export.h"

#include "archive/mask.h"
#include "archive/read.h"
#include "base/buf.h"
#include "mail/charset.h"
#include "mail/mbox.h"
#include "store/archive/author.h"

enum { PIECE_POSTS = 64, PIECE_OCTETS = 4 * 1024 * 1024 };

void export_list(struct export_job *x, int64_t list)
{
	*x = (struct export_job){ .list = list,
				  .until = INT64_MAX,
				  .after_date = INT64_MIN };
}

void export_between(struct export_job *x, int64_t list, int64_t from, int64_t until)
{
	export_list(x, list);
	x->from = from;
	x->until = until;
}

void export_thread(struct export_job *x, int64_t list, int64_t number)
{
	export_list(x, list);
	x->thread = number;
}

void export_authors(struct export_job *x, const str *authors, size_t count)
{
	export_list(x, 0);
	x->authors = authors;
	x->author_count = count;
}

void export_ids(struct export_job *x, const int64_t *ids, size_t count)
{
	export_list(x, 0);
	x->ids = ids;
	x->id_count = count;
}

/* One that is gone since is left out. */
static err next_of_ids(struct export_job *x, struct book *b, struct arena *a,
		       struct archive_posts *out)
{
	out->list = arena_alloc(a, PIECE_POSTS * sizeof *out->list);
	while (x->id_at < x->id_count && !out->count) {
		bool found;
		TRY(archive_post_by_id(b, a, x->ids[x->id_at++], out->list, &found));
		out->count = found;
	}
	return OK;
}

/* One address after the other, each by the id of its posts. */
static err next_of_authors(struct export_job *x, struct book *b, struct arena *a,
			   struct archive_posts *out)
{
	for (; x->author_at < x->author_count; x->author_at++, x->after = 0) {
		TRY(archive_posts_by_author(b, a, x->authors[x->author_at], x->after,
					    PIECE_POSTS, out));
		if (out->count)
			return OK;
	}
	return OK;
}

/* The next posts: of a list by number, of a month by date, of a thread as its tree. */
static err next_posts(struct export_job *x, struct book *b, struct arena *a,
		      struct archive_posts *out)
{
	*out = (struct archive_posts){ 0 };
	if (x->ids)
		return next_of_ids(x, b, a, out);
	if (x->author_count)
		return next_of_authors(x, b, a, out);
	if (!x->thread && x->until < INT64_MAX)
		return archive_posts_between(b, a, x->list, x->from, x->until, x->since,
					     x->after_date, x->after, PIECE_POSTS, out);
	if (!x->thread)
		return archive_posts_after(b, a, x->list, x->after, PIECE_POSTS, out);
	struct archive_thread_page t;
	bool found;
	TRY(archive_read_outline(b, a, x->list, x->thread, &t, &found));
	if (!found)
		return OK;
	out->list = arena_alloc(a, t.count * sizeof *out->list);
	for (size_t i = 0; i < t.count; i++) /* x->after counts leaves here */
		if ((int64_t)i >= x->after && out->count < PIECE_POSTS)
			out->list[out->count++] = t.leaves[i].post;
	return OK;
}

err export_next(struct export_job *x, struct book *b, struct arena *a, str *piece,
		bool *done)
{
	struct archive_posts posts;
	BUF(out);
	*piece = STR_NONE;
	*done = false;
	TRY(next_posts(x, b, a, &posts));
	for (size_t i = 0; i < posts.count && out.n < PIECE_OCTETS; i++) {
		const struct archive_post *p = &posts.list[i];
		x->after_date = p->date;
		x->after = x->thread                                 ? x->after + 1
			   : x->author_count || x->until < INT64_MAX ? p->id
								     : p->number;
		if (p->received_at < x->since || p->flags & ARCHIVE_GONE
		    || (x->newest && p->number > x->newest))
			continue;
		ARENA(one);
		str message, from = p->from_address;
		TRY(archive_blob_read(b, one, p->id, SIZE_MAX, &message));
		if (x->hide_addresses) {
			str before = charset_assume(p->charset);
			message = mask_message(one, message);
			charset_assume(before);
			from = mask_text(one, from);
		}
		buf_add(&out, mbox_write(one, message, from, p->received_at));
	}
	*piece = arena_copy(a, buf_str(&out));
	*done = !posts.count;
	return OK;
}
