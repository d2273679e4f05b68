#include "archive/redact.h"

#include "archive/learn.h"
#include "archive/prepare.h"
#include "archive/redact_inside.h"
#include "archive/rewrite.h"
#include "base/buf.h"
#include "mail/date.h"
#include "store/archive/inside.h"
#include "store/archive/verdict.h"

str redaction_text(str what)
{
	static const struct {
		const char *word, *text;
	} rows[] = {
#define REDACTION(word, text) { #word, text },
#include "archive/redact.def"
#undef REDACTION
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(what, str_from(rows[i].word)))
			return str_from(rows[i].text);
	return STR("");
}

err redact_note(struct book *b, const struct redact *r, const struct archive_post *p,
		const char *what, str detail, bool clean)
{
	struct redaction_row row = { .list = p->list,
				     .post = p->id,
				     .number = p->number,
				     .what = str_from(what),
				     .at = r->at,
				     .actor = r->actor,
				     .reason = r->reason,
				     .detail = detail,
				     .clean_at = clean ? r->at : 0 };
	return redaction_add(b, &row);
}

err redact_find(struct book *b, struct arena *a, const struct redact *r,
		struct archive_post *p)
{
	bool found;
	TRY(archive_post_by_number(b, a, r->list, r->number, p, &found));
	return found ? OK
		     : err_in(a, ERR_NOTFOUND, "the list has no post %lld",
			      (long long)r->number);
}

/* ---- the tombstone */

static void add_ids(struct buf *out, const struct thread_refs *refs)
{
	if (!refs->count)
		return;
	buf_add(out, STR("References:"));
	for (size_t i = refs->count; i; i--) /* the nearest stands last */
		buf_cat(out, STR("\r\n <"), refs->ids[i - 1], STR(">"));
	buf_add(out, STR("\r\n"));
}

/* What the thread needs of the message, and no octet more. */
static err make_tombstone(struct arena *a, const struct archive_post *p, str was,
			  str *stone)
{
	struct header h;
	struct thread_refs refs;
	BUF(out);
	TRY(header_scan(a, was, &h));
	thread_refs(a, &h, p->message_id, &refs);
	if (!(p->flags & ARCHIVE_NO_DATE))
		buf_cat(&out, STR("Date: "), date_text(a, p->date), STR("\r\n"));
	if (p->message_id.n)
		buf_cat(&out, STR("Message-ID: <"), p->message_id, STR(">\r\n"));
	add_ids(&out, &refs);
	buf_add(&out, STR("Subject:\r\nMIME-Version: 1.0\r\n"
			  "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
			  "The owner of the list has taken this message away.\r\n"));
	*stone = arena_copy(a, buf_str(&out));
	return OK;
}

static err bury(struct book *b, struct arena *a, const struct archive_post *p)
{
	str was, stone;
	TRY(archive_blob_read(b, a, p->id, SIZE_MAX, &was));
	TRY(make_tombstone(a, p, was, &stone));
	return archive_rewrite(b, a, p, was, stone, p->flags | ARCHIVE_GONE);
}

/* ---- hide, and show again */

static err hide(struct book *b, struct arena *a, const struct redact *r)
{
	struct archive_post p;
	TRY(redact_find(b, a, r, &p));
	if (p.flags & ARCHIVE_GONE)
		return FAIL(ERR_DENIED, "the post is out of sight already");
	TRY(archive_hidden_keep(b, p.id));
	TRY(bury(b, a, &p));
	return redact_note(b, r, &p, "hidden", STR(""), true);
}

static err show(struct book *b, struct arena *a, const struct redact *r)
{
	struct archive_post p;
	str message, stone;
	bool found;
	TRY(redact_find(b, a, r, &p));
	TRY(archive_hidden_read(b, a, p.id, &message, &found));
	if (!found)
		return p.flags & ARCHIVE_GONE
			       ? FAIL(ERR_DENIED, "the post is removed for good")
			       : FAIL(ERR_DENIED, "the post is not hidden");
	TRY(archive_blob_read(b, a, p.id, SIZE_MAX, &stone));
	TRY(archive_rewrite(b, a, &p, stone, message, p.flags & ~(unsigned)ARCHIVE_GONE));
	TRY(archive_hidden_drop(b, p.id));
	if (!(p.flags & ARCHIVE_CUT))
		TRY(archive_unread_add(b, p.id));
	return redact_note(b, r, &p, "shown", STR(""), true);
}

static err purge(struct book *b, struct arena *a, const struct redact *r)
{
	struct archive_post p;
	str message;
	bool hidden;
	int64_t version;
	TRY(redact_find(b, a, r, &p));
	TRY(archive_hidden_read(b, a, p.id, &message, &hidden));
	if ((p.flags & ARCHIVE_GONE) && !hidden)
		return FAIL(ERR_DENIED, "the post is removed for good");
	if (!hidden)
		TRY(archive_blob_read(b, a, p.id, SIZE_MAX, &message));
	if (!hidden)
		TRY(bury(b, a, &p));
	TRY(archive_hidden_drop(b, p.id));
	TRY(archive_verdict_drop(b, p.id));
	TRY(archive_unlearn(b, a, &p, message));
	TRY(archive_touch(b, p.list, &version));
	return redact_note(b, r, &p, "purged", STR(""), false);
}

typedef err redact_fn(struct book *b, struct arena *a, const struct redact *r);

static err whole(struct book *b, struct arena *a, const struct redact *r, redact_fn *act)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, act(b, a, r));
}

err archive_hide(struct book *b, struct arena *a, const struct redact *r)
{
	return whole(b, a, r, hide);
}

err archive_show(struct book *b, struct arena *a, const struct redact *r)
{
	return whole(b, a, r, show);
}

err archive_post_purge(struct book *b, struct arena *a, const struct redact *r)
{
	return whole(b, a, r, purge);
}

err archive_read_hidden(struct book *b, struct arena *a, const struct archive_post *p,
			struct archive_post *row, struct archive_attachments *files,
			str *message, bool *found)
{
	struct prepared was;
	TRY(archive_hidden_read(b, a, p->id, message, found));
	if (!*found)
		return OK;
	TRY(archive_prepare_as(a, p, *message, NULL, &was));
	*row = was.post;
	row->id = p->id;
	row->number = p->number;
	row->thread = p->thread;
	row->parent = p->parent;
	row->flags = p->flags;
	*files = was.attachments;
	return OK;
}
