/* Large files become links. The archive keeps the post as it came, with a list of its files
 * and their hashes; what is left out of the copies is read there, by whoever may read the
 * archive. */
#include "lists/steps_inside.h"

#include "base/enc.h"
#include "base/utf8.h"
#include "mail/encode.h"
#include "mail/mime.h"
#include "store/archive/attachment.h"
#include "store/archive/post.h"

#include <sodium.h>

/* A part stands from its header to the end of its body. */
static str whole_part(const struct mime_part *p)
{
	return (str){ p->header.raw.p, (size_t)(p->raw.p + p->raw.n - p->header.raw.p) };
}

/* What is signed or encrypted is whole or nothing; a picture of a page, or one of several
 * forms of a text, is no file that hangs on it. */
static bool stands_free(const struct mime *m, size_t i)
{
	static const char *const bound[] = { "multipart/signed", "multipart/encrypted",
					     "multipart/related", "multipart/alternative",
					     "multipart/report" };
	int up = m->parts[i].parent;
	if (up < 0 || !m->parts[i].header.raw.n || m->parts[i].multipart)
		return false;
	for (; up >= 0; up = m->parts[up].parent)
		for (size_t k = 0; k < sizeof bound / sizeof *bound; k++)
			if (str_eq(m->parts[up].type, str_from(bound[k])))
				return false;
	return true;
}

/* The list's words may stand between: a file is found by its hash. */
static const struct archive_attachment *file_of(struct arena *a,
						const struct mime_part *part,
						const struct archive_attachments *files,
						int64_t most)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	str bytes;
	if ((int64_t)part->raw.n <= most)
		return NULL;
	bytes = mime_bytes(a, part);
	if ((int64_t)bytes.n <= most)
		return NULL;
	crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
	for (size_t i = 0; i < files->count; i++)
		if (str_eq(files->list[i].sha256, (str){ (char *)hash, sizeof hash }))
			return &files->list[i];
	return NULL;
}

static str size_words(struct arena *a, int64_t octets)
{
	enum { KB = 1024, MB = 1024 * 1024 };
	return octets < MB ? arena_printf(a, "%lld KB", (long long)(octets / KB))
			   : arena_printf(a, "%lld.%lld MB", (long long)(octets / MB),
					  (long long)(octets % MB * 10 / MB));
}

static str link_part(struct arena *a, str url, int64_t number,
		     const struct archive_attachment *f)
{
	str name = f->filename.n ? f->filename : STR("unnamed");
	str link = arena_printf(a, "%.*s/%lld/a/%lld/%.*s", STR_F(url), (long long)number,
				(long long)f->n, STR_F(enc_percent(a, name)));
	return encode_text_part(a, arena_cat(a, STR("This file is kept in the archive: "),
					     name, STR(", "), f->sniffed, STR(", "),
					     size_words(a, f->size), STR("\n<"), link,
					     STR(">\n")));
}

/* The message with its large files as links; itself where it has none. */
static err with_links(struct books *books, struct arena *a, struct outgoing *out,
		      const struct archive_attachments *files, str *message)
{
	const struct post *p = out->post;
	int64_t most = p->settings.attachment_link_size * 1024;
	str url = list_url(a, books, p->list), rest = p->message;
	struct mime m;
	BUF(b);
	TRY(mime_parse(a, p->message, &m));
	for (size_t i = 0; i < m.count; i++) {
		const struct archive_attachment *f = stands_free(&m, i) ? file_of(
							     a, &m.parts[i], files, most)
									: NULL;
		if (!f)
			continue;
		str part = whole_part(&m.parts[i]),
		    text = link_part(a, url, out->number, f);
		buf_add(&b, str_first(rest, (size_t)(part.p - rest.p)));
		/* the line end before a delimiter is the delimiter's */
		buf_add(&b, str_first(text, text.n - 2));
		rest = str_skip(rest, (size_t)(part.p + part.n - rest.p));
		out->links++;
	}
	buf_add(&b, rest);
	*message = out->links ? arena_copy(a, buf_str(&b)) : p->message;
	return OK;
}

static bool any_is_large(const struct archive_attachments *files, int64_t most)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->list[i].size > most)
			return true;
	return false;
}

err step_links(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	int64_t most = p->settings.attachment_link_size * 1024;
	struct archive_attachments files;
	struct archive_post kept;
	bool found;
	str message;
	if (!most || !out->number)
		return OK;
	TRY(archive_post_by_number(books->archive, a, p->list->id, out->number, &kept,
				   &found));
	if (!found || !kept.attachments)
		return OK;
	TRY(archive_attachments_of_post(books->archive, a, kept.id, &files));
	if (!any_is_large(&files, most) || step_rests_on_signature(books, a, out))
		return OK;
	TRY(with_links(books, a, out, &files, &message));
	if (!out->links)
		return OK;
	struct post *with = arena_alloc(a, sizeof *with);
	*with = *p;
	with->message = message;
	TRY(header_scan(a, with->message, &with->header));
	out->bare = out->bare ? out->bare : p;
	out->post = with;
	return OK;
}
