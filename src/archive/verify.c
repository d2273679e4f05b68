#include "archive/verify.h"

#include "archive/prepare.h"
#include "archive/rewrite.h"
#include "store/archive/redaction.h"
#include "store/archive/thread.h"

enum { STEP = 200 };

/* NULL: all is well with it. */
static err look_at(struct book *b, struct arena *a, const struct archive_post *p,
		   struct verify_result *r, const char **wrong)
{
	struct prepared now;
	bool indexed;
	*wrong = NULL;
	err e = archive_prepare_again(b, a, p, NULL, &now);
	if (e.kind == ERR_TEMP)
		return e;
	TRY(archive_words_have(b, p->id, &indexed));
	r->posts++;
	if (e.kind) {
		r->unreadable++;
		*wrong = e.msg;
	} else if (now.post.size != p->size || now.post.digest != p->digest
		   || !str_eq(now.post.message_id, p->message_id)) {
		r->changed++;
		*wrong = "its message is not the one that its row was made from";
	} else if (!indexed && !(p->flags & ARCHIVE_GONE)) {
		r->changed++;
		*wrong = "its words are not in the index; run 'postern archive reindex'";
	}
	return OK;
}

err archive_verify(struct book *b, int64_t list,
		   void (*report)(void *arg, int64_t list, int64_t number,
				  const char *what),
		   void *arg, struct verify_result *r)
{
	*r = (struct verify_result){ 0 };
	for (int64_t after = 0;;) {
		ARENA(step);
		struct archive_posts posts;
		TRY(archive_posts_by_id_after(b, step, list, after, STEP, &posts));
		if (!posts.count)
			break;
		for (size_t i = 0; i < posts.count; i++) {
			ARENA(one);
			const char *wrong;
			TRY(look_at(b, one, &posts.list[i], r, &wrong));
			if (wrong && report)
				report(arg, posts.list[i].list, posts.list[i].number,
				       wrong);
			after = posts.list[i].id;
		}
	}
	return archive_words_check(b);
}

struct again {
	int64_t list, version;
	str charset;
};

static err index_again(struct book *b, struct arena *a, const struct archive_post *was,
		       const struct again *x)
{
	struct prepared now;
	struct archive_post as = *was;
	const struct archive_post *p = &as;
	bool gone = p->flags & ARCHIVE_GONE;
	if (p->list == x->list && !gone)
		as.charset = x->charset;
	TRY(archive_prepare_again(b, a, p, NULL, &now));
	if (!gone)
		TRY(archive_words_add(b, p->id, &now.words));
	if (p->list != x->list)
		return OK;
	if (!gone)
		TRY(archive_reread(b, was, &now));
	now.post.flags |= p->flags & (ARCHIVE_OWNERS | (gone ? ARCHIVE_REPLY : 0U));
	now.post.subject_key = gone ? p->subject_key : now.post.subject_key;
	now.post.id = p->id;
	now.post.number = p->number;
	return thread_place(b, a, &now.post, &now.refs, x->version);
}

/* Where owners put them, when all posts have found where they belong. */
static err put_again(struct book *b, int64_t list, int64_t version)
{
	ARENA(a);
	struct placed_row *rows;
	size_t n;
	TRY(placed_of_list(b, a, list, &rows, &n));
	for (size_t i = 0; i < n; i++)
		TRY(thread_put(b, a, list, rows[i].post, rows[i].parent, version));
	return OK;
}

/* The index can forget a post only if it is told all its words as they were put in,
 * so it is emptied and filled again, for every list. */
static err reindex(struct book *b, struct again *x, int64_t *posts)
{
	TRY(archive_touch(b, x->list, &x->version));
	TRY(archive_thread_forget(b, x->list));
	TRY(archive_words_forget(b));
	TRY(archive_words_refilled(b, 1));
	for (int64_t after = 0;;) {
		ARENA(step);
		struct archive_posts some;
		TRY(archive_posts_by_id_after(b, step, 0, after, STEP, &some));
		if (!some.count)
			return put_again(b, x->list, x->version);
		for (size_t i = 0; i < some.count; i++) {
			ARENA(one);
			TRY(index_again(b, one, &some.list[i], x));
			after = some.list[i].id;
			++*posts;
		}
	}
}

err archive_reindex(struct book *b, int64_t list, str charset, int64_t *posts)
{
	struct again x = { .list = list, .charset = charset };
	*posts = 0;
	TRY(book_begin(b));
	err e = reindex(b, &x, posts);
	return book_end(b, e);
}
