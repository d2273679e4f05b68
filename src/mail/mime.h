/* mail/mime.h: the parts of a message. Structure, depth and number are checked
 * by our own scan of the raw bytes before GMime sees them.
 *
 *     struct mime m;
 *     TRY(mime_parse(a, message, &m));
 *     const struct mime_part *text = mime_text_part(&m);   // what a reader reads
 *     str shown = mime_text(a, text);                      // UTF-8
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "mail/header.h"

enum { MIME_DEPTH_MAX = 32, MIME_PARTS_MAX = 1000 };

enum mime_flag {
	MIME_TOO_DEEP = 1 << 0,      /* cut at MIME_DEPTH_MAX */
	MIME_TOO_MANY = 1 << 1,      /* cut at MIME_PARTS_MAX */
	MIME_OPEN_BOUNDARY = 1 << 2, /* no closing boundary */
	MIME_BAD_ENCODING = 1 << 3,  /* base64 or quoted-printable with foreign bytes */
	MIME_BAD_HEADER = 1 << 5,    /* a part's header is beyond header.h's limits;
				      * it was taken for the body */
	MIME_TYPE_TWICE = 1 << 4,    /* ambiguous Content-Type or boundary */
};

struct mime_part {
	int parent; /* index, -1 for the root */
	int depth;
	struct header header; /* the part's own */
	str type; /* "text/plain", lower case; defaults applied (RFC 2045 section 5.2) */
	str charset;     /* lower case, "" where none is declared */
	str encoding;    /* "base64", "quoted-printable", "7bit", … */
	str filename;    /* decoded, as declared: never a path to trust */
	str content_id;  /* without < > */
	bool attachment; /* Content-Disposition says so, or a file name and no text type */
	bool multipart;
	str boundary; /* of a multipart, as its delimiters have it */
	str raw;      /* its body, still encoded */
};

struct mime {
	struct header header;    /* the message's */
	struct mime_part *parts; /* in document order; [0] is the root */
	size_t count;
	unsigned flags;
};

/* ERR_LIMIT: the header is beyond header.h's limits; deep or many-parted
 * messages are cut and flagged instead. */
MUST_USE err mime_parse(struct arena *a, str message, struct mime *m);

/* The part's bytes, decoded. Foreign bytes in base64 are skipped. Those of a
 * message/rfc822 are a message, for another mime_parse: a part within it is
 * none of this message. */
str mime_bytes(struct arena *a, const struct mime_part *p);

/* A text part as UTF-8 with LF line ends: declared charset, else valid UTF-8,
 * else a guess, else windows-1252; format=flowed is left for the renderer.
 * *used names the charset that was applied. */
str mime_text(struct arena *a, const struct mime_part *p, str *used);

/* CRLF, lone CR and CR CR LF become LF; s itself where there is no CR. */
str mime_line_feeds(struct arena *a, str s);

/* The part a reader sees first: text/plain of the first alternative, else
 * text/html; NULL when there is no text at all. */
const struct mime_part *mime_text_part(const struct mime *m);
