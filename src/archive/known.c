#include "archive/known.h"

#include "archive/prepare.h"
#include "mail/header.h"

static err body_of(struct arena *a, str message, str *body)
{
	struct header h;
	TRY(header_scan(a, message, &h));
	*body = h.body;
	return OK;
}

static err same_body(struct book *b, struct arena *a, const struct archive_post *p,
		     str message, bool *same)
{
	str kept, mine, theirs;
	TRY(archive_blob_read(b, a, p->id, SIZE_MAX, &kept));
	TRY(body_of(a, kept, &theirs));
	TRY(body_of(a, message, &mine));
	*same = str_eq(mine, theirs);
	return OK;
}

static bool same_files(const struct archive_attachments *x,
		       const struct archive_attachments *y)
{
	bool same = x->count == y->count;
	for (size_t i = 0; same && i < x->count; i++)
		same = str_eq(x->list[i].sha256, y->list[i].sha256);
	return same;
}

/* A mailbox keeps no octet as it was: line ends, ">From ", a footer's blank line. So
 * what a reader sees is compared, and the attachments. */
static err same_reading(struct book *b, struct arena *a, const struct archive_post *p,
			const struct archive_arrival *x, bool *same)
{
	struct prepared made;
	struct archive_attachments files;
	TRY(archive_prepare(a, x, NULL, &made));
	TRY(archive_attachments_of_post(b, a, p->id, &files));
	*same = made.post.digest == p->digest && same_files(&files, &made.attachments);
	return OK;
}

err archive_ask(struct book *b, struct arena *a, const struct archive_arrival *x,
		str message_id, str author, enum archive_known *known)
{
	struct archive_posts posts;
	bool same = false;
	*known = ARCHIVE_NEW;
	if (!message_id.n)
		return OK;
	TRY(archive_posts_by_message_id(b, a, x->list, message_id, &posts));
	if (!posts.count || str_eq(posts.list[0].source, x->source))
		return OK;
	const struct archive_post *p = &posts.list[0];
	if (p->flags & ARCHIVE_GONE) { /* what was taken away comes by no other way */
		*known = ARCHIVE_SAME;
		return OK;
	}
	if (str_ieq(p->from_address, author))
		TRY(same_body(b, a, p, x->message, &same));
	if (!same && str_starts(p->source, ARCHIVE_IMPORTED))
		TRY(same_reading(b, a, p, x, &same));
	*known = same ? ARCHIVE_SAME : ARCHIVE_OTHER;
	return OK;
}
