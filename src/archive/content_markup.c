#include "archive/content_markup.h"

#include "base/buf.h"

/* gumbo frees its tree by recursion, looks along all open elements at many a tag and
 * compares each attribute of a tag with all before it, so what it is given is bounded
 * before: no mailer nests so deep. */
enum {
	HTML_MAX = 4 * 1024 * 1024,
	NESTING_MAX = 300,
	FORMATTING_MAX = 40,
	TAGS_MAX = 200000,
	NAME_MAX_OCTETS = 16
};

struct markup {
	str rest;
	struct buf *out;
	str open[NESTING_MAX]; /* names of elements that are not sure to be closed */
	size_t depth, bold, tags;
};

/* Attributes that go on, of which elements ("": of all). Their values are as foreign as
 * ever. */
static const struct kept {
	str name, of;
} kept[] = {
	{ STR("href"), STR("a") },   { STR("alt"), STR("img") },
	{ STR("src"), STR("img") },  { STR("colspan"), STR("td th") },
	{ STR("start"), STR("ol") }, { STR("rowspan"), STR("td th") },
	{ STR("dir"), STR("") },
};
enum { KEPT = sizeof kept / sizeof *kept };

/* A tag of WHATWG HTML section 13.2.5.6 on. */
struct tag {
	str name, values[KEPT];  /* the first of each counts */
	bool end, hidden, ended; /* ended: its > was there */
};

static bool one_of(str name, const str *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(name, words[i]))
			return true;
	return false;
}
#define ONE_OF(name, words) one_of((name), (words), sizeof(words) / sizeof *(words))

/* --- how deep --- */

static const str empties[] = { STR("br"), STR("img"), STR("hr"), STR("wbr") };
static const str implied[] = { STR("p"),  STR("li"), STR("td"),     STR("th"),
			       STR("tr"), STR("dt"), STR("option"), STR("dd") };
static const str formatting[] = { STR("a"),  STR("b"),     STR("big"),    STR("code"),
				  STR("em"), STR("font"),  STR("i"),      STR("nobr"),
				  STR("s"),  STR("small"), STR("strike"), STR("strong"),
				  STR("tt"), STR("u") };
static const str paragraphs[] = { STR("p"), STR("li"), STR("dt"), STR("dd"),
				  STR("option") };
static const str blocks[] = {
	STR("div"), STR("center"), STR("blockquote"), STR("ul"),
	STR("ol"),  STR("dl"),     STR("section"),    STR("article")
};
static const str tables[] = { STR("table"), STR("tbody"), STR("tr"), STR("td"),
			      STR("th") };
static const str cells[] = { STR("tbody"), STR("tr"), STR("td"), STR("th") };

/* How many elements stay open after an end tag: it closes the one opened last, or
 * one that is left but for paragraphs or cells without an end tag of their own, as
 * WHATWG HTML section 13.2.6.4 has it. What is not sure to close counts as open. */
static size_t closed_to(const struct markup *m, str name)
{
	bool block = ONE_OF(name, blocks), table = ONE_OF(name, tables);
	size_t k = m->depth;
	for (; k && !str_ieq(m->open[k - 1], name); k--) {
		bool paragraph = ONE_OF(m->open[k - 1], paragraphs) && (block || table);
		bool cell = ONE_OF(m->open[k - 1], cells) && table
			    && !str_ieq(name, STR("td")) && !str_ieq(name, STR("th"));
		if (!paragraph && !cell)
			return m->depth;
	}
	return k ? k - 1 : m->depth;
}

/* Does the tree stay shallow? The count errs towards deep. */
static bool is_shallow(struct markup *m, const struct tag *t)
{
	if (++m->tags > TAGS_MAX)
		return false;
	if (t->end) {
		size_t left = closed_to(m, t->name);
		m->bold -= left < m->depth && ONE_OF(t->name, formatting);
		m->depth = left;
		return true;
	}
	if (ONE_OF(t->name, empties)
	    || (m->depth && str_ieq(m->open[m->depth - 1], t->name)
		&& ONE_OF(t->name, implied))) /* closes the one before */
		return true;
	m->bold += ONE_OF(t->name, formatting);
	if (m->depth == NESTING_MAX || m->bold > FORMATTING_MAX)
		return false;
	m->open[m->depth++] = t->name;
	return true;
}

/* --- reading --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void skip_blanks(str *s)
{
	while (s->n && is_blank(*s->p))
		*s = str_skip(*s, 1);
}

static str take_until(str *s, const char *stops)
{
	size_t n = 0;
	while (n < s->n && !is_blank(s->p[n]) && !(s->p[n] && strchr(stops, s->p[n])))
		n++;
	str taken = str_first(*s, n);
	*s = str_skip(*s, n);
	return taken;
}

static str take_value(str *s)
{
	str value = STR_NONE, rest = STR_NONE;
	skip_blanks(s);
	if (!s->n || (*s->p != '"' && *s->p != '\''))
		return take_until(s, ">");
	if (!str_cut(str_skip(*s, 1), *s->p, &value, &rest))
		value = STR_NONE; /* it ends with the text: there was no tag */
	*s = rest;
	return value;
}

static bool take_attribute(str *s, str *name, str *value)
{
	while (s->n && (is_blank(*s->p) || *s->p == '/'))
		*s = str_skip(*s, 1);
	if (!s->n || *s->p == '>')
		return false;
	str from = *s;
	*s = str_skip(*s, 1); /* even a = */
	take_until(s, "/>=");
	*name = str_first(from, from.n - s->n);
	*value = STR_NONE;
	skip_blanks(s);
	if (s->n && *s->p == '=') {
		*s = str_skip(*s, 1);
		*value = take_value(s);
	}
	return true;
}

static bool hides(str style)
{
	return str_ifind(style, STR("display:none")).n
	       || str_ifind(style, STR("display: none")).n;
}

/* s stands behind < or </, at a letter. */
static struct tag take_tag(str *s, bool end)
{
	struct tag t = { .end = end };
	str name, value;
	t.name = take_until(s, "/>");
	while (take_attribute(s, &name, &value)) {
		for (size_t i = 0; i < KEPT; i++)
			if (str_ieq(name, kept[i].name) && !t.values[i].n)
				t.values[i] = value;
		if (str_ieq(name, STR("style")))
			t.hidden |= hides(value);
	}
	t.ended = s->n;
	*s = str_skip(*s, 1);
	return t;
}

/* --- writing --- */

static void add_attribute(struct buf *out, str name, str value)
{
	str head, tail;
	if (!value.n)
		return;
	buf_cat(out, STR(" "), name, STR("=\""));
	while (str_cut(value, '"', &head, &tail)) {
		buf_cat(out, head, STR("&quot;"));
		value = tail;
	}
	buf_cat(out, value, STR("\""));
}

/* Their content is no markup, and nothing for readers; or it is text. */
static const str unread[] = { STR("script"),   STR("style"),   STR("title"),
			      STR("iframe"),   STR("noembed"), STR("noframes"),
			      STR("noscript"), STR("object") };
static const str verbatim[] = { STR("textarea"), STR("xmp"), STR("plaintext") };

/* Elements whose start the parser answers with more than an element, or in which a
 * tag is no tag. */
static const str dropped[] = { STR("isindex"), STR("frameset"), STR("frame"),
			       STR("input"),   STR("keygen"),   STR("meta"),
			       STR("link"),    STR("base"),     STR("embed") };

static void add_text(struct buf *out, str text)
{
	str head, tail;
	while (str_cut(text, '<', &head, &tail)) {
		buf_cat(out, head, STR("&lt;"));
		text = tail;
	}
	buf_add(out, text);
}

/* What stands up to the end tag of name. */
static str take_content(str *s, str name)
{
	str at = *s;
	while ((at = str_find(at, STR("</"))).n) {
		str behind = str_skip(at, 2);
		if (str_istarts(behind, name))
			break;
		at = behind;
	}
	str content = str_first(*s, s->n - at.n);
	*s = at;
	return content;
}

static bool is_known(str name)
{
	char z[NAME_MAX_OCTETS + 1] = { 0 };
	if (!name.n || name.n > NAME_MAX_OCTETS)
		return false;
	for (size_t i = 0; i < name.n; i++)
		z[i] = chr_lower(name.p[i]);
	return gumbo_tag_enum(z) != GUMBO_TAG_UNKNOWN;
}

static bool add_tag(struct markup *m, const struct tag *t)
{
	if (!t->end && ONE_OF(t->name, unread)) {
		take_content(&m->rest, t->name);
		return true;
	}
	if (!t->end && ONE_OF(t->name, verbatim)) {
		buf_add(m->out, STR("<pre>"));
		add_text(m->out, take_content(&m->rest, t->name));
		buf_add(m->out, STR("</pre>"));
		return ++m->tags <= TAGS_MAX;
	}
	if (!t->ended || !is_known(t->name) || ONE_OF(t->name, unread)
	    || ONE_OF(t->name, verbatim) || ONE_OF(t->name, dropped))
		return true;
	if (!is_shallow(m, t))
		return false;
	buf_cat(m->out, t->end ? STR("</") : STR("<"), t->name);
	for (size_t i = 0; !t->end && i < KEPT; i++)
		if (!kept[i].of.n || str_ihas_word(kept[i].of, t->name))
			add_attribute(m->out, kept[i].name, t->values[i]);
	if (!t->end && t->hidden)
		buf_add(m->out, STR(" style=display:none"));
	buf_add(m->out, STR(">"));
	return true;
}

/* A comment (section 13.2.5.42 on), or what is taken for one. */
static str behind_comment(str s)
{
	if (str_starts(s, STR("!--"))) /* "<!-->" is one, too */
		return str_skip(str_find(str_skip(s, 1), STR("-->")), 3);
	return str_skip(str_find(s, STR(">")), 1);
}

/* rest stands behind a <. */
static bool add_markup(struct markup *m)
{
	str s = m->rest;
	bool end = s.n && *s.p == '/';
	char first = s.n > end ? s.p[end] : 0;
	if (chr_is_alpha(first)) {
		m->rest = str_skip(s, end);
		struct tag t = take_tag(&m->rest, end);
		return add_tag(m, &t);
	}
	if (end || first == '!' || first == '?')
		m->rest = behind_comment(s);
	else
		buf_add(m->out, STR("&lt;"));
	return true;
}

/* The same elements and text, without anything in which a tag is no tag. */
static bool add_plain(str html, struct buf *plain)
{
	struct markup m = { .rest = html, .out = plain };
	str text, rest;
	while (str_cut(m.rest, '<', &text, &rest)) {
		buf_add(plain, text);
		m.rest = rest;
		if (!add_markup(&m))
			return false;
	}
	buf_add(plain, m.rest);
	return true;
}

bool markup_parse(str html, GumboOutput **tree)
{
	BUF(plain);
	GumboOptions options = kGumboDefaultOptions;
	options.max_errors = 0; /* each keeps a copy of all that is open */
	*tree = NULL;
	/* without it a table may stand in a paragraph, as before the standard */
	buf_add(&plain, STR("<!DOCTYPE html>"));
	if (html.n > HTML_MAX || !add_plain(html, &plain))
		return false;
	*tree = gumbo_parse_with_options(&options, plain.p, plain.n);
	return true;
}

void markup_free(GumboOutput *tree)
{
	if (tree)
		gumbo_destroy_output(&kGumboDefaultOptions, tree);
}

str markup_attribute(const GumboElement *e, const char *name)
{
	const GumboAttribute *x = gumbo_get_attribute(&e->attributes, name);
	return x ? str_from(x->value) : STR_NONE;
}

bool markup_is_hidden(const GumboElement *e)
{
	return hides(markup_attribute(e, "style"));
}
