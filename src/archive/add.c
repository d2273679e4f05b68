#include "archive/add.h"

#include "archive/learn.h"
#include "archive/prepare.h"
#include "store/archive/inside.h"

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
	TRY(archive_verdict_add(b, p->id, &x->verdict));
	if (x->attachments.count)
		TRY(archive_unread_add(b, p->id));
	TRY(archive_month_count(b, p->list, p->date, 1));
	*number = p->number;
	return OK;
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
	/* Once a list has enough posts to learn from, later ones are kept in a third of
	 * the room. */
	return *number % LEARN_FROM ? OK : archive_learn(b, x->list);
}

err archive_add(struct book *b, struct arena *a, const struct archive_arrival *x,
		int64_t *number)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, a, x, number));
}
