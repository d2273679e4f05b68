/* mail/compose.h: a letter that this program writes: a notice, a confirmation,
 * a DSN's human part. Plain text, UTF-8, quoted-printable where it must be.
 *
 *     str bytes = compose(a, &(struct compose){
 *             .from = { STR("dev list"), owner }, .to = { name, anna },
 *             .subject = STR("Welcome"), .text = STR("You are a member.\n") });
 */
#pragma once

#include "mail/address.h"

struct compose { /* the letter that compose() writes */
	struct mailbox from, to;
	str subject;
	str message_id;     /* with < >; made where empty */
	str in_reply_to;    /* with < >, or empty */
	str references;     /* each with < >; in_reply_to where empty */
	bool written;       /* by a person: no Auto-Submitted */
	str reply_to;       /* an address, or empty */
	str auto_submitted; /* RFC 3834: "auto-replied" (default) or "auto-generated" */
	str list_id;        /* the List-Id field's value, or empty */
	str extra;          /* whole fields with their CRLF, or empty */
	str text;           /* UTF-8, LF line ends */
	str attached;       /* a whole message to attach as message/rfc822, or empty */
	str host;           /* the Message-ID's right side */
	int64_t date;       /* 0: now */
};

str compose(struct arena *a, const struct compose *l);

/* Its fields alone, up to MIME-Version; the Content-Type and the empty line are
 * still to come. text and attached are not used. */
str compose_header(struct arena *a, const struct compose *l);

/* A fresh Message-ID with its brackets: "<random@host>". */
str message_id_new(struct arena *a, str host);

/* Lines of more than 76 columns broken at spaces, paragraphs kept; for texts
 * from templates. */
str text_wrap(struct arena *a, str text);
