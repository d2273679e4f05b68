/* Where owners put posts in their threads. */
#include "archive/redact_inside.h"

#include "archive/prepare.h"
#include "store/archive/thread.h"

static err put(struct book *b, struct arena *a, const struct archive_post *p,
	       int64_t parent, const char *what, str detail, const struct redact *r)
{
	int64_t version;
	TRY(placed_put(b, p->list, p->id, parent));
	TRY(archive_touch(b, p->list, &version));
	TRY(thread_put(b, a, p->list, p->id, parent, version));
	return redact_note(b, r, p, what, detail, true);
}

static err split(struct book *b, struct arena *a, const struct redact *r)
{
	struct archive_post p;
	TRY(redact_find(b, a, r, &p));
	if (!p.parent) {
		struct archive_thread t;
		bool found;
		TRY(archive_thread_by_id(b, a, p.thread, &t, &found));
		if (!found || t.root == p.id)
			return FAIL(ERR_DENIED, "the post starts its thread already");
	}
	return put(b, a, &p, 0, "split", STR(""), r);
}

/* Of several that start a thread together, all go. */
static err merge(struct book *b, struct arena *a, const struct redact *r, int64_t under)
{
	struct archive_post p, to;
	struct archive_posts all;
	struct redact there = *r;
	there.number = under;
	TRY(redact_find(b, a, r, &p));
	TRY(redact_find(b, a, &there, &to));
	if (p.thread == to.thread)
		return FAIL(ERR_DENIED, "both are one thread already");
	str detail = arena_printf(a, "#%lld", (long long)under);
	TRY(archive_posts_of_thread(b, a, p.thread, &all));
	for (size_t i = 0; i < all.count; i++)
		if (!all.list[i].parent)
			TRY(put(b, a, &all.list[i], to.id, "merged", detail, r));
	return OK;
}

static err natural(struct book *b, struct arena *a, struct archive_post *p,
		   int64_t version)
{
	struct prepared now;
	TRY(archive_prepare_again(b, a, p, NULL, &now));
	return thread_replace(b, a, p, &now.refs, version);
}

static err unplace(struct book *b, struct arena *a, const struct redact *r)
{
	struct archive_post p;
	int64_t version;
	TRY(redact_find(b, a, r, &p));
	if (!(p.flags & ARCHIVE_PLACED))
		return FAIL(ERR_DENIED, "the post stands where its references say");
	TRY(placed_drop(b, p.id));
	TRY(archive_touch(b, p.list, &version));
	TRY(natural(b, a, &p, version));
	return redact_note(b, r, &p, "undone", STR(""), true);
}

err archive_split(struct book *b, struct arena *a, const struct redact *r)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, split(b, a, r));
}

err archive_merge(struct book *b, struct arena *a, const struct redact *r, int64_t under)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, merge(b, a, r, under));
}

err archive_unplace(struct book *b, struct arena *a, const struct redact *r)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, unplace(b, a, r));
}
