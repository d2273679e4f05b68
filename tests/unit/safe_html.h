/* tests/unit/safe_html.h: is a fragment of HTML harmless? Judged by an HTML5 parser,
 * as a browser would read it: only elements and attributes that the renderer is meant
 * to write, no address but of the web, mail or our own, nothing unbalanced, no
 * character that turns the writing direction. NULL: all is well; else what is wrong.
 * unsafe_formatted: the same of what html_mail may write. */
#pragma once

#include "base/arena.h"
#include "base/utf8.h"

#include <gumbo.h>
#include <stdlib.h>

static inline bool safe_word(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

static inline const char *safe_address(const char *value)
{
	static const char *const starts[] = { "http://", "https://",
					      "mailto:", "/lists/" };
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_istarts(str_from(value), str_from(starts[i])))
			return NULL;
	return "an address of another kind";
}

struct safe_rules {
	const char *tags[48], *attributes[16], *classes[20];
};

static const struct safe_rules safe_rendered = {
	.tags = { "html",    "head",    "title",      "body", "div", "p",    "span",
		  "bdi",     "pre",     "code",       "ins",  "del", "b",    "a",
		  "br",      "dl",      "dt",         "dd",   "h3",  "mark", "section",
		  "details", "summary", "blockquote", "ul",   "ol",  "li",   "em",
		  "strong",  "hr",      "img" },
	.attributes = { "class", "dir", "aria-label", "tabindex", "title", "rel", "start",
			"lang" },
	.classes = { "body", "run", "diff", "sig", "att", "kv", "ctl", "note small",
		     "st warn", "hash mono", "k", "s", "c", "n" },
};

static const struct safe_rules safe_formatted = {
	.tags = { "html",       "head",  "title",  "body", "div", "p",  "span", "pre",
		  "code",       "b",     "strong", "i",    "em",  "u",  "s",    "sub",
		  "sup",        "a",     "br",     "hr",   "h3",  "h4", "h5",   "h6",
		  "blockquote", "ul",    "ol",     "li",   "dl",  "dt", "dd",   "table",
		  "caption",    "thead", "tbody",  "tr",   "td",  "th", "img" },
	.attributes = { "class", "dir", "aria-label", "role", "tabindex", "title", "rel",
			"start", "scope", "colspan", "rowspan" },
	.classes = { "scroll", "ctl" },
};

/* Only what we have made anew (archive/picture.h). */
static inline const char *safe_picture(const GumboAttribute *x)
{
	static const char *const names[] = { "loading", "src", "width",
					     "height",  "alt", NULL };
	if (!safe_word(x->name, names))
		return "an attribute that a picture never has";
	if (!strcmp(x->name, "src")
	    && (strncmp(x->value, "/lists/", 7) || !strstr(x->value, "/shown/")))
		return "a picture from elsewhere";
	return NULL;
}

static inline const char *safe_attribute(const GumboAttribute *x,
					 const struct safe_rules *rules)
{
	if (!strcmp(x->name, "href"))
		return safe_address(x->value);
	if (!safe_word(x->name, rules->attributes))
		return "an attribute that is never written";
	if (!strcmp(x->name, "class") && !safe_word(x->value, rules->classes))
		return "a class that is never written";
	return NULL;
}

static inline const char *safe_node(const GumboNode *node, int depth,
				    const struct safe_rules *rules)
{
	if (node->type == GUMBO_NODE_COMMENT || node->type == GUMBO_NODE_CDATA)
		return "a comment";
	if (node->type != GUMBO_NODE_ELEMENT)
		return NULL;
	const GumboElement *e = &node->v.element;
	if (e->tag == GUMBO_TAG_UNKNOWN || e->tag_namespace != GUMBO_NAMESPACE_HTML
	    || !safe_word(gumbo_normalized_tagname(e->tag), rules->tags))
		return "an element that is never written";
	for (unsigned i = 0; i < e->attributes.length; i++) {
		const char *wrong = e->tag == GUMBO_TAG_IMG
					    ? safe_picture(e->attributes.data[i])
					    : safe_attribute(e->attributes.data[i],
							     rules);
		if (wrong)
			return wrong;
	}
	for (unsigned i = 0; depth < 200 && i < e->children.length; i++) {
		const char *wrong = safe_node(e->children.data[i], depth + 1, rules);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static inline const char *safe_text(str s)
{
	if (!utf8_valid(s))
		return "wrong UTF-8";
	while (s.n) {
		uint32_t c = utf8_next(&s);
		if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0))
			return "a control character";
		if (c == 0x061c || c == 0x200e || c == 0x200f
		    || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			return "a character that turns the writing direction";
	}
	return NULL;
}

static inline const char *unsafe_by(struct arena *a, str fragment,
				    const struct safe_rules *rules)
{
	const char *wrong = safe_text(fragment);
	if (wrong)
		return wrong;
	str page = arena_cat(
		a, STR("<!DOCTYPE html><html><head><title>t</title></head><body>"),
		fragment, STR("</body></html>"));
	GumboOutput *tree = gumbo_parse_with_options(&kGumboDefaultOptions, page.p,
						     page.n);
	wrong = tree->errors.length ? "a parse error" : safe_node(tree->root, 0, rules);
	gumbo_destroy_output(&kGumboDefaultOptions, tree);
	return wrong;
}

static inline const char *unsafe_html(struct arena *a, str fragment)
{
	return unsafe_by(a, fragment, &safe_rendered);
}

static inline const char *unsafe_formatted(struct arena *a, str fragment)
{
	return unsafe_by(a, fragment, &safe_formatted);
}
