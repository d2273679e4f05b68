/* archive/redact.h: what the owners of a list may do to a post in its archive. A post that is
 * hidden or purged leaves a tombstone in its place: a message that says so, with the same
 * identifier, references and date, and no author, subject or words. So whatever reads the
 * archive shows no more than that, the thread keeps its shape, and nobody need remember to ask.
 *
 *     struct redact r = { .list = 3, .number = 17, .at = now, .actor = STR("command"),
 *                         .reason = STR("asked for by its author") };
 *     TRY(archive_hide(b, a, &r));
 *
 * Each is one transaction, or part of the caller's; each leaves a row of
 * store/archive/redaction.h. ERR_NOTFOUND: no such post, or it has none of what is asked for.
 * ERR_DENIED: it is hidden, shown or purged already. The same again changes nothing. */
#pragma once

#include "store/archive/attachment.h"
#include "store/archive/post.h"
#include "store/archive/redaction.h"

struct redact {
	int64_t list, number;
	int64_t at;        /* seconds */
	str actor, reason; /* reason: one line, for the list's owners */
};

MUST_USE err archive_hide(struct book *b, struct arena *a, const struct redact *r);
MUST_USE err archive_show(struct book *b, struct arena *a, const struct redact *r);

/* The message goes for good. What files of the book still hold of it goes with
 * archive_clean. */
MUST_USE err archive_post_purge(struct book *b, struct arena *a, const struct redact *r);

/* A part becomes a note in its place, with the number that it had. part: as struct mime
 * counts. A field at the top says that the message was changed, for signatures fail. */
MUST_USE err archive_cut_part(struct book *b, struct arena *a, const struct redact *r,
			      size_t part);

/* The address becomes hidden@hidden.invalid in header, text and files, in whatever form a
 * reader knows it (dressed.h). */
MUST_USE err archive_cut_address(struct book *b, struct arena *a, const struct redact *r,
				 str address);

/* The same in all posts of the list, some after *after (0 at first), in what waits of those
 * that are hidden, too; r->number is not looked at. *changed grows; *more: there may be others.
 * ERR_TEMP: files of the list are still to be looked into (archive/inside.h). */
MUST_USE err archive_cut_address_all(struct book *b, struct arena *a,
				     const struct redact *r, str address, int64_t *after,
				     int64_t *changed, bool *more);

/* What a post that is hidden said: its message, and its row as that has it.
 * *found: it is hidden. */
MUST_USE err archive_read_hidden(struct book *b, struct arena *a,
				 const struct archive_post *p, struct archive_post *row,
				 struct archive_attachments *files, str *message,
				 bool *found);

/* What its history says of the word, for S_( ); "" for one that is none. */
str redaction_text(str what);

/* Parts that may go, of a message. */
struct redact_part {
	size_t part; /* as struct mime counts */
	str type, filename;
	int64_t size; /* octets, as they stand in the message */
};
MUST_USE err redact_parts(struct arena *a, str message, struct redact_part **parts,
			  size_t *count);

/* ---- where a post stands */

/* The post starts a thread, and its answers go with it. */
MUST_USE err archive_split(struct book *b, struct arena *a, const struct redact *r);
/* Its whole thread goes below the post `under` of another thread.
 * ERR_DENIED: both are one thread. */
MUST_USE err archive_merge(struct book *b, struct arena *a, const struct redact *r,
			   int64_t under);
/* What it refers to says again where it stands. */
MUST_USE err archive_unplace(struct book *b, struct arena *a, const struct redact *r);
