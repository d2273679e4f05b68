/* archive/content.h: what of a message a reader reads, and what hangs on it.
 *
 *     struct content c;
 *     TRY(content_read(a, message, &c));
 *     c.text            -> UTF-8, LF, format=flowed joined, HTML turned into text
 *     content_files(a, &c);
 *     c.files[0].name, content_bytes(a, &c, &c.files[0])
 */
#pragma once

#include "mail/mime.h"

struct content_file {
	size_t index; /* of c.mime.parts */
	str name;     /* "" where it has none */
	str type;     /* as declared; as it begins where nobody says it */
	bool within;  /* the part holds more than it */
	str bytes;    /* then */
};

struct content {
	struct mime mime;
	str text;
	str language;       /* as declared (RFC 3282), "" for none */
	str declared, used; /* charset of what comes first: as it says, as it was read */
	bool from_html;     /* there was no plain text */
	bool has_html;      /* see content_html_part */
	bool cut;           /* HTML too odd to be read; the text says so */
	struct content_file *files; /* parts that are files; content_files adds to them */
	size_t file_count;
	struct content_coded *coded; /* texts in which files stand */
	size_t lead;                 /* octets of the message that hold all of the text */
};

/* ERR_LIMIT: as mime_parse. */
MUST_USE err content_read(struct arena *a, str message, struct content *c);

/* What content_read leaves: a message that is a part is called by its subject, and behind the
 * parts come the files that stand within them: uuencoded in a text, in Outlook's wrapper. So
 * each has its number whether these are asked for or not. */
void content_files(struct arena *a, struct content *c);

/* Their octets, decoded. */
str content_bytes(struct arena *a, const struct content *c, const struct content_file *f);

/* The n-th of all of them, from 1. False: there is none, nothing is written. */
bool content_file_at(struct arena *a, str message, int64_t n, str *bytes);

/* A text that is all of a message's body, with LF: without the files that stand in it. */
str content_plain(struct arena *a, str text);

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
