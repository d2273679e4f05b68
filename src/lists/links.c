#include "lists/links.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/language.h"
#include "mail/encode.h"
#include "mail/rewrite.h"

#include <sodium.h>

static bool stands_free(const struct mime *m, size_t i)
{
	static const char *const bound[] = { "multipart/signed", "multipart/encrypted",
					     "multipart/related", "multipart/alternative",
					     "multipart/report" };
	int up = m->parts[i].parent;
	if (up < 0 || m->parts[i].multipart)
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
	if ((int64_t)part->raw.n <= most)
		return NULL;
	str bytes = mime_bytes(a, part);
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
	return octets < MB
		       ? arena_printf(a, "%lld KB", (long long)((octets + KB - 1) / KB))
		       : arena_printf(a, "%lld.%lld MB", (long long)(octets / MB),
				      (long long)(octets % MB * 10 / MB));
}

static void name_file(struct buf *b, struct arena *a, str url,
		      const struct archive_attachment *f)
{
	str name = f->filename.n ? f->filename : STR("unnamed");
	buf_cat(b, name, STR(" ("), f->sniffed, STR(", "), size_words(a, f->size),
		STR(")\n"));
	buf_addf(b, "<%.*s/a/%lld/%.*s>\n", STR_F(url), (long long)f->n,
		 STR_F(enc_percent(a, name)));
}

/* A multipart of which nothing is left goes, too. */
static void drop_empty(const struct mime *m, struct part_edit *edit)
{
	for (size_t i = m->count; i-- > 1;) {
		bool any = !m->parts[i].multipart;
		for (size_t k = i + 1; k < m->count && !any; k++)
			any = m->parts[k].parent == (int)i && edit[k].fate == PART_STAYS;
		if (!any)
			edit[i].fate = PART_GOES;
	}
}

static str text_part(struct arena *a, size_t count, str files)
{
	str text = str_from(P_("This file is kept in the archive:",
			       "These files are kept in the archive:", count));
	str part = arena_cat(a, STR("Content-Disposition: inline\r\n"),
			     encode_text_part(a, arena_cat(a, text, STR("\n\n"), files)));
	part.n -= 2; /* its last line's end is the next delimiter's */
	return part;
}

err links_make(struct arena *a, str message, const struct archive_attachments *files,
	       int64_t most, str post_url, struct linked *out)
{
	struct mime m;
	size_t count = 0;
	BUF(text);
	*out = (struct linked){ .message = message };
	TRY(mime_parse(a, message, &m));
	/* where a boundary is left open, what follows a part is not told from it */
	if (m.flags & ~(unsigned)MIME_BAD_ENCODING
	    || !str_eq(m.parts[0].type, STR("multipart/mixed")) || !mime_is_clear(a, &m))
		return OK;
	struct part_edit *edit = arena_zero(a, m.count * sizeof *edit);
	for (size_t i = 0; i < m.count; i++) {
		const struct archive_attachment *f = stands_free(&m, i) ? file_of(
							     a, &m.parts[i], files, most)
									: NULL;
		if (!f)
			continue;
		name_file(&text, a, post_url, f);
		edit[i].fate = PART_GOES;
		count++;
	}
	drop_empty(&m, edit);
	struct rewrite r = { .edit = edit };
	if (count)
		r.last = text_part(a, count, buf_str(&text));
	if (count && mime_rewrite(a, message, &m, &r, &out->message))
		out->count = count;
	return OK;
}
