/* mail/header.h: the header block of a message, over its raw bytes. Nothing is
 * copied or changed: a field that needs no change leaves as it came.
 *
 *     struct header h;
 *     TRY(header_scan(a, message, &h));
 *     str subject = header_text(a, header_find(&h, STR("Subject")));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct field {
	str raw;   /* the whole field with its line endings */
	str name;  /* as written */
	str value; /* behind the colon, folded as it is, without the last line ending */
};

/* what a careful reader wants to know */
enum header_flag {
	HEADER_BARE_CR = 1 << 0,
	HEADER_BARE_LF = 1 << 1,
	HEADER_NUL = 1 << 2,
	HEADER_8BIT = 1 << 3,
	HEADER_STRAY_LINE = 1 << 4, /* a line that is no field; skipped. Where the
				    * message has no empty line, it starts the body */
	HEADER_REPEATED = 1 << 5,   /* a field twice that RFC 5322 section 3.6
						 allows once */
	HEADER_LONG_LINE = 1 << 6,  /* over 998 octets */
};

struct header {
	struct field *fields;
	size_t count;
	str raw;  /* the block, without the empty line */
	str body; /* behind the empty line */
	unsigned flags;
};

enum { HEADER_MAX = 256 * 1024, HEADER_FIELDS_MAX = 2000 };

/* What we add to a message on its way through: trace and results fields, a Message-ID,
 * a forwarder's mark, a list's own fields. smtpd takes that much less than may be read,
 * so that nothing it has taken is too large for those behind it. */
enum { HEADER_ROOM = 32 * 1024, HEADER_ROOM_FIELDS = 40 };

/* ERR_LIMIT: larger than HEADER_MAX or more fields than HEADER_FIELDS_MAX. */
MUST_USE err header_scan(struct arena *a, str message, struct header *h);

/* The first field of that name, whatever its case; NULL when absent. */
const struct field *header_find(const struct header *h, str name);
const struct field *header_next(const struct header *h,
				const struct field *after); /* same name */
size_t header_count(const struct header *h, str name);

/* The value unfolded and trimmed; the same with encoded words (RFC 2047)
 * decoded to UTF-8 and raw 8-bit repaired. "" for NULL. */
str header_value(struct arena *a, const struct field *f);
str header_text(struct arena *a, const struct field *f);

/* The first parameter-free word of a value ("text/plain" of "text/plain;
 * charset=x"), lower case, and one parameter (RFC 2231 known), decoded, controls as
 * spaces. */
str header_token(struct arena *a, const struct field *f);
str header_param(struct arena *a, const struct field *f, str name);

/* How many values the parameter has: two boundaries are two readings. */
size_t header_param_count(struct arena *a, const struct field *f, str name);

/* The Message-ID's of a field, in order: "<a@b> (x) <c@d>" gives a@b, c@d. */
size_t header_ids(struct arena *a, const struct field *f, str **ids);

/* UTF-8 text as a field, "Name: value\r\n": encoded words where needed, folded
 * at 78. For unstructured fields; addresses come by mailbox_text. */
str header_encode(struct arena *a, str name, str text);

/* A field whose value is written as it must be ("Name <a@b.example>"), folded
 * at its spaces. Line ends and NUL in a value become spaces in both. */
str header_fold(struct arena *a, str name, str value);

/* A copy of the block in which some fields are gone and others stand first or
 * last. The rest keeps its bytes. */
struct header_edit {
	const str *drop; /* names */
	size_t drop_count;
	str prepend, append; /* whole fields with their CRLF */
};
str header_apply(struct arena *a, const struct header *h, const struct header_edit *e);
