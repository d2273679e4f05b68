#include "archive/purge.h"

#include "archive/prepare.h"
#include "store/archive/gone.h"

enum { TOGETHER = 16 * 1024 * 1024 }; /* octets between two batches of mail */

/* The index forgets a post only if it is told the words that it was given. */
static err forget_words(struct book *b, struct arena *a, const struct archive_post *p)
{
	struct prepared was;
	bool found;
	TRY(archive_words_have(b, p->id, &found));
	if (!found)
		return OK;
	TRY(archive_prepare_again(b, a, p, NULL, &was));
	return archive_words_remove(b, p->id, &was.words);
}

static err purge_one(struct book *b, const struct archive_post *p)
{
	ARENA(a);
	err e = forget_words(b, a, p);
	if (err_is_passing(e))
		return e;
	return archive_post_gone(b, p->id);
}

static err purge_some(struct book *b, struct arena *a, int64_t list, size_t limit,
		      bool *more)
{
	struct archive_posts posts;
	TRY(archive_posts_after(b, a, list, 0, limit, &posts));
	size_t i = 0;
	for (int64_t octets = 0; i < posts.count && octets < TOGETHER; i++) {
		TRY(purge_one(b, &posts.list[i]));
		octets += posts.list[i].size;
	}
	*more = i < posts.count || posts.count == limit;
	return *more ? OK : archive_list_gone(b, list);
}

err archive_purge(struct book *b, struct arena *a, int64_t list, size_t limit, bool *more)
{
	bool mine, left = true;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, purge_some(b, a, list, limit, &left)));
	*more = left;
	return OK;
}
