#include "archive/refill.h"

#include "archive/rewrite.h"
#include "store/archive/facts.h"

enum { TOGETHER = 200, OCTETS = 8 * 1024 * 1024 }; /* between two batches of mail */

static err fill(struct book *b, const struct archive_post *p)
{
	ARENA(a);
	struct prepared now;
	bool there;
	TRY(archive_words_have(b, p->id, &there));
	if (there || p->flags & ARCHIVE_GONE)
		return OK;
	err e = archive_prepare_again(b, a, p, NULL, &now);
	if (e.kind)
		return err_is_passing(e) ? e : OK;
	TRY(archive_words_add(b, p->id, &now.words));
	return archive_reread(b, p, &now);
}

/* The index takes posts in the order of their ids as one run. */
static err fill_some(struct book *b, struct arena *a, int64_t before)
{
	struct archive_posts posts;
	TRY(archive_posts_by_id_before(b, a, before, TOGETHER, &posts));
	size_t n = 0;
	for (int64_t octets = 0; n < posts.count && octets < OCTETS; n++)
		octets += posts.list[n].size;
	for (size_t i = n; i > 0; i--)
		TRY(fill(b, &posts.list[i - 1]));
	return archive_words_refilled(b, n ? posts.list[n - 1].id : 1);
}

static err fill_both(struct book *b, struct arena *a, int64_t before)
{
	TRY(facts_fill(b));
	return before ? fill_some(b, a, before) : OK;
}

err archive_refill(struct book *b, bool *more)
{
	ARENA(a);
	int64_t before;
	TRY(facts_missing(b, more));
	TRY(archive_words_missing(b, &before));
	*more |= before > 0;
	if (!*more)
		return OK;
	TRY(book_begin(b));
	return book_end(b, fill_both(b, a, before));
}
