#include "archive/read.h"

#include "mail/mime.h"

#include <stdlib.h>
#include <time.h>

void archive_month_span(int year, int month, int64_t *from, int64_t *until)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1 };
	*from = timegm(&tm);
	tm.tm_mon++;
	*until = timegm(&tm);
}

err archive_read_between(struct book *b, struct arena *a, int64_t list, int64_t from,
			 int64_t until, int64_t since, int64_t after_id, size_t limit,
			 struct archive_posts *out)
{
	struct archive_post after = { .date = INT64_MIN };
	bool found;
	if (after_id)
		TRY(archive_post_by_id(b, a, after_id, &after, &found));
	return archive_posts_between(b, a, list, from, until, since, after.date, after_id,
				     limit, out);
}

static int by_date(const void *x, const void *y)
{
	const struct archive_post *p = &((const struct archive_leaf *)x)->post;
	const struct archive_post *q = &((const struct archive_leaf *)y)->post;
	if (p->date != q->date)
		return p->date < q->date ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

struct spot { /* where a post stands among the leaves sorted by date */
	int64_t id;
	int index;
};

static int by_id(const void *x, const void *y)
{
	int64_t a = ((const struct spot *)x)->id, b = ((const struct spot *)y)->id;
	return a < b ? -1 : a > b;
}

static int find_spot(const struct spot *spots, size_t n, int64_t id)
{
	struct spot key = { .id = id };
	struct spot *s = id ? bsearch(&key, spots, n, sizeof key, by_id) : NULL;
	return s ? s->index : -1;
}

static struct spot *index_leaves(struct arena *a, const struct archive_leaf *leaves,
				 size_t n)
{
	struct spot *spots = arena_alloc(a, (n + 1) * sizeof *spots);
	for (size_t i = 0; i < n; i++)
		spots[i] = (struct spot){ leaves[i].post.id, (int)i };
	if (n)
		qsort(spots, n, sizeof *spots, by_id);
	return spots;
}

/* The order in which a tree is read: each post, then its answers by date. No
 * recursion: a chain of answers may be thousands deep. */
static void order_tree(struct arena *a, struct archive_thread_page *t)
{
	size_t n = t->count, used = 0;
	struct archive_leaf *by = arena_alloc(a, (n + 1) * sizeof *by);
	int *first = arena_alloc(a,
				 (n + 1) * sizeof *first); /* child; [n]: of no parent */
	int *last = arena_alloc(a, (n + 1) * sizeof *last),
	    *next = arena_alloc(a, n * sizeof *next);
	int *at = arena_alloc(a, n * sizeof *at); /* where a leaf came to stand */
	if (n) {
		memcpy(by, t->leaves, n * sizeof *by);
		qsort(by, n, sizeof *by, by_date);
	}
	struct spot *spots = index_leaves(a, by, n);
	for (size_t i = 0; i <= n; i++)
		first[i] = last[i] = -1;
	for (size_t i = 0; i < n; i++) {
		by[i].parent = find_spot(spots, n, by[i].post.parent);
		size_t under = by[i].parent < 0 ? n : (size_t)by[i].parent;
		next[i] = -1;
		if (last[under] < 0)
			first[under] = (int)i;
		else
			next[last[under]] = (int)i;
		last[under] = (int)i;
	}
	for (int i = first[n]; i >= 0;) {
		int up = by[i].parent;
		at[i] = (int)used;
		t->leaves[used] = by[i];
		t->leaves[used].depth = up < 0 ? 0 : t->leaves[at[up]].depth + 1;
		t->leaves[used++].parent = up < 0 ? -1 : at[up];
		int then = first[i];
		while (then < 0 && i >= 0) { /* no answers: the next beside or above */
			then = next[i];
			i = by[i].parent;
		}
		i = then;
	}
	t->count = used;
}

err archive_read_thread_row(struct book *b, struct arena *a, int64_t list, int64_t number,
			    struct archive_thread *t, bool *found)
{
	struct archive_post p;
	TRY(archive_post_by_number(b, a, list, number, &p, found));
	return *found ? archive_thread_by_id(b, a, p.thread, t, found) : OK;
}

err archive_read_outline(struct book *b, struct arena *a, int64_t list, int64_t number,
			 struct archive_thread_page *t, bool *found)
{
	struct archive_posts posts;
	*t = (struct archive_thread_page){ 0 };
	TRY(archive_read_thread_row(b, a, list, number, &t->thread, found));
	if (!*found)
		return OK;
	TRY(archive_posts_of_thread(b, a, t->thread.id, &posts));
	t->count = posts.count;
	t->leaves = arena_zero(a, (posts.count + 1) * sizeof *t->leaves);
	for (size_t i = 0; i < posts.count; i++)
		t->leaves[i].post = posts.list[i];
	order_tree(a, t);
	return OK;
}

/* What is read in several statements is of one moment. */
static err in_one_view(struct book *b,
		       err (*read)(struct book *b, struct arena *a, void *arg),
		       struct arena *a, void *arg)
{
	TRY(book_begin(b));
	return book_end(b, read(b, a, arg));
}

struct wanted {
	int64_t list, number;
	bool *found;
	void *out;
};

static err read_files(struct book *b, struct arena *a, struct archive_leaf *leaf)
{
	if (!leaf->post.attachments)
		return OK;
	TRY(archive_verdict_of(b, a, leaf->post.id, &leaf->verdict));
	return archive_attachments_of_post(b, a, leaf->post.id, &leaf->attachments);
}

static err read_leaf(struct book *b, struct arena *a, struct archive_leaf *leaf)
{
	TRY(archive_blob_read(b, a, leaf->post.id, (size_t)leaf->post.lead,
			      &leaf->message));
	return read_files(b, a, leaf);
}

err archive_read_bodies(struct book *b, struct arena *a, struct archive_thread_page *t,
			const size_t *which, size_t count)
{
	int64_t *ids = arena_alloc(a, (count + 1) * sizeof *ids);
	struct archive_blob *blobs = arena_alloc(a, (count + 1) * sizeof *blobs);
	for (size_t i = 0; i < count; i++) {
		ids[i] = t->leaves[which[i]].post.id;
		blobs[i].limit = (size_t)t->leaves[which[i]].post.lead;
	}
	TRY(archive_blobs_read(b, a, ids, count, blobs));
	for (size_t i = 0; i < count; i++) {
		struct archive_leaf *leaf = &t->leaves[which[i]];
		leaf->packed = blobs[i];
		TRY(read_files(b, a, leaf));
	}
	return OK;
}

err archive_leaf_text(struct archive_unpacker *u, struct arena *a,
		      const struct archive_leaf *leaf, str *text, bool *plain)
{
	return archive_unpack_text(u, a, &leaf->packed, text, plain);
}

static err read_post(struct book *b, struct arena *a, void *arg)
{
	struct wanted *w = arg;
	struct archive_post_page *p = w->out;
	*p = (struct archive_post_page){ .leaf.parent = -1, .parent.parent = -1 };
	TRY(archive_post_by_number(b, a, w->list, w->number, &p->leaf.post, w->found));
	if (!*w->found)
		return OK;
	TRY(read_leaf(b, a, &p->leaf));
	TRY(archive_thread_by_id(b, a, p->leaf.post.thread, &p->thread, w->found));
	TRY(archive_post_neighbours(b, w->list, w->number, &p->before, &p->after));
	if (p->leaf.post.parent)
		TRY(archive_post_by_id(b, a, p->leaf.post.parent, &p->parent.post,
				       &p->has_parent));
	return p->has_parent ? read_leaf(b, a, &p->parent) : OK;
}

err archive_read_post(struct book *b, struct arena *a, int64_t list, int64_t number,
		      struct archive_post_page *p, bool *found)
{
	return in_one_view(b, read_post, a, &(struct wanted){ list, number, found, p });
}

err archive_read_raw(struct book *b, struct arena *a, int64_t list, int64_t number,
		     str *message, bool *found)
{
	struct archive_post p;
	TRY(archive_post_by_number(b, a, list, number, &p, found));
	return *found ? archive_blob_read(b, a, p.id, SIZE_MAX, message) : OK;
}

err archive_read_attachment(struct book *b, struct arena *a, int64_t list, int64_t number,
			    int64_t n, struct archive_attachment *x, str *bytes,
			    bool *found)
{
	struct archive_post p;
	struct archive_attachments all;
	str message;
	struct mime m;
	TRY(archive_post_by_number(b, a, list, number, &p, found));
	if (!*found)
		return OK;
	TRY(archive_attachments_of_post(b, a, p.id, &all));
	*found = n >= 1 && n <= (int64_t)all.count;
	if (!*found)
		return OK;
	TRY(archive_blob_read(b, a, p.id, SIZE_MAX, &message));
	TRY(mime_parse(a, message, &m));
	*x = all.list[n - 1];
	*found = x->part < (int64_t)m.count;
	if (*found)
		*bytes = mime_bytes(a, &m.parts[x->part]);
	return OK;
}
