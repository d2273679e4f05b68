/* lists/umbrella.h: lists of this server that are members of others. A copy's return path
 * bears a tag that only this server makes, so it proves which list has accepted the post
 * and to which member it goes:
 *
 *     all@ -> copy to dev@, its member -> dev@ judges it, or not again, as its setting
 *     accept_these_lists says -> its own members, under its own List-Id
 *
 * X-BeenThere names the lists that a post came through: none takes it a second time. */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"

/* The member whose copy it is, by its return path; 0: no copy of ours. */
int64_t umbrella_copy_of(const struct addressbook *b, struct arena *a,
			 const struct address *reverse_path);

/* Which list passes the post on: p->umbrella. Asks the book only about copies. */
MUST_USE err umbrella_look_up(struct book *lists, struct arena *a, struct post *p);

/* The same of a post of the archive, whose return path is gone: by its List-Id. */
MUST_USE err umbrella_recorded(struct books *books, struct arena *a, struct post *p);

/* Whether the post's list takes the word of that one, by the settings in p. */
MUST_USE err umbrella_is_believed(struct book *lists, struct arena *a,
				  const struct post *p, bool *yes);

/* The keys of settings that name lists; the last is NULL. */
extern const char *const umbrella_settings[];

/* Settings that name lists, one a line (dev or dev@lists.example): the address that a line
 * means on a list of that domain. ERR_SYNTAX: says which line is none. */
str umbrella_address(struct arena *a, str line, str domain);
MUST_USE err umbrella_check_names(struct arena *a, str key, str setting);

/* Where letters about a membership go: to the member; of an umbrella list to who runs the
 * member, dev-owner@lists.example. Of a member on another server only where that is
 * -owner or -request. */
MUST_USE err umbrella_mailbox(struct books *books, struct arena *a,
			      const struct list_entry *list, struct mailbox *to);
