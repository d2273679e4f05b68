#include "archive/content.h"
#include "archive/content_markup.h"
#include "base/buf.h"

/* QUOTES_MAX: marks before a line; each line of a deep quote would have all of them. */
enum { QUOTES_MAX = 20 };

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
	for (int i = 0; i < quotes && i < QUOTES_MAX; i++)
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

static void children(struct writer *w, const GumboNode *node);

/* A link's text, and where it leads unless the text says so. */
static void link_text(struct writer *w, const GumboNode *node)
{
	size_t from = w->b.n;
	children(w, node);
	str shown = str_skip(buf_str(&w->b), from);
	str to = str_trim(markup_attribute(&node->v.element, "href"));
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
	str alt = str_trim(markup_attribute(e, "alt"));
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
	if (markup_is_hidden(e))
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

str content_html_text(struct arena *a, str html, bool *cut)
{
	GumboOutput *tree;
	struct writer w = { 0 };
	*cut = !markup_parse(html, &tree);
	if (*cut)
		return STR("This message is HTML that is nested too deep to be shown "
			   "safely. The raw "
			   "message has all of it.\n");
	if (tree && tree->root)
		element(&w, tree->root);
	markup_free(tree);
	if (w.b.n)
		buf_add_char(&w.b, '\n');
	str out = arena_copy(a, buf_str(&w.b));
	buf_free(&w.b);
	return out;
}
