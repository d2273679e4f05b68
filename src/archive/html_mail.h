/* archive/html_mail.h: HTML that a stranger wrote, as HTML that is safe to show: the elements
 * of html_mail.def and nothing else. No style, class, identifier or event; nothing is loaded
 * (a picture is the words that stand for it); links lead to the web or a mail program and
 * tell nobody from where; tables and lists are whole, nests bounded.
 *
 *     bool cut;
 *     struct html h = html_mail(a, mime_text(a, part, &used), hide, &cut);
 */
#pragma once

#include "archive/html.h"

/* hide_addresses: as render.h has it. *cut: it is nested deeper than any mailer writes, and
 * nothing of it comes; or it is too long, and not all of it comes. */
struct html html_mail(struct arena *a, str html, bool hide_addresses, bool *cut);
