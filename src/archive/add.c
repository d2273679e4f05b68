#include "archive/add.h"

#include "archive/prepare.h"

enum { LEARN_FROM = 500 }; /* posts of a list that its dictionary is trained with */

err archive_write(struct book *b, struct arena *a, struct prepared *x, int64_t *number)
{
	struct archive_post *p = &x->post;
	int64_t version;
	TRY(archive_number_take(b, p->list, &p->number, &version));
	TRY(thread_place(b, a, p, &x->refs, version));
	TRY(archive_blob_add(b, p->id, &x->packed));
	TRY(archive_words_add(b, p->id, &x->words));
	for (size_t i = 0; i < x->attachments.count; i++) {
		x->attachments.list[i].post = p->id;
		TRY(archive_attachment_add(b, &x->attachments.list[i]));
	}
	TRY(archive_month_count(b, p->list, p->date, 1));
	*number = p->number;
	return OK;
}

/* Once a list has enough posts to learn from, later ones are kept in a third of
 * the room. */
static err learn(struct book *b, int64_t list, int64_t number)
{
	bool wanted;
	if (number % LEARN_FROM)
		return OK;
	TRY(archive_dictionary_wanted(b, list, &wanted));
	if (!wanted)
		return OK;
	ARENA(a);
	struct archive_posts posts;
	TRY(archive_posts_newest(b, a, list, 0, LEARN_FROM, &posts));
	str *messages = arena_alloc(a, posts.count * sizeof *messages);
	for (size_t i = 0; i < posts.count; i++)
		TRY(archive_blob_read(b, a, posts.list[i].id, 16 * 1024, &messages[i]));
	return archive_dictionary_train(b, a, list, messages, posts.count);
}

static err add(struct book *b, struct arena *a, const struct archive_arrival *x,
	       int64_t *number)
{
	bool found;
	TRY(archive_post_by_source(b, x->source, number, &found));
	if (found)
		return OK;
	struct archive_packer *packer;
	struct prepared made;
	TRY(archive_packer_kept(b, x->list, &packer));
	TRY(archive_prepare(a, x, packer, &made));
	TRY(archive_write(b, a, &made, number));
	return learn(b, x->list, *number);
}

err archive_add(struct book *b, struct arena *a, const struct archive_arrival *x,
		int64_t *number)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, a, x, number));
}
