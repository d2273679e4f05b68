#include "archive/inside.h"

#include "archive/content.h"
#include "archive/prepare.h"
#include "archive/pseudonym_text.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/archive/inside.h"

enum { TRIES = 3 };

struct look {
	const struct inside_reader *r;
	struct arena *a;
	struct archive_unread row;
	struct archive_post post;
	struct archive_attachments files;
	struct buf text;
	bool waits;    /* for a program, or until that has time */
	bool measured; /* a picture, which may be shown from now on */
};

/* ---- one file */

static err text_of_message(struct look *l, str bytes, str *text)
{
	struct content c;
	if (!content_read(l->a, bytes, &c).kind)
		*text = arena_cat(
			l->a,
			header_text(l->a, header_find(&c.mime.header, STR("Subject"))),
			STR("\n"), c.text);
	return OK;
}

static err text_of_pdf(struct look *l, str bytes, str *text)
{
	err e = l->r->pdf(l->r->ctx, l->a, bytes, INSIDE_FILE_MAX, text);
	bool later = e.kind == ERR_NOTFOUND || e.kind == ERR_TEMP;
	l->waits = l->waits || later;
	if (e.kind && !later && e.kind != ERR_IO)
		log_info("file-not-read", KN("list", l->post.list),
			 KN("number", l->post.number), KE(e));
	return e.kind == ERR_IO ? e : OK;
}

static str text_of_part(struct look *l, const struct mime_part *part)
{
	str used, text = mime_text(l->a, part, &used);
	bool cut;
	return str_eq(part->type, STR("text/html")) ? content_html_text(l->a, text, &cut)
						    : text;
}

static err read_file(struct look *l, const struct mime *m, struct archive_attachment *x)
{
	str text = STR("");
	const struct mime_part *part;
	if (x->part >= (int64_t)m->count || x->size > INSIDE_LARGEST)
		return OK;
	part = &m->parts[x->part];
	if (!x->width && str_starts(x->sniffed, STR("image/"))) {
		archive_measure(mime_bytes(l->a, part), x);
		l->measured = l->measured || x->width;
	}
	if (str_eq(x->sniffed, STR("application/pdf")))
		TRY(text_of_pdf(l, mime_bytes(l->a, part), &text));
	else if (str_eq(part->type, STR("message/rfc822")))
		TRY(text_of_message(l, mime_bytes(l->a, part), &text));
	else if (str_starts(part->type, STR("text/"))
		 && str_starts(x->sniffed, STR("text/")))
		text = text_of_part(l, part);
	text = utf8_first(utf8_scrub(l->a, text), INSIDE_FILE_MAX);
	if (text.n && l->text.n + text.n < INSIDE_POST_MAX)
		buf_cat(&l->text, text, STR("\n"));
	return OK;
}

/* ---- a post */

err archive_inside_set(struct book *b, struct arena *a, const struct archive_post *p,
		       str text)
{
	struct prepared now;
	bool indexed;
	str was;
	TRY(archive_inside_read(b, a, p->id, &was));
	if (str_eq(was, text))
		return OK;
	TRY(archive_prepare_again(b, a, p, NULL, &now));
	TRY(archive_words_have(b, p->id, &indexed));
	if (indexed) {
		TRY(archive_words_remove(b, p->id, &now.words));
		archive_words_inside(a, &now.words, text);
		TRY(archive_words_add(b, p->id, &now.words));
	}
	return archive_inside_put(b, p->id, text);
}

err archive_inside_forget(struct book *b, struct arena *a, const struct archive_post *p,
			  const struct pseudonym *who, bool *named)
{
	const struct pseudonym_text *clean = pseudonym_text_new(a, who);
	int64_t version;
	str text;
	TRY(archive_inside_read(b, a, p->id, &text));
	*named = !str_eq(text, pseudonym_text_clean(a, clean, text, 0, NAMES_BESIDE));
	if (!*named)
		return OK;
	TRY(archive_inside_set(b, a, p, STR("")));
	TRY(archive_unread_never(b, p->id)); /* they would bring the name back */
	return archive_touch(b, p->list, &version);
}

static err keep(struct book *b, struct look *l)
{
	struct archive_unread now;
	int64_t version;
	bool found;
	TRY(archive_unread_of(b, l->row.post, &now, &found));
	if (!found || now.tries != l->row.tries)
		return OK; /* an owner took something out of it meanwhile */
	TRY(archive_inside_set(b, l->a, &l->post, buf_str(&l->text)));
	for (size_t i = 0; l->measured && i < l->files.count; i++)
		TRY(archive_attachment_measured(b, &l->files.list[i]));
	if (l->measured) /* pages show what they did not before */
		TRY(archive_touch(b, l->post.list, &version));
	return l->waits ? archive_unread_wait(b, l->row.post)
			: archive_unread_done(b, l->row.post);
}

static err read_files(struct book *b, struct look *l)
{
	struct mime m;
	str message;
	TRY(archive_attachments_of_post(b, l->a, l->post.id, &l->files));
	TRY(archive_blob_read(b, l->a, l->post.id, SIZE_MAX, &message));
	TRY(mime_parse(l->a, message, &m));
	for (size_t i = 0; i < l->files.count; i++)
		TRY(read_file(l, &m, &l->files.list[i]));
	return OK;
}

static err look(struct book *b, struct look *l)
{
	bool found;
	TRY(archive_post_by_id(b, l->a, l->row.post, &l->post, &found));
	if (!found || l->post.flags & (ARCHIVE_GONE | ARCHIVE_CUT))
		return archive_unread_done(b, l->row.post);
	TRY(read_files(b, l));
	TRY(book_begin(b));
	return book_end(b, keep(b, l));
}

static err give_up(struct book *b, int64_t post, err why)
{
	log_warn("files-not-read", KN("post", post), KE(why),
		 KZ("do", "nothing: what is in its files is not searched, all else is"));
	return archive_unread_done(b, post);
}

/* The try is noted first: files that end this process are not looked into for ever. */
err archive_look_inside(struct book *b, const struct inside_reader *r, bool *more)
{
	ARENA(a);
	struct look l = { .r = r, .a = a };
	TRY(archive_unread_next(b, &l.row, more));
	if (!*more)
		return OK;
	if (l.row.tries >= TRIES)
		return give_up(b, l.row.post,
			       FAIL(ERR_LIMIT, "it was tried three times"));
	TRY(archive_unread_try(b, l.row.post));
	l.row.tries++;
	err e = look(b, &l);
	buf_free(&l.text);
	return e.kind && !err_is_passing(e) ? give_up(b, l.row.post, e) : e;
}
