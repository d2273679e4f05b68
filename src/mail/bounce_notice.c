/* The text in which a server tells what happened, and whether it was a server. */
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/bounce_match.h"
#include "mail/bounce_scan.h"

enum { TEXT_MAX = 64 * 1024 };

static const str cuts[] = {
#define CUT(line) STR(line),
#include "mail/bounce.def"
};
static const str authors[] = {
#define AUTHOR(from) STR(from),
#include "mail/bounce.def"
};
static const str subjects[] = {
#define SUBJECT(text) STR(text),
#include "mail/bounce.def"
};

static const struct {
	str entity;
	char c;
} entities[] = {
	{ STR("&nbsp;"), ' ' }, { STR("&lt;"), '<' },  { STR("&gt;"), '>' },
	{ STR("&quot;"), '"' }, { STR("&#64;"), '@' }, { STR("&#39;"), '\'' },
	{ STR("&amp;"), '&' },
};

/* Elements that begin a line. */
static const str lines[] = {
	STR("br"), STR("p"),    STR("div"), STR("tr"),   STR("li"), STR("pre"), STR("hr"),
	STR("/p"), STR("/div"), STR("/tr"), STR("/pre"), STR("h1"), STR("h2"),  STR("h3"),
};

static bool begins_line(str tag)
{
	size_t n = 0;
	while (n < tag.n && !chr_is_space(tag.p[n]) && (!n || tag.p[n] != '/'))
		n++;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (str_ieq(str_first(tag, n), lines[i]))
			return true;
	return false;
}

/* A tag at the start of s becomes what it looks like. False: it is none, as in
 * "<a@b.example>:" of servers that forget to write &lt;. */
static bool take_tag(str *s, struct buf *b)
{
	str tag, rest;
	if (!str_cut(str_skip(*s, 1), '>', &tag, &rest)
	    || (str_has(tag, '@') && !str_has(tag, '"') && !str_has(tag, '=')))
		return false;
	if (begins_line(tag))
		buf_add_char(b, '\n');
	*s = rest;
	return true;
}

static bool take_entity(str *s, struct buf *b)
{
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (str_istarts(*s, entities[i].entity)) {
			buf_add_char(b, entities[i].c);
			*s = str_skip(*s, entities[i].entity.n);
			return true;
		}
	return false;
}

/* HTML as the lines that a reader sees; enough for what mail servers write. */
static str without_tags(struct arena *a, str s)
{
	BUF(b);
	while (s.n) {
		if ((*s.p == '<' && take_tag(&s, &b))
		    || (*s.p == '&' && take_entity(&s, &b)))
			continue;
		buf_add_char(&b, chr_is_space(*s.p) ? ' ' : *s.p);
		s = str_skip(s, 1);
	}
	return arena_copy(a, buf_str(&b));
}

/* Some call plain text HTML. */
static bool has_tags(str s)
{
	static const str known[] = { STR("<br"), STR("<p>"), STR("<div"), STR("<html"),
				     STR("<body") };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ifind(s, known[i]).n)
			return true;
	return false;
}

static bool is_cut(str line)
{
	struct bounce_match m;
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
		if (bounce_match(cuts[i], line, &m))
			return true;
	return false;
}

static str before_returned(str whole)
{
	for (str rest = whole, line; str_line(&rest, &line);)
		if (is_cut(str_trim(line)))
			return str_first(whole, (size_t)(line.p - whole.p));
	return whole;
}

struct bounce_notice bounce_notice(struct arena *a, const struct mime *m)
{
	struct bounce_notice n = { 0 };
	for (size_t i = 0; i < m->count && !str_trim(n.whole).n; i++) {
		const struct mime_part *p = &m->parts[i];
		bool html = str_eq(p->type, STR("text/html"));
		if (p->attachment || (!html && !str_eq(p->type, STR("text/plain"))))
			continue;
		n.whole = utf8_first(mime_text(a, p, NULL), TEXT_MAX);
		if (html && has_tags(n.whole))
			n.whole = without_tags(a, n.whole);
	}
	n.text = before_returned(n.whole);
	return n;
}

static bool fits_any(const str *patterns, size_t count, str text)
{
	struct bounce_match m;
	for (size_t i = 0; i < count; i++)
		if (bounce_match(patterns[i], text, &m))
			return true;
	return false;
}

/* An answer or a mail passed on (RFC 5322 section 3.6.4): what it says of failures it
 * quotes. */
static bool is_reply(const struct header *h, str subject)
{
	struct bounce_match m;
	return header_find(h, STR("In-Reply-To")) || header_find(h, STR("References"))
	       || bounce_match(STR("fwd:|fw:|wg:|tr:|[fwd"), subject, &m);
}

bool bounce_by_machine(struct arena *a, const struct mime *m)
{
	const struct header *h = &m->header;
	struct bounce_match x;
	str from = header_text(a, header_find(h, STR("From")));
	str subject = header_text(a, header_find(h, STR("Subject")));
	if ((m->count && str_eq(m->parts[0].type, STR("multipart/report")))
	    || bounce_match(STR("*mailer-daemon"), from, &x))
		return true;
	return !is_reply(h, subject)
	       && (fits_any(authors, sizeof authors / sizeof *authors, from)
		   || fits_any(subjects, sizeof subjects / sizeof *subjects, subject));
}
