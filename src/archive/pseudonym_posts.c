/* Posts of the archive, one after the other, in another name. */
#include "archive/pseudonym.h"

#include "archive/inside.h"
#include "archive/rewrite.h"
#include "base/buf.h"
#include "base/log.h"
#include "store/archive/author.h"
#include "store/archive/blob.h"
#include "store/archive/inside.h"
#include "store/archive/redaction.h"

#include <stdlib.h>

enum {
	TOGETHER = 16 * 1024 * 1024
}; /* octets of messages a round, and one that passes it */

static err rewrite(struct book *b, struct arena *a, const struct pseudonym *p, int64_t id,
		   int64_t *changed, size_t *octets)
{
	struct archive_post row;
	str message, clean;
	bool found, named;
	TRY(archive_post_by_id(b, a, id, &row, &found));
	if (!found)
		return OK;
	TRY(archive_blob_read(b, a, id, SIZE_MAX, &message));
	*octets += message.n;
	TRY(pseudonym_message(a, p, message, &clean));
	if (str_eq(clean, message))
		return archive_inside_forget(b, a, &row, p, &named);
	++*changed;
	TRY(archive_rewrite(b, a, &row, message, clean, row.flags));
	return row.attachments ? archive_unread_never(b, id) : OK;
}

static str phrase(struct arena *a, str address)
{
	BUF(out);
	buf_add_char(&out, '"');
	for (size_t i = 0; i < address.n; i++)
		if (address.p[i] != '"')
			buf_add_char(&out, address.p[i]);
	buf_add_char(&out, '"');
	return arena_copy(a, buf_str(&out));
}

static int by_number(const void *x, const void *y)
{
	const int64_t *l = x, *r = y;
	return (*l > *r) - (*l < *r);
}

/* Some ids behind *after, in order; each address brings its own. */
static err gather(struct book *b, struct arena *a, const struct pseudonym *p,
		  size_t limit, int64_t after, int64_t *ids, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < p->count; i++) {
		size_t n;
		TRY(archive_posts_naming(b, p->addresses[i], phrase(a, p->addresses[i]),
					 after, limit, ids + *count, &n));
		*count += n;
	}
	qsort(ids, *count, sizeof *ids, by_number);
	return OK;
}

/* It cannot be read as a message, or not at all: the name stays in it. */
static err leave(struct book *b, struct arena *a, const struct pseudonym *p, int64_t id,
		 err why)
{
	struct archive_post row;
	bool found;
	TRY(archive_post_by_id(b, a, id, &row, &found));
	if (found)
		log_warn("erasure-left", KS("as", p->as), KN("list", row.list),
			 KN("number", row.number), KE(why),
			 KZ("do", "look at that post; the name stands in it yet"));
	return OK;
}

static err rewrite_some(struct book *b, struct arena *a, const struct pseudonym *p,
			size_t limit, struct pseudonym_done *d, bool *more)
{
	size_t n, done = 0, octets = 0;
	int64_t *ids = arena_alloc(a, (p->count * 2 * limit + 1) * sizeof *ids);
	TRY(gather(b, a, p, limit, d->after, ids, &n));
	*more = n > 0;
	for (size_t i = 0; i < n && done < limit && octets < TOGETHER; i++) {
		if (ids[i] <= d->after)
			continue;
		ARENA(one);
		TRY(book_part(b));
		err e = book_part_end(b,
				      rewrite(b, one, p, ids[i], &d->changed, &octets));
		if (e.kind == ERR_TEMP)
			return e;
		if (e.kind)
			TRY(leave(b, one, p, ids[i], e));
		d->missed += e.kind != ERR_NONE;
		d->after = ids[i];
		done++;
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

static err rewrite_hidden(struct book *b, struct arena *a, const struct pseudonym *p,
			  int64_t id)
{
	struct archive_post row;
	struct archive_packer *packer;
	struct archive_packed packed;
	str message, clean;
	bool found;
	TRY(archive_unread_never(b, id)); /* nobody knows what is written in its files */
	TRY(archive_hidden_read(b, a, id, &message, &found));
	if (found)
		TRY(archive_post_by_id(b, a, id, &row, &found));
	if (!found || pseudonym_message(a, p, message, &clean).kind
	    || str_eq(clean, message))
		return OK;
	TRY(archive_packer_kept(b, row.list, &packer));
	archive_pack(packer, a, clean, 0, &packed);
	return archive_hidden_replace(b, id, &packed);
}

err pseudonym_hidden(struct book *b, const struct pseudonym *p)
{
	for (int64_t id = 0;;) {
		ARENA(a);
		TRY(archive_hidden_next(b, id, &id));
		if (!id)
			return OK;
		TRY(rewrite_hidden(b, a, p, id));
	}
}
