#include "lists/digest_write.h"

#include "archive/content.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/language.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "mail/encode.h"
#include "mail/seven.h"

/* RFC 1153 section 3: 70 hyphens behind the preamble, 30 behind each message. */
#define RULE_70 "----------------------------------------------------------------------"
#define RULE_30 "------------------------------"

static void read_entry(struct arena *a, struct digest_entry *e)
{
	struct mailbox *m;
	str *ids;
	size_t n;
	if (header_scan(a, e->message, &e->header).kind)
		e->header = (struct header){ .body = e->message };
	const struct field *from = header_find(&e->header, STR("From"));
	e->subject = header_text(a, header_find(&e->header, STR("Subject")));
	if (!e->subject.n)
		e->subject = S_("(no subject)");
	e->author = header_text(a, from);
	if (from && !address_list(a, from->value, &m, &n).kind && n)
		e->author = m[0].name.n ? m[0].name : address_text(a, &m[0].address);
	n = header_ids(a, header_find(&e->header, STR("Message-ID")), &ids);
	e->message_id = n ? ids[0] : STR("");
}

static void read_entries(struct arena *a, struct digest_text *t)
{
	for (size_t i = 0; i < t->count; i++)
		read_entry(a, &t->entries[i]);
}

/* RFC 6068 section 2: an answer that the author's and all others' programs know for one. */
static str answer_link(struct arena *a, const struct digest_text *t,
		       const struct digest_entry *e)
{
	bool answered = str_istarts(e->subject, STR("Re:"));
	str to = arena_cat(a, STR("mailto:"), t->address, STR("?Subject="),
			   enc_percent(a, arena_cat(a, answered ? STR("") : STR("Re: "),
						    e->subject)));
	return e->message_id.n ? arena_cat(
		       a, to, STR("&In-Reply-To="),
		       enc_percent(a, arena_cat(a, STR("<"), e->message_id, STR(">"))))
			       : to;
}

/* As they were written, each line with its end. */
static str in_lines(struct arena *a, str text)
{
	BUF(b);
	for (str line; str_line(&text, &line);)
		buf_cat(&b, line, STR("\n"));
	return arena_copy(a, buf_str(&b));
}

static void add_title(struct buf *b, struct arena *a, const struct digest_text *t)
{
	buf_cat(b, t->title, STR("\n\n"), text_wrap(a, t->masthead), STR("\n"));
	if (t->header.n)
		buf_cat(b, in_lines(a, t->header), STR("\n"));
}

static void add_end(struct buf *b, struct arena *a, const struct digest_text *t)
{
	if (t->end.n)
		buf_cat(b, STR("\n"), text_wrap(a, t->end));
}

/* links: the contents are all that there is beside the posts themselves. */
static void add_contents(struct buf *b, struct arena *a, const struct digest_text *t,
			 bool links)
{
	buf_cat(b, S_("In this issue:"), STR("\n\n"));
	for (size_t i = 0; i < t->count; i++) {
		const struct digest_entry *e = &t->entries[i];
		buf_addf(b, "%4zu. ", i + 1);
		buf_cat(b, e->subject, STR(" ("), e->author, STR(")\n"));
		if (links && e->url.n)
			buf_cat(b, STR("      "), e->url, STR("\n"));
		if (links)
			buf_cat(b, STR("      "), S_("Answer:"), STR(" <"),
				answer_link(a, t, e), STR(">\n"));
	}
}

/* ---- MIME */

/* Not an octet of a post is touched. RFC 6532 section 3.7: a header beyond ASCII makes
 * it another type. */
static str part_of(struct arena *a, const struct digest_entry *e)
{
	bool global = e->header.flags & HEADER_8BIT;
	return arena_cat(a, STR("Content-Type: message/"),
			 global ? STR("global") : STR("rfc822"),
			 STR("\r\nContent-Transfer-Encoding: "),
			 message_has_8bit(e->message) ? STR("8bit") : STR("7bit"),
			 STR("\r\n\r\n"), e->message);
}

static void open_multipart(struct buf *b, const char *type, str boundary)
{
	buf_cat(b, STR("Content-Type: multipart/"), str_from(type), STR("; boundary=\""),
		boundary, STR("\"\r\n\r\n"));
}

static void add_part(struct buf *b, str boundary, str part)
{
	buf_cat(b, STR("--"), boundary, STR("\r\n"), part, STR("\r\n"));
}

static void close_multipart(struct buf *b, str boundary)
{
	buf_cat(b, STR("--"), boundary, STR("--\r\n"));
}

static str posts_part(struct arena *a, const struct digest_text *t)
{
	BUF(b);
	str boundary = encode_boundary(a);
	open_multipart(&b, "digest", boundary);
	for (size_t i = 0; i < t->count; i++)
		add_part(&b, boundary, part_of(a, &t->entries[i]));
	close_multipart(&b, boundary);
	return arena_copy(a, buf_str(&b));
}

static str write_mime(struct arena *a, const struct digest_text *t)
{
	BUF(b);
	BUF(text);
	str boundary = encode_boundary(a);
	add_title(&text, a, t);
	add_contents(&text, a, t, true);
	open_multipart(&b, "mixed", boundary);
	add_part(&b, boundary, encode_text_part(a, buf_str(&text)));
	add_part(&b, boundary, posts_part(a, t));
	if (t->end.n)
		add_part(&b, boundary, encode_text_part(a, text_wrap(a, t->end)));
	if (t->footer.n)
		add_part(&b, boundary, encode_text_part(a, in_lines(a, t->footer)));
	close_multipart(&b, boundary);
	return arena_copy(a, buf_str(&b));
}

/* ---- plain text */

/* Section 3 names the fields that stay and their order. */
static void add_fields(struct buf *b, struct arena *a, const struct digest_entry *e)
{
	static const char *const kept[] = { "Date",    "From",       "To",      "Cc",
					    "Subject", "Message-ID", "Keywords" };
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		str value = header_text(a, header_find(&e->header, str_from(kept[i])));
		if (value.n)
			buf_cat(b, str_from(kept[i]), STR(": "), value, STR("\n"));
	}
	buf_add(b, STR("\n"));
}

static void add_file(struct buf *b, struct arena *a, const struct digest_entry *e,
		     const struct content *c, size_t i)
{
	const struct content_file *f = &c->files[i];
	str name = f->name.n ? utf8_scrub(a, f->name) : S_("unnamed");
	size_t size = content_bytes(a, c, f).n;
	buf_cat(b, STR("["), S_("Attached:"), STR(" "), name, STR(", "),
		utf8_scrub(a, f->type));
	buf_addf(b, _(", %zu octets"), size);
	if (e->url.n)
		buf_addf(b, ": <%.*s/a/%zu/%.*s>", STR_F(e->url), i + 1,
			 STR_F(enc_percent(a, name)));
	else
		buf_add(b, S_("; it is kept nowhere"));
	buf_add(b, STR("]\n"));
}

/* A line that a reader would take for the end of the post is moved by a space. */
static void add_text(struct buf *b, str text)
{
	for (str line; str_line(&text, &line);)
		buf_cat(b, str_starts(line, STR(RULE_30)) ? STR(" ") : STR(""), line,
			STR("\n"));
}

static void add_post(struct buf *b, struct arena *a, const struct digest_text *t,
		     const struct digest_entry *e)
{
	ARENA(own);
	struct content c;
	add_fields(b, own, e);
	if (content_read(own, e->message, &c).kind) {
		buf_cat(b, STR("["), S_("It cannot be shown as text."), STR("]\n"));
	} else {
		content_files(own, &c);
		add_text(b, utf8_scrub(own, c.text));
		if (c.file_count)
			buf_add(b, STR("\n"));
		for (size_t i = 0; i < c.file_count; i++)
			add_file(b, own, e, &c, i);
	}
	if (e->url.n)
		buf_cat(b, STR("\n"), S_("In the archive:"), STR(" <"), e->url, STR(">"));
	buf_cat(b, STR("\n"), S_("Answer:"), STR(" <"), answer_link(a, t, e), STR(">\n"));
	buf_add(b, STR("\n" RULE_30 "\n\n"));
}

/* As an item like the posts, as Mailman has it: what takes a digest apart expects nothing
 * else there. */
static void add_footer(struct buf *b, struct arena *a, const struct digest_text *t)
{
	if (!t->footer.n)
		return;
	buf_add(b, STR("Subject: Digest Footer\n\n"));
	add_text(b, in_lines(a, t->footer));
	buf_add(b, STR("\n" RULE_30 "\n\n"));
}

/* Section 3: "End of" the title, with as many asterisks below. Programs look for these
 * words, in whatever language the rest is. */
static void add_last(struct buf *b, const struct digest_text *t)
{
	buf_cat(b, STR("End of "), t->title, STR("\n"));
	for (size_t i = 0; i < t->title.n + 7; i++)
		buf_add_char(b, '*');
	buf_add(b, STR("\n"));
}

static str write_plain(struct arena *a, const struct digest_text *t)
{
	BUF(b);
	add_title(&b, a, t);
	add_contents(&b, a, t, false);
	add_end(&b, a, t);
	buf_add(&b, STR("\n" RULE_70 "\n\n"));
	for (size_t i = 0; i < t->count; i++)
		add_post(&b, a, t, &t->entries[i]);
	add_footer(&b, a, t);
	add_last(&b, t);
	return encode_text_part(a, buf_str(&b));
}

/* ---- summary */

static str write_summary(struct arena *a, const struct digest_text *t)
{
	BUF(b);
	add_title(&b, a, t);
	for (size_t i = 0; i < t->count; i++) {
		const struct digest_entry *e = &t->entries[i];
		buf_addf(&b, "%4zu. ", i + 1);
		buf_cat(&b, e->subject, STR(" ("), e->author, STR(")"),
			e->url.n ? STR(": ") : S_("; in no archive"), e->url, STR("\n"));
	}
	add_end(&b, a, t);
	if (t->footer.n)
		buf_cat(&b, STR("\n"), in_lines(a, t->footer));
	return encode_text_part(a, buf_str(&b));
}

str digest_write(struct arena *a, struct digest_text *t)
{
	read_entries(a, t);
	if (str_eq(t->form, STR("plain")))
		return write_plain(a, t);
	return str_eq(t->form, STR("summary")) ? write_summary(a, t) : write_mime(a, t);
}
