/* archive/content_markup.h: foreign HTML made plain before a parser sees it.
 *
 *     BUF(plain);
 *     if (markup_plain(html, &plain)) ... gumbo_parse(plain)
 */
#pragma once

#include "base/buf.h"

/* The same elements and text, without anything in which a tag is no tag: comments,
 * scripts, styles, attributes but href, alt and "display:none". So what follows can be
 * counted, and the parser's work is bounded: at most so many tags, so deep, with so few
 * attributes. False: there is more than any mailer writes. */
bool markup_plain(str html, struct buf *plain);
