/* archive/content.h: what of a message a reader reads, and what hangs on it.
 *
 *     struct content c;
 *     TRY(content_read(a, message, &c));
 *     c.text            -> UTF-8, LF, format=flowed joined, HTML turned into text
 *     c.files[0].index  -> into c.mime.parts
 */
#pragma once

#include "mail/mime.h"

struct content_file {
	size_t index; /* of c.mime.parts */
	str name;     /* "" where it has none */
	str type;     /* as declared */
};

struct content {
	struct mime mime;
	str text;
	str language;       /* as declared (RFC 3282), "" for none */
	str declared, used; /* charset of what comes first: as it says, as it was read */
	bool from_html;     /* there was no plain text */
	bool has_html;      /* see content_html_part */
	bool cut;           /* HTML too odd to be read; the text says so */
	struct content_file *files;
	size_t file_count;
	size_t lead; /* octets of the message that hold all of the text */
};

/* ERR_LIMIT: as mime_parse. */
MUST_USE err content_read(struct arena *a, str message, struct content *c);

/* The part that is HTML to be read: beside plain text or instead of it, no file. NULL: there
 * is none. */
const struct mime_part *content_html_part(const struct mime *m);

/* format=flowed undone (RFC 3676): a paragraph is one line again. delsp: a break
 * stands for no space. */
str content_unflow(struct arena *a, str text, bool delsp);

/* HTML as text: paragraphs apart, links with their address, lists with a star,
 * quotes with ">"; scripts, styles and markup gone. *cut: nested deeper than any
 * mailer writes; what comes is a remark instead. */
str content_html_text(struct arena *a, str html, bool *cut);

/* The type that the first octets of a file show, where they contradict or make
 * more precise what was declared; else declared. */
str content_sniff(str bytes, str declared);
