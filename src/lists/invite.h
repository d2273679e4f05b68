/* lists/invite.h: invitations. Who runs a list asks somebody to become a member; the mail
 * bears the owner's own words and a token, whose button (or an answer) lets them in
 * without further approval. Until then it can be withdrawn.
 *
 *     TRY(member_invite(books, a, list, &who, &(struct invitation){ .words = w }, &by));
 *
 * Against mail bombs: ten letters a day to one mailbox, three open ones to an address on a
 * list, and 500 a day from one list, together with other letters that its owners' orders send
 * to addresses without proof, but for the administrator's commands. */
#pragma once

#include "lists/books.h"
#include "mail/address.h"

enum { INVITE_DAYS = 14, INVITE_DAYS_MAX = 90, INVITE_WORDS_MAX = 2000 };

struct invitation {
	str words;    /* the owner's own, before ours; or empty */
	int64_t days; /* that it is good for; 0: INVITE_DAYS */
};

/* ERR_DENIED: banned, a member already, or one of the limits. ERR_SYNTAX: words or days
 * beyond their bounds. */
MUST_USE err member_invite(struct books *books, struct arena *a,
			   const struct list_entry *list, const struct mailbox *who,
			   const struct invitation *x, const struct actor *by);

/* Counts, with the invitations, one more letter of the list to an address that nobody has
 * proven. ERR_DENIED: there were 500 today. */
MUST_USE err invite_count(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct mailbox *who,
			  const struct actor *by);

/* For the letter of what happens anyhow, a welcome or a goodbye: whether it may go. Counted
 * likewise, whoever brings it about but the administrator's commands; what is over the bound
 * is left out, and the first of a day told to the list's log. */
MUST_USE err invite_may_tell(struct books *books, struct arena *a,
			     const struct list_entry *list, const struct mailbox *who,
			     const struct actor *by, bool *may);

struct invited {
	int64_t id;
	str address, name, by;
	int64_t at, expires_at; /* seconds */
};

/* Who has been invited and has not answered, oldest first. lists: the book. */
MUST_USE err invite_open(struct book *lists, struct arena *a, int64_t list,
			 struct invited **x, size_t *count);

/* All open invitations of an address. ERR_NOTFOUND: there is none. */
MUST_USE err invite_withdraw(struct books *books, struct arena *a,
			     const struct list_entry *list, str address,
			     const struct actor *by);
