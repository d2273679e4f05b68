#include "archive/html_mail.h"

#include "archive/content_markup.h"
#include "archive/html_mail_inside.h"
#include "archive/render_inside.h"
#include "base/enc.h"
#include "base/language.h"

enum {
	AROUND_MAX = 12,
	SAID_MAX = 2000,
	SPAN_MAX = 100,
	START_MAX = 100000,
	LEVEL_TOP = 3
};

enum kind { THROUGH, BLOCK, INLINE, DROP };

static const struct element {
	enum kind kind;
	const char *name;
	enum holds holds, in;
} elements[GUMBO_TAG_LAST + 1] = {
#define BLOCK(tag, name, holds, in) [GUMBO_TAG_##tag] = { BLOCK, name, holds, in },
#define INLINE(tag, name)           [GUMBO_TAG_##tag] = { INLINE, name, WORDS, WORDS },
#define DROP(tag)                   [GUMBO_TAG_##tag] = { DROP, "", WORDS, WORDS },
#include "archive/html_mail.def"
#undef BLOCK
#undef INLINE
#undef DROP
};

static void children(struct letter *l, const GumboNode *node, const struct around *in);

/* ---- blocks */

static int64_t number_of(const GumboElement *e, const char *name, int64_t least,
			 int64_t most)
{
	int64_t n = 0;
	return str_i64(str_trim(markup_attribute(e, name)), &n) && n >= least && n <= most
		       ? n
		       : 0;
}

static str direction_of(const GumboElement *e)
{
	static const str ways[] = { STR("rtl"), STR("ltr"), STR("auto") };
	str dir = str_trim(markup_attribute(e, "dir"));
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (str_ieq(dir, ways[i]))
			return ways[i];
	return STR_NONE;
}

static bool is_heading(const GumboElement *e)
{
	return e->tag >= GUMBO_TAG_H1 && e->tag <= GUMBO_TAG_H6;
}

/* Below the page's own headings, and never a level below that of nobody. */
static const char *heading(struct letter *l, const GumboElement *e)
{
	static const char *const names[] = { "h3", "h4", "h5", "h6" };
	int level = (int)(e->tag - GUMBO_TAG_H1) + LEVEL_TOP;
	level = level > l->level + 1 ? l->level + 1 : level;
	l->level = level > 6 ? 6 : level;
	return names[l->level - LEVEL_TOP];
}

static bool in_table(const struct letter *l)
{
	for (size_t i = 0; i < l->depth; i++)
		if (l->frames[i].holds == GROUPS)
			return true;
	return false;
}

/* A row of nothing but headings names columns; else its heading names the row. */
static const char *scope_of(const GumboNode *row)
{
	const GumboVector *v = &row->v.element.children;
	for (unsigned i = 0; i < v->length; i++) {
		const GumboNode *cell = v->data[i];
		if (cell->type == GUMBO_NODE_ELEMENT
		    && cell->v.element.tag == GUMBO_TAG_TD)
			return "row";
	}
	return "col";
}

static void block(struct letter *l, const GumboNode *node, const struct element *x,
		  const struct around *in)
{
	const GumboElement *e = &node->v.element;
	const char *scope = l->scope;
	int level = l->level;
	if (e->tag == GUMBO_TAG_TR)
		l->scope = scope_of(node);
	struct frame f = {
		.name = is_heading(e) ? heading(l, e) : x->name,
		.scope = e->tag == GUMBO_TAG_TH ? l->scope : NULL,
		.holds = x->holds,
		.scrolls = e->tag == GUMBO_TAG_TABLE && !in_table(l),
		.dir = direction_of(e),
		.span = number_of(e, "colspan", 2, SPAN_MAX),
		.rows = number_of(e, "rowspan", 2, SPAN_MAX),
		.start = number_of(e, "start", 1, START_MAX),
	};
	if (letter_begin(l, &f, x->in)) {
		if (x->in == CELLS) /* an empty one keeps its column */
			letter_show(l);
		children(l, node, in);
		letter_end(l);
	} else {
		l->level = level;
		letter_edge(l);
		children(l, node, in);
		letter_edge(l);
	}
	l->scope = scope;
}

/* ---- words */

static const struct around *around(struct letter *l, const struct around *in,
				   const char *name, str href)
{
	struct around *x = arena_alloc(l->a, sizeof *x);
	*x = (struct around){ .outer = in,
			      .name = name,
			      .href = href,
			      .depth = in ? in->depth + 1 : 1,
			      .code = (in && in->code) || !strcmp(name, "code") };
	return x;
}

static bool is_linked(const struct around *in)
{
	for (; in; in = in->outer)
		if (in->href.n)
			return true;
	return false;
}

static void say(struct buf *b, const GumboNode *node)
{
	const GumboVector *v = &node->v.element.children;
	for (unsigned i = 0; i < v->length && b->n < SAID_MAX; i++) {
		const GumboNode *child = v->data[i];
		if (child->type == GUMBO_NODE_ELEMENT)
			say(b, child);
		else if (child->type == GUMBO_NODE_TEXT)
			buf_add(b, str_from(child->v.text.text));
	}
}

/* "https://x.example/" without what one need not write. */
static str bare(str url)
{
	static const str starts[] = { STR("https://"), STR("http://"), STR("mailto:") };
	url = str_trim(url);
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_istarts(url, starts[i]))
			url = str_skip(url, starts[i].n);
	return str_ends(url, STR("/")) ? str_first(url, url.n - 1) : url;
}

/* Words that are an address themselves, and not that to which the link leads. */
static bool misleads(const GumboNode *node, str href)
{
	BUF(said);
	say(&said, node);
	str words = bare(buf_str(&said));
	bool address = str_find(buf_str(&said), STR("://")).n || str_has(words, '@')
		       || str_istarts(words, STR("www."));
	return address && !str_ieq(words, bare(href));
}

static void link(struct letter *l, const GumboNode *node, const struct around *in)
{
	str href = str_trim(markup_attribute(&node->v.element, "href"));
	if (!render_may_lead(href, l->hide) || is_linked(in)) {
		children(l, node, in);
		return;
	}
	const struct around *to = around(l, in, "a", href);
	if (!misleads(node, href)) {
		children(l, node, to);
		return;
	}
	children(l, node, in);
	letter_text(l, STR(" <"), in);
	letter_text(l, href, to);
	letter_text(l, STR(">"), in);
}

/* RFC 2392: the Content-ID, percent-encoded. */
static const struct html_mail_picture *picture_of(struct letter *l, const GumboElement *x)
{
	str src = str_trim(markup_attribute(x, "src"));
	if (!str_istarts(src, STR("cid:")))
		return NULL;
	str id = STR_NONE;
	err e = enc_percent_decode(l->a, str_skip(src, sizeof "cid:" - 1), false, &id);
	for (size_t i = 0; !e.kind && id.n && i < l->how->picture_count; i++)
		if (str_eq(l->how->pictures[i].id, id))
			return &l->how->pictures[i];
	return NULL;
}

static void image(struct letter *l, const GumboElement *e, const struct around *in)
{
	const struct html_mail_picture *p = picture_of(l, e);
	if (p) {
		letter_picture(l, p, str_trim(markup_attribute(e, "alt")), in);
		return;
	}
	str alt = str_trim(markup_attribute(e, "alt"));
	if (!alt.n)
		return;
	letter_text(l, STR("["), in);
	letter_text(l, alt, in);
	letter_text(l, STR("]"), in);
}

/* ---- all of it */

static void element(struct letter *l, const GumboNode *node, const struct around *in)
{
	const GumboElement *e = &node->v.element;
	const struct element *x =
		&elements[e->tag <= GUMBO_TAG_LAST ? e->tag : GUMBO_TAG_UNKNOWN];
	if (x->kind == DROP || e->tag_namespace != GUMBO_NAMESPACE_HTML
	    || markup_is_hidden(e))
		return;
	if (x->kind == BLOCK)
		block(l, node, x, in);
	else if (x->kind == INLINE && (!in || in->depth < AROUND_MAX))
		children(l, node, around(l, in, x->name, STR_NONE));
	else if (e->tag == GUMBO_TAG_A)
		link(l, node, in);
	else if (e->tag == GUMBO_TAG_IMG)
		image(l, e, in);
	else if (e->tag == GUMBO_TAG_BR)
		letter_break(l, in);
	else if (e->tag == GUMBO_TAG_HR)
		letter_rule(l);
	else
		children(l, node, in);
}

static void children(struct letter *l, const GumboNode *node, const struct around *in)
{
	const GumboVector *v = &node->v.element.children;
	for (unsigned i = 0; i < v->length && !l->full; i++) {
		const GumboNode *child = v->data[i];
		if (child->type == GUMBO_NODE_ELEMENT)
			element(l, child, in);
		else if (child->type == GUMBO_NODE_TEXT
			 || child->type == GUMBO_NODE_WHITESPACE
			 || child->type == GUMBO_NODE_CDATA)
			letter_text(l, str_from(child->v.text.text), in);
	}
}

struct html html_mail(struct arena *a, str html, const struct html_mail_how *how,
		      bool *cut)
{
	ARENA(mine);
	BUF(b);
	GumboOutput *tree;
	struct letter l = { .a = mine,
			    .out = &b,
			    .how = how,
			    .hide = how->hide_addresses,
			    .level = LEVEL_TOP - 1 };
	*cut = !markup_parse(html, &tree);
	if (tree && tree->root) {
		element(&l, tree->root, NULL);
		letter_finish(&l);
		*cut = l.full;
	}
	markup_free(tree);
	return html_take(a, &b);
}
