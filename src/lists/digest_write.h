/* lists/digest_write.h: many posts as one mail, in one of three forms:
 *
 *     mime     multipart/digest (RFC 2046 section 5.1.5): each post as it came
 *     plain    one text (RFC 1153): what a reader reads of each, in UTF-8; what hangs
 *              on it is named, with its link where the archive has it
 *     summary  a line a post, with its link
 *
 *     str part = digest_write(a, &(struct digest_text){ .form = STR("plain"), ... });
 *
 * All lives in the arena, and is in the language of the thread (base/language.h). */
#pragma once

#include "base/arena.h"
#include "mail/header.h"

struct digest_entry {
	str message; /* as it came */
	str url;     /* of the post in the archive; "" where it is in none */
	/* by digest_read */
	struct header header;
	str subject, author, message_id; /* decoded; the id without < > */
};

struct digest_text {
	str form;           /* mime, plain, summary */
	str title;          /* "dev Digest, Vol 3, Issue 7" */
	str masthead;       /* what stands above, LF */
	str end;            /* what stands below, LF; or "" */
	str header, footer; /* the list's words before and behind the posts, LF; or "" */
	str address;        /* of the list, for answers */
	struct digest_entry *entries;
	size_t count;
};

/* The digest's part: Content-Type and what belongs to it, an empty line, the content. */
str digest_write(struct arena *a, struct digest_text *t);
