/* Posts of the archive, one after the other, in another name. */
#include "archive/pseudonym.h"

#include "archive/inside.h"
#include "archive/rewrite.h"
#include "base/log.h"
#include "store/archive/blob.h"
#include "store/archive/inside.h"
#include "store/archive/redaction.h"

enum {
	TOGETHER = 16 * 1024 * 1024
}; /* octets of messages a round, and one that passes it */

static err rewrite(struct book *b, struct arena *a, const struct pseudonym *p,
		   const struct archive_post *row, int64_t *changed)
{
	str message, clean;
	bool named;
	TRY(archive_blob_read(b, a, row->id, SIZE_MAX, &message));
	TRY(pseudonym_message(a, p, message, &clean));
	if (str_eq(clean, message))
		return archive_inside_forget(b, a, row, p, &named);
	++*changed;
	TRY(archive_rewrite(b, a, row, message, clean, row->flags));
	return row->attachments ? archive_unread_never(b, row->id) : OK;
}

/* It cannot be read as a message, or not at all: the name stays in it. */
static void leave(const struct pseudonym *p, const struct archive_post *row, err why)
{
	log_warn("erasure-left", KS("as", p->as), KN("list", row->list),
		 KN("number", row->number), KE(why),
		 KZ("do", "look at that post; the name stands in it yet"));
}

/* Each is read: the index knows no header, no tag of HTML, and of what an address is dressed as
 * no word. */
static err rewrite_some(struct book *b, struct arena *a, const struct pseudonym *p,
			size_t limit, struct pseudonym_done *d, bool *more)
{
	struct archive_posts posts;
	int64_t octets = 0;
	TRY(archive_posts_by_id_after(b, a, 0, d->after, limit, &posts));
	*more = posts.count > 0;
	for (size_t i = 0; i < posts.count && octets < TOGETHER; i++) {
		ARENA(one);
		const struct archive_post *row = &posts.list[i];
		TRY(book_part(b));
		err e = book_part_end(b, rewrite(b, one, p, row, &d->changed));
		if (e.kind == ERR_TEMP)
			return e;
		if (e.kind)
			leave(p, row, e);
		d->missed += e.kind != ERR_NONE;
		octets += row->size;
		d->after = row->id;
	}
	return OK;
}

err pseudonym_posts(struct book *b, struct arena *a, const struct pseudonym *p,
		    size_t limit, struct pseudonym_done *d, bool *more)
{
	bool mine;
	struct pseudonym_done now = *d;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, rewrite_some(b, a, p, limit, &now, more)));
	*d = now;
	return OK;
}

err pseudonym_hidden_post(struct book *b, struct arena *a, const struct pseudonym *p,
			  int64_t id, bool *changed)
{
	struct archive_post row;
	struct archive_packer *packer;
	struct archive_packed packed;
	str message, clean;
	bool found;
	*changed = false;
	TRY(archive_unread_never(b, id)); /* nobody knows what is written in its files */
	TRY(archive_hidden_read(b, a, id, &message, &found));
	if (found)
		TRY(archive_post_by_id(b, a, id, &row, &found));
	if (!found || pseudonym_message(a, p, message, &clean).kind
	    || str_eq(clean, message))
		return OK;
	*changed = true;
	TRY(archive_packer_kept(b, row.list, &packer));
	archive_pack(packer, a, clean, 0, &packed);
	return archive_hidden_replace(b, id, &packed);
}

err pseudonym_hidden(struct book *b, const struct pseudonym *p)
{
	for (int64_t id = 0;;) {
		ARENA(a);
		bool changed;
		TRY(archive_hidden_next(b, id, &id));
		if (!id)
			return OK;
		TRY(pseudonym_hidden_post(b, a, p, id, &changed));
	}
}
