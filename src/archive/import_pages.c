/* The messages of an archive that is left as pages alone: those of Pipermail, MHonArc and
 * hypermail. The last two say in comments what the message's fields were; Pipermail's page
 * has them in its text. */
#include "archive/import_inside.h"

#include "archive/content.h"
#include "archive/import_walk.h"
#include "base/buf.h"
#include "base/enc.h"
#include "mail/charset.h"
#include "mail/compose.h"
#include "mail/date.h"

#include <sodium.h>

enum { PAGE_MAX = 16 * 1024 * 1024, HEAD_OCTETS = 4096, HASH = 16 };

struct pages {
	struct import_files files;
	str at; /* path at which they stood, or "" */
	size_t next;
};

/* What a page says of its message, as HTML. */
struct said {
	str id, subject, name, address, date, answers, body;
};

/* What stands between the first a and the next b behind it. */
static str between(str page, str a, str b)
{
	str from = str_find(page, a), end;
	if (!from.n)
		return STR_NONE;
	from = str_skip(from, a.n);
	end = str_find(from, b);
	return end.n ? str_first(from, from.n - end.n) : STR_NONE;
}

static str plain(struct arena *a, str html)
{
	bool cut;
	return html.n ? str_trim(content_html_text(a, html, &cut)) : STR("");
}

static bool read_mhonarc(str p, struct said *x)
{
	static const str end = STR("-->");
	x->id = between(p, STR("<!--X-Message-Id:"), end);
	x->subject = between(p, STR("<!--X-Subject:"), end);
	x->name = between(p, STR("<!--X-From:"), end);
	x->address = between(p, STR("<!--X-From-R13:"), end);
	x->date = between(p, STR("<!--X-Date:"), end);
	str last = p;
	for (str next; (next = str_find(last, STR("<!--X-Reference:"))).n;
	     last = str_skip(next, 1))
		x->answers = between(next, STR("<!--X-Reference:"), end);
	x->body = between(p, STR("<!--X-Body-of-Message-->"),
			  STR("<!--X-Body-of-Message-End-->"));
	return x->id.n;
}

static bool read_hypermail(str p, struct said *x)
{
	static const str end = STR("\" -->");
	x->id = between(p, STR("<!-- id=\""), end);
	x->subject = between(p, STR("<!-- subject=\""), end);
	x->name = between(p, STR("<!-- name=\""), end);
	x->address = between(p, STR("<!-- email=\""), end);
	x->date = between(p, STR("<!-- sent=\""), end);
	x->answers = between(p, STR("<!-- inreplyto=\""), end);
	x->body = between(p, STR("<!-- body=\"start\" -->"),
			  STR("<!-- body=\"end\" -->"));
	return x->id.n;
}

/* <H1>subject</H1> <B>name</B> <A HREF="mailto:…&In-Reply-To=ID">address</A> <I>date</I>:
 * who answers there answers to the page's own message. */
static bool read_pipermail(struct arena *a, str p, struct said *x)
{
	str head, id, link;
	x->body = between(p, STR("<!--beginarticle-->"), STR("<!--endarticle-->"));
	if (!x->body.n)
		return false;
	head = str_first(p, p.n - str_find(p, STR("<!--beginarticle-->")).n);
	x->subject = between(head, STR("<H1>"), STR("</H1>"));
	x->name = between(head, STR("<B>"), STR("</B>"));
	x->date = between(head, STR("<I>"), STR("</I>"));
	link = between(str_find(head, STR("<H1>")), STR("<A HREF=\"mailto:"),
		       STR("</A>"));
	x->address = str_skip(str_find(link, STR(">")), 1);
	id = between(link, STR("In-Reply-To="), STR("\""));
	if (!enc_percent_decode(a, id, false, &id).kind)
		x->id = id;
	return true;
}

/* Text of a comment, in which < opens no tag. */
static str unescaped(struct arena *a, str text)
{
	BUF(b);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '<')
			buf_add(&b, STR("&lt;"));
		else
			buf_add_char(&b, text.p[i]);
	return plain(a, buf_str(&b));
}

/* MHonArc turns @ and [ with the capital letters: 28 signs by 14. */
static str turn(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= '@' && c <= '[')
			c = (char)('@' + (c - '@' + 14) % 28);
		else if (c >= 'a' && c <= 'z')
			c = (char)('a' + (c - 'a' + 13) % 26);
		out[i] = c;
	}
	return (str){ out, s.n };
}

/* "anna at uni.example", as archives hide addresses. */
static str address_of(struct arena *a, str text)
{
	str hidden = str_find(text, STR(" at "));
	return hidden.n ? arena_cat(a, str_first(text, text.n - hidden.n), STR("@"),
				    str_skip(hidden, 4))
			: text;
}

/* "Anna <anna@uni.example>" apart. */
static void read_author(struct arena *a, const struct said *x, bool turned,
			struct mailbox *m)
{
	struct mailbox *boxes;
	size_t n = 0;
	str name = unescaped(a, x->name), text = unescaped(a, x->address);
	text = address_of(a, turned ? turn(a, text) : text);
	if (!text.n)
		text = name;
	if (!address_list(a, text, &boxes, &n).kind && n)
		*m = boxes[0];
	if (name.n && !str_has(name, '@'))
		m->name = name;
}

static str bracketed(struct arena *a, str id)
{
	while (str_starts(id, STR("<")))
		id = str_skip(id, 1);
	while (str_ends(id, STR(">")))
		id.n--;
	return id.n ? arena_cat(a, STR("<"), id, STR(">")) : STR("");
}

/* A page without an id has the same one whenever it is read. */
static str id_of(struct arena *a, const struct said *x, str page)
{
	char hash[HASH];
	str id = bracketed(a, unescaped(a, x->id));
	if (id.n)
		return id;
	crypto_generichash((unsigned char *)hash, sizeof hash,
			   (const unsigned char *)page.p, page.n, NULL, 0);
	return arena_cat(a, STR("<"), enc_hex(a, (str){ hash, sizeof hash }),
			 STR("@page.invalid>"));
}

/* The page as the message that it shows. False: it shows none. */
static bool write_message(struct arena *a, str page, struct import_message *m)
{
	struct said x = { 0 };
	struct compose c = { .written = true };
	int offset;
	bool cut, mhonarc = read_mhonarc(page, &x);
	if (!mhonarc && !read_hypermail(page, &x) && !read_pipermail(a, page, &x))
		return false;
	read_author(a, &x, mhonarc && x.address.n, &c.from);
	c.subject = unescaped(a, x.subject);
	c.message_id = id_of(a, &x, page);
	c.in_reply_to = bracketed(a, unescaped(a, x.answers));
	if (date_parse(plain(a, x.date), &c.date, &offset).kind)
		c.date = 1; /* of the beginning: archive_prepare says that it is none */
	c.text = content_html_text(a, x.body, &cut);
	m->bytes = compose(a, &c);
	m->by_id = true;
	return true;
}

static str utf8_of(struct arena *a, str bytes)
{
	str charset = str_skip(str_find(str_first(bytes, HEAD_OCTETS), STR("charset=")),
			       8);
	size_t n = 0;
	while (str_starts(charset, STR("\"")) || str_starts(charset, STR("'")))
		charset = str_skip(charset, 1);
	while (n < charset.n && n < 40 && !strchr("\"' />;", charset.p[n]))
		n++;
	return charset_decode(a, bytes, str_first(charset, n), NULL);
}

static err next_message(struct import_source *s, struct arena *a,
			struct import_message *m, bool *more)
{
	struct pages *x = s->state;
	str bytes = STR("");
	*more = x->next < x->files.count;
	s->done = x->next;
	if (!*more)
		return OK;
	const struct import_file *f = &x->files.list[x->next++];
	m->unreadable = import_file_read(a, &x->files, f, PAGE_MAX, &bytes);
	if (x->at.n)
		m->address = arena_cat(a, x->at, STR("/"), f->name);
	if (!m->unreadable && !write_message(a, utf8_of(a, bytes), m))
		m->home = true;
	return OK;
}

static err open_pages(struct import_source *s)
{
	struct pages *x = s->state;
	x->next = 0;
	return OK;
}

static void close_pages(struct import_source *s)
{
	(void)s;
}

err import_pages(struct arena *a, const char *folder, str at, struct import_source **out)
{
	static const char *const ends[] = { ".html", ".htm", NULL };
	struct pages *x = arena_zero(a, sizeof *x);
	struct import_source *s = arena_zero(a, sizeof *s);
	x->at = at;
	TRY(import_files_find(a, folder, ends, &x->files));
	if (!x->files.count)
		return err_in(a, ERR_NOTFOUND, "%s: there are no pages in it", folder);
	*s = (struct import_source){ .open = open_pages,
				     .next = next_message,
				     .close = close_pages,
				     .of = x->files.count,
				     .state = x };
	*out = s;
	return OK;
}
