/* web/pages/page.h: what the pages of the archive share: where they stand, who is
 * named how, and pages that were made before.
 *
 *     str key;
 *     if (page_from_cache(q, r, "thread", STR("17"), &key))
 *             return;
 *     ... ANSWER(q, r, thread, &p);
 *     page_to_cache(q, r, &key);
 */
#pragma once

#include "archive/read.h"
#include "web/pages/pages.h"

/* The policy of what members sent, which never runs as the application (DESIGN.md
 * section 2). */
#define SANDBOX STR("sandbox; default-src 'none'")

/* The frame with the way to it: Lists / NAME; further steps are added, the last
 * without href. The list at hand is meant. */
struct page_frame archive_frame(const struct request *q, str title);
/* The same for a page below one's account: Account; and with the page itself behind it. */
struct page_frame account_way(const struct request *q, str title);
struct page_frame account_frame(const struct request *q, str title);
void frame_step(const struct request *q, struct page_frame *f, str label, str href);

/* Whether mail addresses are hidden from who asks, on the list at hand or, with its
 * settings, on another. */
bool page_hides(const struct request *q, const struct settings *s);

/* Who wrote it: the name, else the address. hide: as page_hides says. */
str page_author(struct arena *a, str name, str address, bool hide);

/* What a post, or the thread that it starts, is about, or that it was taken away; "" where it
 * says nothing. flags: the post's. */
str page_subject(str subject, unsigned flags);

/* /lists/NAME/17 and /lists/NAME/t/17 of the list at hand. */
str page_post_path(const struct request *q, int64_t number);
str page_thread_path(const struct request *q, int64_t number);

/* /lists/NAME/from/17: what the author of post 17 wrote. */
str page_author_path(const struct request *q, int64_t number);

/* The post that names the author at hand, the first that they wrote. False: the answer has been
 * made: there is none, or another number leads there (tail: what stands behind it). */
bool page_author_of(struct request *q, struct response *r, str tail,
		    struct archive_post *first);

/* Where one answers a post: the form on the web, and a mail program. */
str page_reply_path(const struct request *q, int64_t number);
str page_reply_mailto(const struct request *q, const struct archive_post *p);

/* "2026-11" as /lists/NAME/by/2026/11/; and "November 2026". */
str page_month_path(const struct request *q, int year, int month);
str page_month_name(struct arena *a, int year, int month);
void page_month_of(int64_t seconds, int *year, int *month);

/* What a search engine says of a page beside its title: the first words of that post, where
 * nothing of it was taken away; else what the list is for, as archive_frame says of its other
 * pages. The request's; errors as openings_read. */
MUST_USE err page_describe(struct request *q, const struct archive_post *p,
			   str *description);

/* "everybody" or "members"; "members, authenticated". */
str page_readers(const struct settings *s);
str page_writers(const struct settings *s);

/* Whether posts of the list at hand are shown as Markdown: archive_rendering_mode. */
bool page_marks(const struct request *q);

/* How many members stand on a page of the list at hand: admin_member_chunksize. */
size_t page_member_rows(const struct request *q);

/* Not for search engines: the same stands elsewhere. */
void page_no_index(struct response *r);

/* What stands there in the group's own site is the answer; false: there is nothing. */
bool page_is_groups_own(struct request *q, struct response *r);

/* The whole address of a path, for link rel=canonical and feeds. */
str page_url(const struct request *q, str path);

/* ---- pages that were made before. The key names all that a page depends on: the
 * list's archive and settings as they are at this moment, who asks, page and
 * details. True: the answer has been made, from memory or because a book cannot be
 * read. */
bool page_from_cache(struct request *q, struct response *r, const char *page, str details,
		     struct cache_key *key);
/* Keeps the body that was made under the key, and answers with it. */
void page_to_cache(struct request *q, struct response *r, const struct cache_key *key);
