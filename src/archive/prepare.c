#include "archive/prepare.h"

#include "archive/content.h"
#include "archive/html.h"
#include "archive/picture.h"
#include "archive/render.h"
#include "archive/script.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/date.h"
#include "store/archive/inside.h"

#include <sodium.h>

enum {
	SUBJECT_MAX = 1000, /* octets of each, for rows and index */
	LABEL_MAX = 300,
	RECEIVERS_MAX = 600, /* of their addresses */
	INDEXED_MAX = 2 * 1024 * 1024,
	ID_MAX = 500,
	AHEAD = 24 * 3600, /* a clock may be wrong by its time zone */
};

static const int64_t FIRST_MAIL = 315532800; /* 1980: an earlier date is a broken clock */

static str line_of(struct arena *a, const struct header *h, str name, size_t most)
{
	return utf8_first(str_trim(utf8_scrub(a, header_text(a, header_find(h, name)))),
			  most);
}

static void read_author(struct arena *a, const struct header *h, struct archive_post *p)
{
	struct mailbox *boxes;
	size_t count = 0;
	const struct field *from = header_find(h, STR("From"));
	if (from && !address_list(a, from->value, &boxes, &count).kind && count) {
		p->from_name = utf8_first(str_trim(utf8_scrub(a, boxes[0].name)),
					  LABEL_MAX);
		p->from_address = utf8_scrub(a, address_text(a, &boxes[0].address));
	} else {
		p->from_name = line_of(a, h, STR("From"), LABEL_MAX);
		p->from_address = STR("");
	}
	p->from_address = utf8_first(p->from_address, LABEL_MAX);
	if (p->from_name.n)
		return;
	str local, domain;
	p->from_name = str_cut_last(p->from_address, '@', &local, &domain)
			       ? local
			       : STR("unknown");
}

/* The author's date where it can be true, else that of arrival. */
static void read_date(struct arena *a, const struct header *h, struct archive_post *p)
{
	const struct field *date = header_find(h, STR("Date"));
	int64_t seconds;
	int offset;
	p->date = p->received_at;
	if (date && !date_parse(header_value(a, date), &seconds, &offset).kind
	    && seconds >= FIRST_MAIL && seconds <= p->received_at + AHEAD) {
		p->date = seconds;
		p->offset = offset;
	} else {
		p->flags |= ARCHIVE_NO_DATE;
	}
}

static void read_subject(struct arena *a, const struct header *h, struct archive_post *p)
{
	bool reply;
	p->subject = line_of(a, h, STR("Subject"), SUBJECT_MAX);
	p->subject_key = thread_subject_key(thread_subject(a, p->subject, &reply));
	p->flags |= reply ? ARCHIVE_REPLY : 0;
	p->flags |= html_turns(p->subject) ? ARCHIVE_BIDI : 0;
}

static bool has_patch(str text)
{
	str at = str_find(text, STR("\n@@ -"));
	return at.n && str_find(str_first(at, 200), STR(" @@")).n;
}

/* FNV-1a over what a reader reads, without blanks, which lists and gateways change. */
static int64_t digest_of(const struct archive_post *p, str text)
{
	uint64_t hash = 0xcbf29ce484222325;
	const str parts[] = { p->from_address, p->subject, text };
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < parts[k].n; i++)
			if ((unsigned char)parts[k].p[i] > ' ')
				hash = (hash ^ (unsigned char)parts[k].p[i])
				       * 0x100000001b3;
	return (int64_t)hash;
}

/* Lines that begin with ">" are other people's words. */
static void split_quotes(struct arena *a, str text, str *own, str *quoted)
{
	text = str_first(text, INDEXED_MAX);
	char *mine = arena_alloc(a, text.n + 1), *others = arena_alloc(a, text.n + 1);
	size_t n = 0, m = 0;
	while (text.n) {
		const char *lf = memchr(text.p, '\n', text.n);
		size_t line = lf ? (size_t)(lf - text.p) + 1 : text.n;
		bool quote = text.p[0] == '>';
		memcpy(quote ? others + m : mine + n, text.p, line);
		*(quote ? &m : &n) += line;
		text = str_skip(text, line);
	}
	*own = (str){ mine, n };
	*quoted = (str){ others, m };
}

static bool is_apart(char c)
{
	return chr_is_space(c) || str_has(STR("<>()[]{},;:\""), c);
}

/* Addresses of people in a text stand apart, whole, and without their domains in it, as a page
 * shows it that hides them. What the index was given it must be told again to forget it: who
 * changes what is an address here has all words made anew (store/schema). */
static str without_addresses(struct arena *a, str text, str *addresses)
{
	BUF(own);
	BUF(apart);
	size_t done = 0, end;
	*addresses = STR("");
	for (size_t at = 0; render_next_address(text, &at, &end); at = end) {
		size_t from = at;
		while (from > done && !is_apart(text.p[from - 1]))
			from--;
		buf_cat(&own, (str){ text.p + done, at + 1 - done }, STR(" "));
		buf_cat(&apart, (str){ text.p + from, end - from }, STR("\n"));
		done = end;
	}
	if (!done)
		return text;
	buf_add(&own, str_skip(text, done));
	*addresses = arena_copy(a, buf_str(&apart));
	return arena_copy(a, buf_str(&own));
}

void archive_words_inside(struct arena *a, struct archive_words *w, str text)
{
	w->inside = without_addresses(a, text, &w->inside_address);
}

/* A name as who may not see addresses reads it: none of the domains. */
static void add_name(struct buf *b, str name)
{
	bool domain = false;
	for (size_t i = 0; i < name.n; i++) {
		domain = name.p[i] == '@' || (domain && !chr_is_space(name.p[i]));
		buf_add_char(b, domain ? ' ' : name.p[i]);
	}
	buf_add_char(b, '\n');
}

/* A name that is an address in truth is one. */
static void add_person(struct buf *names, struct buf *addresses, str name, str address)
{
	add_name(names, name);
	if (str_has(name, '@'))
		buf_cat(addresses, name, STR("\n"));
	buf_cat(addresses, address, STR("\n"));
}

/* Of To or Cc. Who has no name there is called by what stands before the @, as on the pages. */
static void add_receivers(struct arena *a, const struct header *h, str field,
			  struct buf *names, struct buf *addresses)
{
	struct mailbox *boxes;
	size_t count = 0, room = addresses->n + RECEIVERS_MAX;
	const struct field *f = header_find(h, field);
	if (!f || address_list(a, f->value, &boxes, &count).kind)
		return;
	for (size_t i = 0; i < count && addresses->n < room; i++) {
		str name = utf8_scrub(a, boxes[i].name),
		    address = utf8_scrub(a, address_text(a, &boxes[i].address));
		add_person(names, addresses, name.n ? name : address, address);
	}
}

static void find_people(struct arena *a, const struct header *h, struct prepared *out)
{
	struct archive_words *w = &out->words;
	BUF(name);
	BUF(address);
	BUF(names);
	BUF(addresses);
	add_person(&name, &address, out->post.from_name, out->post.from_address);
	add_receivers(a, h, STR("To"), &names, &addresses);
	add_receivers(a, h, STR("Cc"), &names, &addresses);
	w->author = arena_copy(a, buf_str(&name));
	w->author_address = arena_copy(a, buf_str(&address));
	w->receiver = arena_copy(a, buf_str(&names));
	w->receiver_address = arena_copy(a, buf_str(&addresses));
}

static void find_words(struct arena *a, const struct content *c, struct prepared *out)
{
	struct archive_words *w = &out->words;
	BUF(files);
	for (size_t i = 0; i < c->file_count; i++)
		buf_cat(&files, utf8_scrub(a, c->files[i].name), STR("\n"));
	w->subject = out->post.subject;
	find_people(a, &c->mime.header, out);
	w->files = arena_copy(a, buf_str(&files));
	split_quotes(a, c->text, &w->body, &w->quote);
	w->body = without_addresses(a, w->body, &w->body_address);
	w->quote = without_addresses(a, w->quote, &w->quote_address);
}

void archive_measure(str bytes, struct archive_attachment *x)
{
	struct picture p = { 0 };
	if (str_starts(x->sniffed, STR("image/")))
		(void)picture_filter(bytes, &p, NULL);
	x->width = p.width;
	x->height = p.height;
}

static void find_attachments(struct arena *a, const struct content *c,
			     struct prepared *out)
{
	struct archive_attachments *x = &out->attachments;
	x->list = arena_alloc(a, c->file_count * sizeof *x->list);
	x->count = c->file_count;
	for (size_t i = 0; i < c->file_count; i++) {
		const struct content_file *f = &c->files[i];
		str bytes = mime_bytes(a, &c->mime.parts[f->index]);
		unsigned char *hash = arena_alloc(a, crypto_hash_sha256_BYTES);
		crypto_hash_sha256(hash, (const unsigned char *)(bytes.n ? bytes.p : ""),
				   bytes.n);
		x->list[i] = (struct archive_attachment){
			.n = (int64_t)i + 1,
			.part = (int64_t)f->index,
			.filename = utf8_first(utf8_scrub(a, f->name), LABEL_MAX),
			.declared = utf8_first(utf8_scrub(a, f->type), LABEL_MAX),
			.sniffed = utf8_first(
				utf8_scrub(a, content_sniff(bytes, f->type)), LABEL_MAX),
			.size = (int64_t)bytes.n,
			.sha256 = { (char *)hash, crypto_hash_sha256_BYTES },
		};
		archive_measure(bytes, &x->list[i]);
	}
	out->post.attachments = (int64_t)x->count;
}

/* What had to be put right, for the report of an import. */
static const char *repairs_of(struct arena *a, const struct content *c,
			      const struct archive_post *p)
{
	unsigned h = c->mime.header.flags, m = c->mime.flags;
	const struct {
		bool seen;
		const char *text;
	} rows[] = {
		{ !p->message_id.n, "no Message-ID" },
		{ !p->from_address.n, "no address in From" },
		{ p->flags & ARCHIVE_NO_DATE,
		  "no usable Date; that of its arrival is used" },
		{ h & HEADER_8BIT,
		  "8-bit octets in the header; their charset was guessed" },
		{ h & HEADER_NUL, "NUL in the header" },
		{ h & HEADER_BARE_CR, "CR without LF in the header" },
		{ h & HEADER_STRAY_LINE,
		  "a line in the header that is no field; skipped" },
		{ h & HEADER_REPEATED,
		  "a field twice that may stand once; the first counts" },
		{ m & MIME_TOO_DEEP,
		  "parts nested too deep; the innermost are not shown" },
		{ m & MIME_TOO_MANY, "too many parts; the last are not shown" },
		{ m & MIME_OPEN_BOUNDARY, "a multipart without its end" },
		{ m & MIME_BAD_ENCODING,
		  "foreign octets in base64 or quoted-printable; skipped" },
		{ m & MIME_TYPE_TWICE, "an ambiguous Content-Type; the first counts" },
	};
	BUF(b);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].seen)
			buf_cat(&b, b.n ? STR("; ") : STR(""), str_from(rows[i].text));
	return b.n ? arena_z(a, buf_str(&b)) : NULL;
}

static bool is_message(const struct header *h)
{
	return header_find(h, STR("From")) || header_find(h, STR("Subject"))
	       || header_find(h, STR("Date")) || header_find(h, STR("Message-ID"))
	       || header_find(h, STR("Received")) || header_find(h, STR("References"));
}

/* Octets of the header, where the body is word for word what is read, and says all of how
 * it is read; else 0. */
static size_t plain_header(struct arena *a, str message, const struct content *c)
{
	str body = c->mime.header.body;
	bool plain = c->mime.count == 1 && !c->file_count && !c->from_html
		     && str_eq(script_language(c->language, c->text),
			       script_language(STR(""), c->text))
		     && str_eq(c->text, mime_line_feeds(a, body));
	return plain ? message.n - body.n : 0;
}

err archive_prepare(struct arena *a, const struct archive_arrival *x,
		    struct archive_packer *packer, struct prepared *out)
{
	struct content c;
	if (x->message.n > ARCHIVE_MESSAGE_MAX)
		return FAIL(ERR_LIMIT, "the message is larger than the archive takes");
	TRY(content_read(a, x->message, &c));
	const struct header *h = &c.mime.header;
	if (!is_message(h))
		return FAIL(ERR_SYNTAX, "it has no header of a message");
	*out = (struct prepared){ 0 };
	struct archive_post *p = &out->post;
	str *ids;
	p->list = x->list;
	p->source = x->source;
	p->received_at = x->received_at;
	out->verdict = x->verdict;
	size_t named = header_ids(a, header_find(h, STR("Message-ID")), &ids);
	p->message_id = named && ids[0].n <= ID_MAX ? ids[0] : STR("");
	p->size = (int64_t)x->message.n;
	p->lead = (int64_t)c.lead;
	read_author(a, h, p);
	read_date(a, h, p);
	read_subject(a, h, p);
	p->flags |= c.has_html ? ARCHIVE_HTML : 0;
	p->flags |= has_patch(c.text) ? ARCHIVE_PATCH : 0;
	p->digest = digest_of(p, c.text);
	thread_refs(a, h, p->message_id, &out->refs);
	find_attachments(a, &c, out);
	find_words(a, &c, out);
	if (packer)
		archive_pack(packer, a, x->message, plain_header(a, x->message, &c),
			     &out->packed);
	out->repairs = repairs_of(a, &c, p);
	return OK;
}

err archive_prepare_as(struct arena *a, const struct archive_post *p, str message,
		       struct archive_packer *packer, struct prepared *out)
{
	struct archive_arrival x = { .list = p->list,
				     .source = p->source,
				     .message = message,
				     .received_at = p->received_at };
	return archive_prepare(a, &x, packer, out);
}

err archive_prepare_again(struct book *b, struct arena *a, const struct archive_post *p,
			  struct archive_packer *packer, struct prepared *out)
{
	str message, text;
	TRY(archive_blob_read(b, a, p->id, SIZE_MAX, &message));
	TRY(archive_prepare_as(a, p, message, packer, out));
	TRY(archive_inside_read(b, a, p->id, &text));
	archive_words_inside(a, &out->words, text);
	return OK;
}
