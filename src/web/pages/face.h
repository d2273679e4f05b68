/* web/pages/face.h: what the pages of the archive share: where they stand, who is
 * named how, and pages that were made before.
 *
 *     str key;
 *     if (face_answered(q, r, "thread", STR("17"), &key))
 *             return;
 *     ... ANSWER(q, r, thread, &p);
 *     face_keep(q, r, key);
 */
#pragma once

#include "archive/read.h"
#include "web/pages/pages.h"

/* The frame with the way to it: Lists / NAME; further steps are added, the last
 * without href. The list at hand is meant. */
struct page_frame face_frame(const struct request *q, str title);
void face_step(const struct request *q, struct page_frame *f, str label, str href);

/* Whether mail addresses are hidden from who asks, on the list at hand or, with its
 * settings, on another. */
bool face_hides(const struct request *q, const struct settings *s);

/* Who wrote it: the name, else the address. hide: as face_hides says. */
str face_author(struct arena *a, str name, str address, bool hide);

/* /lists/NAME/17 and /lists/NAME/t/17 of the list at hand. */
str face_post_path(const struct request *q, int64_t number);
str face_thread_path(const struct request *q, int64_t number);

/* Where one answers a post: the form on the web, and a mail program. */
str face_reply_path(const struct request *q, int64_t number);
str face_reply_mailto(const struct request *q, const struct archive_post *p);

/* "2026-11" as /lists/NAME/by/2026/11/; and "November 2026". */
str face_month_path(const struct request *q, int year, int month);
str face_month_name(struct arena *a, int year, int month);
void face_month_of(int64_t seconds, int *year, int *month);

/* "everybody" or "members"; "members, authenticated". */
str face_readers(const struct settings *s);
str face_writers(const struct settings *s);

/* Not for search engines: the same stands elsewhere. */
void face_no_index(struct response *r);

/* The whole address of a path, for link rel=canonical and feeds. */
str face_url(const struct request *q, str path);

/* ---- pages that were made before. The key names all that a page depends on: the
 * list's archive and settings as they are at this moment, who asks, page and
 * details. True: the answer has been made, from memory or because a book cannot be
 * read. */
bool face_answered(struct request *q, struct response *r, const char *page, str details,
		   str *key);
/* Keeps the body that was made under the key, and answers with it. */
void face_keep(struct request *q, struct response *r, str key);
