/* archive/content_markup.h: foreign HTML as a tree, made plain before a parser sees it.
 *
 *     GumboOutput *tree;
 *     if (markup_parse(html, &tree)) ... tree->root ...
 *     markup_free(tree);
 */
#pragma once

#include "base/str.h"

#include <gumbo.h>

/* The tree has the same elements and text, without anything in which a tag is no tag:
 * comments, scripts, styles, attributes but those that the table of content_markup.c keeps
 * and "display:none". So what follows can be counted, and the parser's work is bounded: at
 * most so many tags, so deep, with so few attributes. False, and no tree: there is more than
 * any mailer writes. */
bool markup_parse(str html, GumboOutput **tree);
void markup_free(GumboOutput *tree); /* NULL is fine */

/* An attribute's value, part of the tree; empty where there is none. */
str markup_attribute(const GumboElement *e, const char *name);

/* Not for readers: its style says display:none. */
bool markup_is_hidden(const GumboElement *e);
