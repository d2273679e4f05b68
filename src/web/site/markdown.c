#include "web/site/markdown.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <cmark.h>
#include <stdlib.h>

static bool is_heading(cmark_event_type event, cmark_node *node)
{
	return event == CMARK_EVENT_ENTER
	       && cmark_node_get_type(node) == CMARK_NODE_HEADING;
}

static str text_of(struct arena *a, cmark_node *node)
{
	BUF(text);
	cmark_event_type event;
	cmark_iter *iter = cmark_iter_new(node);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node_type type = cmark_node_get_type(cmark_iter_get_node(iter));
		if (event == CMARK_EVENT_ENTER
		    && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
			buf_add(&text, str_from(cmark_node_get_literal(
					       cmark_iter_get_node(iter))));
		else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
			buf_add_char(&text, ' ');
	}
	cmark_iter_free(iter);
	return arena_copy(a, buf_str(&text));
}

/* A page has one heading of the first level, and no level is left out on the way down
 * (WCAG 2.4.6 and 1.3.1): what a text's author left out moves up. */
static void mend_headings(struct arena *a, cmark_node *document, bool lower,
			  struct markdown *m)
{
	cmark_event_type event;
	cmark_iter *iter = cmark_iter_new(document);
	int last = lower ? 2 : 1;
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		if (!is_heading(event, node))
			continue;
		int level = cmark_node_get_heading_level(node);
		bool first = !lower && level == 1 && !m->titled;
		if (level == 1 && !m->title.n)
			m->title = text_of(a, node);
		if (lower || (level == 1 && !first))
			level++;
		level = first ? 1 : level > last + 1 ? last + 1 : level > 6 ? 6 : level;
		m->titled |= first;
		last = level;
		cmark_node_set_heading_level(node, level);
	}
	cmark_iter_free(iter);
}

static str opening_of(struct arena *a, cmark_node *document)
{
	cmark_node *node = cmark_node_first_child(document);
	while (node && cmark_node_get_type(node) != CMARK_NODE_PARAGRAPH)
		node = cmark_node_next(node);
	return node ? utf8_first(text_of(a, node), MARKDOWN_OPENING_MAX) : STR_NONE;
}

/* Without the remarks where HTML was, with tags as HTML writes them, and what is wider than the
 * page can be moved by keys: none of it can stand in a text, whose < and > are written
 * otherwise. */
static str tidy(struct arena *a, const char *html)
{
	static const struct {
		const char *from, *to;
	} rows[] = { { "<!-- raw HTML omitted -->", "" },
		     { " />", ">" },
		     { "<pre>", "<pre tabindex=\"0\">" } };
	BUF(out);
	for (str rest = str_from(html); rest.n;) {
		size_t i = 0, count = sizeof rows / sizeof *rows;
		while (i < count && !str_starts(rest, str_from(rows[i].from)))
			i++;
		if (i < count)
			buf_add(&out, str_from(rows[i].to));
		else
			buf_add_char(&out, rest.p[0]);
		rest = str_skip(rest, i < count ? strlen(rows[i].from) : 1);
	}
	return arena_copy(a, buf_str(&out));
}

void markdown_read(struct arena *a, str text, bool lower, struct markdown *m)
{
	enum { SAFE = CMARK_OPT_SAFE | CMARK_OPT_VALIDATE_UTF8 };
	*m = (struct markdown){ 0 };
	cmark_node *document = cmark_parse_document(text.n ? text.p : "", text.n, SAFE);
	mend_headings(a, document, lower, m);
	m->opening = opening_of(a, document);
	char *html = cmark_render_html(document, SAFE);
	m->html = tidy(a, html);
	free(html);
	cmark_node_free(document);
}
