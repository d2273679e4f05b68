/* lists/member_address.h: a membership goes on at another address, on one list or on all: by
 * its member, who has proven the address before or does so by a mailed link; by an owner, a
 * command or the API, which both addresses are told. It keeps its number, so that links to
 * leave and reports of what came back go on meaning it.
 *
 *     struct address_change c = { .list = dev, .from = key, .to = mailbox, .tell = true };
 *     struct address_changed *on;
 *     TRY(member_change_address(books, a, &c, &by, &on, &n));
 *
 * Where the other address is a member already, that membership stays as it is and the one
 * becomes part of it. */
#pragma once

#include "lists/confirm.h"
#include "lists/members.h"

struct address_change {
	const struct list_entry *list; /* NULL: on every list */
	str from;                      /* the key until now */
	struct mailbox to;
	int64_t person; /* whose `to` becomes where it is nobody's; 0: a new person's */
	bool tell;      /* it is not the member's own hand: both addresses get a letter */
};

struct address_changed {
	const struct list_entry *list;
	bool merged;
	str refused; /* why it stays at the address; or empty */
};

/* ERR_NOTFOUND: no such member. ERR_DENIED: the one list has banned the address (or
 * the one before, where it is the member's own hand), or enough letters about such changes
 * went out today. Of several lists each says in *on what was done. */
MUST_USE err member_change_address(struct books *books, struct arena *a,
				   const struct address_change *c, const struct actor *by,
				   struct address_changed **on, size_t *n);

/* ERR_DENIED: the address is not the account's, or not shown to be. Else whoever claims an
 * address would take its memberships along to one that is theirs. */
MUST_USE err member_check_own(struct books *books, struct arena *a, str key,
			      int64_t person);

/* In the name of who is signed in: at once where the address is proven to be theirs, else by
 * a letter to it (*asked). ERR_DENIED: also as member_check_own and member_check_verify. */
MUST_USE err member_change_own(struct books *books, struct arena *a,
			       const struct address_change *c, const struct actor *by,
			       struct address_changed **on, size_t *n, bool *asked);

/* What the letter's token bears: from which address; and done, by the account that asked. */
str member_change_from(struct arena *a, str data);
MUST_USE err member_change_press(struct books *books, struct arena *a,
				 const struct confirmation *c, const struct actor *by,
				 struct address_changed **on, size_t *n);

/* The membership under that address, on one list or on all, is the person's from now on, at
 * whichever address they prefer. ERR_NOTFOUND: no such member. ERR_DENIED: they have no
 * proven address. */
MUST_USE err member_follow_preferred(struct books *books, struct arena *a,
				     const struct list_entry *list, str from,
				     const struct actor *by);

/* The person prefers another address, or one is theirs no more: memberships that are the
 * person's go there. */
MUST_USE err member_preferred_changed(struct books *books, struct arena *a,
				      int64_t person, const struct actor *by);
