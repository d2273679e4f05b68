#include "archive/content.h"

#include "base/buf.h"

#include <gumbo.h>

/* gumbo frees its tree by recursion and copies open formatting elements into every
 * paragraph, so what it may be given is bounded before: no mailer nests so deep. */
enum {
	HTML_MAX = 4 * 1024 * 1024,
	NESTING_MAX = 300,
	FORMATTING_MAX = 40,
	TAGS_MAX = 100000
};

enum layout {
	FLOW,  /* runs on with its surroundings */
	SKIP,  /* nothing of it is for readers */
	LINE,  /* stands on lines of its own */
	APART, /* with an empty line around it */
	QUOTE,
	VERBATIM,
	ITEM,
	CELL,
	LINK,
	IMAGE,
	BREAK,
	RULE,
};

static const unsigned char layouts[GUMBO_TAG_LAST + 1] = {
	[GUMBO_TAG_SCRIPT] = SKIP,      [GUMBO_TAG_STYLE] = SKIP,
	[GUMBO_TAG_HEAD] = SKIP,        [GUMBO_TAG_TITLE] = SKIP,
	[GUMBO_TAG_TEMPLATE] = SKIP,    [GUMBO_TAG_NOSCRIPT] = SKIP,
	[GUMBO_TAG_OBJECT] = SKIP,      [GUMBO_TAG_EMBED] = SKIP,
	[GUMBO_TAG_IFRAME] = SKIP,      [GUMBO_TAG_SVG] = SKIP,
	[GUMBO_TAG_MATH] = SKIP,        [GUMBO_TAG_SELECT] = SKIP,
	[GUMBO_TAG_AUDIO] = SKIP,       [GUMBO_TAG_VIDEO] = SKIP,
	[GUMBO_TAG_NOFRAMES] = SKIP,    [GUMBO_TAG_DIV] = LINE,
	[GUMBO_TAG_SECTION] = LINE,     [GUMBO_TAG_ARTICLE] = LINE,
	[GUMBO_TAG_HEADER] = LINE,      [GUMBO_TAG_FOOTER] = LINE,
	[GUMBO_TAG_MAIN] = LINE,        [GUMBO_TAG_NAV] = LINE,
	[GUMBO_TAG_ASIDE] = LINE,       [GUMBO_TAG_ADDRESS] = LINE,
	[GUMBO_TAG_TR] = LINE,          [GUMBO_TAG_TABLE] = LINE,
	[GUMBO_TAG_CAPTION] = LINE,     [GUMBO_TAG_DT] = LINE,
	[GUMBO_TAG_DD] = LINE,          [GUMBO_TAG_FORM] = LINE,
	[GUMBO_TAG_FIELDSET] = LINE,    [GUMBO_TAG_CENTER] = LINE,
	[GUMBO_TAG_BODY] = LINE,        [GUMBO_TAG_P] = APART,
	[GUMBO_TAG_H1] = APART,         [GUMBO_TAG_H2] = APART,
	[GUMBO_TAG_H3] = APART,         [GUMBO_TAG_H4] = APART,
	[GUMBO_TAG_H5] = APART,         [GUMBO_TAG_H6] = APART,
	[GUMBO_TAG_UL] = APART,         [GUMBO_TAG_OL] = APART,
	[GUMBO_TAG_DL] = APART,         [GUMBO_TAG_FIGURE] = APART,
	[GUMBO_TAG_BLOCKQUOTE] = QUOTE, [GUMBO_TAG_PRE] = VERBATIM,
	[GUMBO_TAG_LISTING] = VERBATIM, [GUMBO_TAG_TEXTAREA] = VERBATIM,
	[GUMBO_TAG_XMP] = VERBATIM,     [GUMBO_TAG_LI] = ITEM,
	[GUMBO_TAG_TD] = CELL,          [GUMBO_TAG_TH] = CELL,
	[GUMBO_TAG_A] = LINK,           [GUMBO_TAG_IMG] = IMAGE,
	[GUMBO_TAG_BR] = BREAK,         [GUMBO_TAG_HR] = RULE,
};

struct writer {
	struct buf b;
	int quotes, least; /* how deep; how shallow it was since the last text */
	int breaks;        /* line ends that are due before the next text */
	bool blank;        /* a space is due before the next text */
	bool verbatim;
};

static void add_marks(struct writer *w, int quotes)
{
	for (int i = 0; i < quotes; i++)
		buf_add_char(&w->b, '>');
}

static void begin(struct writer *w) /* before text */
{
	for (; w->b.n && w->breaks > 0; w->breaks--) {
		buf_add_char(&w->b, '\n');
		if (w->breaks > 1) /* an empty line between quotes belongs to the outer */
			add_marks(w, w->least);
		w->blank = false;
	}
	w->breaks = 0;
	if (!w->b.n || w->b.p[w->b.n - 1] == '\n') {
		add_marks(w, w->quotes);
		if (w->quotes)
			buf_add_char(&w->b, ' ');
		w->blank = false;
	}
	if (w->blank)
		buf_add_char(&w->b, ' ');
	w->blank = false;
	w->least = w->quotes;
}

static void apart(struct writer *w, int breaks)
{
	if (w->breaks < breaks)
		w->breaks = breaks;
}

static void text(struct writer *w, str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool space = chr_is_space(s.p[i]);
		if (w->verbatim && s.p[i] == '\n') {
			w->breaks++;
		} else if (space && !w->verbatim) {
			w->blank = true;
		} else {
			if (w->breaks || w->blank || !w->b.n
			    || w->b.p[w->b.n - 1] == '\n')
				begin(w);
			buf_add_char(&w->b, s.p[i]);
		}
	}
}

static str attribute(const GumboElement *e, const char *name)
{
	const GumboAttribute *x = gumbo_get_attribute(&e->attributes, name);
	return x ? str_from(x->value) : STR_NONE;
}

static bool is_hidden(const GumboElement *e)
{
	str style = attribute(e, "style");
	return str_ifind(style, STR("display:none")).n
	       || str_ifind(style, STR("display: none")).n;
}

static void children(struct writer *w, const GumboNode *node);

/* A link's text, and where it leads unless the text says so. */
static void link_text(struct writer *w, const GumboNode *node)
{
	size_t from = w->b.n;
	children(w, node);
	str shown = str_skip(buf_str(&w->b), from);
	str to = str_trim(attribute(&node->v.element, "href"));
	if (!str_istarts(to, STR("http://")) && !str_istarts(to, STR("https://")))
		return;
	if (str_find(shown, to).n)
		return;
	w->blank = shown.n > 0;
	text(w, STR("<"));
	text(w, to);
	text(w, STR(">"));
}

static void image(struct writer *w, const GumboElement *e)
{
	str alt = str_trim(attribute(e, "alt"));
	if (!alt.n)
		return;
	text(w, STR("["));
	text(w, alt);
	text(w, STR("]"));
}

static void framed(struct writer *w, const GumboNode *node, int breaks)
{
	apart(w, breaks);
	children(w, node);
	apart(w, breaks);
}

static void quote(struct writer *w, const GumboNode *node)
{
	apart(w, 2);
	if (w->least > w->quotes)
		w->least = w->quotes;
	w->quotes++;
	children(w, node);
	w->quotes--;
	if (w->least > w->quotes)
		w->least = w->quotes;
	apart(w, 2);
}

static void element(struct writer *w, const GumboNode *node)
{
	const GumboElement *e = &node->v.element;
	enum layout layout =
		layouts[e->tag <= GUMBO_TAG_LAST ? e->tag : GUMBO_TAG_UNKNOWN];
	bool verbatim = w->verbatim;
	if (is_hidden(e))
		return;
	switch (layout) {
	case SKIP:
		return;
	case FLOW:
		children(w, node);
		return;
	case LINE:
		framed(w, node, 1);
		return;
	case APART:
		framed(w, node, 2);
		return;
	case QUOTE:
		quote(w, node);
		return;
	case VERBATIM:
		w->verbatim = true;
		framed(w, node, 2);
		w->verbatim = verbatim;
		return;
	case ITEM:
		apart(w, 1);
		text(w, STR("*"));
		w->blank = true;
		children(w, node);
		apart(w, 1);
		return;
	case CELL:
		children(w, node);
		w->blank = true;
		return;
	case LINK:
		link_text(w, node);
		return;
	case IMAGE:
		image(w, e);
		return;
	case BREAK:
		w->breaks++;
		return;
	case RULE:
		apart(w, 1);
		text(w, STR("----"));
		apart(w, 1);
		return;
	}
}

static void children(struct writer *w, const GumboNode *node)
{
	const GumboVector *v = &node->v.element.children;
	for (unsigned i = 0; i < v->length; i++) {
		const GumboNode *child = v->data[i];
		if (child->type == GUMBO_NODE_ELEMENT)
			element(w, child);
		else if (child->type == GUMBO_NODE_TEXT
			 || child->type == GUMBO_NODE_WHITESPACE
			 || child->type == GUMBO_NODE_CDATA)
			text(w, str_from(child->v.text.text));
	}
}

/* The name of the tag at s, which begins behind "<" or "</". */
static str tag_name(str s)
{
	size_t n = 0;
	while (n < s.n && n < 12 && (chr_is_alpha(s.p[n]) || chr_is_digit(s.p[n])))
		n++;
	return str_first(s, n);
}

static bool one_of(str name, const str *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(name, words[i]))
			return true;
	return false;
}
#define ONE_OF(name, words) one_of((name), (words), sizeof(words) / sizeof *(words))

static const str empties[] = { STR("br"),   STR("img"),   STR("hr"),  STR("meta"),
			       STR("link"), STR("input"), STR("col"), STR("area"),
			       STR("base"), STR("wbr") };
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

/* How many elements stay open after an end tag: it closes the one opened last, or
 * one that is left but for paragraphs or cells without an end tag of their own, as
 * WHATWG HTML section 13.2.6.4 has it. What is not sure to close counts as open. */
static size_t closed_to(const str *open, size_t depth, str name)
{
	bool block = ONE_OF(name, blocks), table = ONE_OF(name, tables);
	size_t k = depth;
	for (; k && !str_ieq(open[k - 1], name); k--) {
		bool paragraph = ONE_OF(open[k - 1], paragraphs) && (block || table);
		bool cell = ONE_OF(open[k - 1], tables) && table
			    && !str_ieq(name, STR("td"));
		if (!paragraph && !cell)
			return depth;
	}
	return k ? k - 1 : depth;
}

/* Does the tree stay shallow? The count errs towards deep. */
static bool is_shallow(str html)
{
	str open[NESTING_MAX];
	size_t depth = 0, bold = 0, tags = 0;
	str head, s = html;
	while (str_cut(s, '<', &head, &s)) {
		bool end = s.n && s.p[0] == '/';
		str name = tag_name(str_skip(s, end ? 1 : 0));
		if (!name.n || (!end && ONE_OF(name, empties)))
			continue;
		if (end) {
			size_t left = closed_to(open, depth, name);
			bold -= left < depth && ONE_OF(name, formatting);
			depth = left;
			continue;
		}
		if (++tags > TAGS_MAX)
			return false;
		if (depth && str_ieq(open[depth - 1], name) && ONE_OF(name, implied))
			continue; /* closes the one before */
		bold += ONE_OF(name, formatting);
		if (depth == NESTING_MAX || bold > FORMATTING_MAX)
			return false;
		open[depth++] = name;
	}
	return true;
}

str content_html_text(struct arena *a, str html, bool *cut)
{
	*cut = html.n > HTML_MAX || !is_shallow(html);
	if (*cut)
		return STR("This message is HTML that is nested too deep to be shown "
			   "safely. The raw "
			   "message has all of it.\n");
	struct writer w = { 0 };
	GumboOutput *tree = gumbo_parse_with_options(&kGumboDefaultOptions,
						     html.n ? html.p : "", html.n);
	if (tree && tree->root)
		element(&w, tree->root);
	if (tree)
		gumbo_destroy_output(&kGumboDefaultOptions, tree);
	if (w.b.n)
		buf_add_char(&w.b, '\n');
	str out = arena_copy(a, buf_str(&w.b));
	buf_free(&w.b);
	return out;
}
