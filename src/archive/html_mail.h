/* archive/html_mail.h: HTML that a stranger wrote, as HTML that is safe to show: the elements
 * of html_mail.def and nothing else. No style, class, identifier or event; nothing is loaded
 * but pictures that came with the message (any other is the words that stand for it); links lead to the web or a mail program and
 * tell nobody from where; tables and lists are whole, nests bounded.
 *
 *     bool cut;
 *     struct html h = html_mail(a, mime_text(a, part, &used),
 *                               &(struct html_mail_how){ .hide_addresses = guest }, &cut);
 */
#pragma once

#include "archive/html.h"

/* A picture of the message that may be shown (picture.h), where HTML has it by its Content-ID:
 * cid: of RFC 2392. */
struct html_mail_picture {
	str id;                /* without < > */
	str name;              /* of the file */
	str url;               /* of ours, percent-encoded */
	int64_t width, height; /* pixels */
};

struct html_mail_how {
	bool hide_addresses; /* as render.h has it */
	const struct html_mail_picture *pictures;
	size_t picture_count;
};

/* *cut: it is nested deeper than any mailer writes, and nothing of it comes; or it is too long,
 * and not all of it comes. */
struct html html_mail(struct arena *a, str html, const struct html_mail_how *how,
		      bool *cut);
