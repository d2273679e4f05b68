/* lists/members.h: becoming a member, being one, leaving. The same functions
 * serve mail commands, pages (through orders) and the command line.
 *
 * Joining by oneself always goes through a mailed token; whoever asks is told
 * the same whether or not the address was known. */
#pragma once

#include "lists/books.h"
#include "lists/settings.h"
#include "mail/address.h"
#include "mail/leave_token.h"
#include "store/lists/ban.h"
#include "store/lists/member.h"

/* An owner's or a command's own hand: at once. welcome: with a mail.
 * ERR_DENIED: banned, or a member already. ERR_SYNTAX: no address. */
MUST_USE err member_admit(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct mailbox *who,
			  bool welcome, const struct actor *by);

struct pattern_ready;

/* What holds for everybody who comes to a list, read once where many come: it is good as long
 * as the transaction in which it was read, and its texts live in a. */
struct member_door {
	struct settings settings;
	str *plain; /* bans of addresses and domains, in lower case, in order of str_cmp */
	size_t plain_count;
	struct pattern_ready **expressions; /* and those that are asked one by one */
	size_t expression_count;
};
MUST_USE err member_door_read(struct books *books, struct arena *a,
			      const struct list_entry *list, struct member_door *door);

/* member_admit through it. */
MUST_USE err member_admit_through(struct books *books, struct arena *a,
				  const struct list_entry *list,
				  const struct member_door *door,
				  const struct mailbox *who, bool welcome,
				  const struct actor *by);

/* What whoever joins wants of the membership; empty: as the list and the person have it. */
struct member_wish {
	str delivery; /* regular, mime, plain or summary */
	str language;
	int64_t person; /* whose it is to be, at whichever address they prefer; 0: the address's */
};

/* Somebody asks to join: sends the confirmation (or, to a member, a note that they are
 * one). proven: it is the address's own wish, which the policies open and moderate need
 * not ask for. wish: kept until then; NULL: none. ERR_DENIED: closed, by invitation alone,
 * banned, or asked too often; the text may be shown to the asker. ERR_SYNTAX: the list has no
 * such wish. */
MUST_USE err member_ask_join(struct books *books, struct arena *a,
			     const struct list_entry *list, const struct mailbox *who,
			     const struct member_wish *wish, bool proven,
			     const struct actor *by);

/* The same for who has not proven to be the address, and so is told the same of any:
 * ERR_DENIED says what hangs on the list alone, that it is closed. */
MUST_USE err member_ask_join_unproven(struct books *books, struct arena *a,
				      const struct list_entry *list,
				      const struct mailbox *who,
				      const struct member_wish *wish,
				      const struct actor *by);

/* Somebody asks to leave: sends a confirmation, or does it at once where the list's
 * policy is open; proven, under the policy moderate, as member_left. Silent for
 * strangers. */
MUST_USE err member_ask_leave(struct books *books, struct arena *a,
			      const struct list_entry *list, str address, bool proven,
			      const struct actor *by);

/* The same for an address that the asker only names: by a confirmation in any case. asker:
 * the mailbox that names it, where that is proven. ERR_DENIED: it has named as many today. */
MUST_USE err member_ask_leave_of(struct books *books, struct arena *a,
				 const struct list_entry *list, str address, str asker);

/* What is told to who asks in somebody's name: neither that a ban stands in the way nor that
 * no more letters are sent, since of these members and strangers have each their own. */
static inline err member_untold(err e)
{
	return e.kind == ERR_DENIED ? OK : e;
}

/* A member's own wish to leave, proven: out at once or, where moderators have a say, no
 * further post and into the queue (*waits). ERR_NOTFOUND: no such member. */
MUST_USE err member_left(struct books *books, struct arena *a,
			 const struct list_entry *list, int64_t member,
			 const struct actor *by, bool *waits);

/* Ends a membership now. goodbye: with a mail where the list sends them.
 * ERR_NOTFOUND: no such member. */
MUST_USE err member_end(struct books *books, struct arena *a,
			const struct list_entry *list, str address, bool goodbye,
			const struct actor *by);
MUST_USE err member_end_by_id(struct books *books, struct arena *a,
			      const struct list_entry *list, int64_t member, bool goodbye,
			      const struct actor *by);

struct member_word { /* how the address itself said that it joins */
	bool invited;
	bool instead; /* who runs it did: then it is not shown to be theirs */
	struct member_wish wish;
};

/* A token was pressed: in, or, where the list wants approval and there was no
 * invitation, into the queue (*waits). */
MUST_USE err member_confirmed(struct books *books, struct arena *a,
			      const struct list_entry *list, const struct mailbox *who,
			      const struct member_word *word, const struct actor *by,
			      bool *waits);

/* An owner's program lets somebody in whom the list need not ask, by the list's own
 * policy: at once, or, where it wants approval that is not given, into the queue. */
struct member_entry {
	bool vouched;  /* the address is proven from now on */
	bool approved; /* no moderator is asked */
	bool quiet;    /* no welcome */
	struct member_wish wish;
};
MUST_USE err member_enter(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct mailbox *who,
			  const struct member_entry *how, const struct actor *by,
			  bool *waits);

/* Whose personal leave link bears that tag (mail/leave_token.h). ERR_DENIED: not a tag of
 * ours for this list. */
MUST_USE err leave_token_read(struct arena *a, const struct mac_key *mac,
			      const struct list_entry *list, str token, int64_t *member);

/* A moderator decides on a request to join or to leave: accept, reject (text is told to who
 * asked), discard (nobody is told), ban (so, and the address stays out) or defer (it waits on,
 * with text in the log). ERR_SYNTAX: another word. */
MUST_USE err request_decide(struct books *books, struct arena *a, int64_t request,
			    str word, str text, const struct actor *by);

/* ERR_NOTFOUND: not a request of this list. */
MUST_USE err request_belongs(struct books *books, struct arena *a, int64_t request,
			     int64_t list);

/* A day as people write it ("2026-12-31", "+30d"), at its 0:00 UTC; 0 for "". False: it is
 * none. */
bool day_read(str text, int64_t *seconds);

/* What of its options it has chosen itself, in words ("form hidden"), and name where it has one
 * of its own. */
str member_chosen(struct arena *a, const struct member_row *m);

/* For member_change: these are its own choice, though they be as usual. ERR_SYNTAX. */
MUST_USE err member_choose(struct arena *a, struct member_row *m, str words);

/* One option of a membership by name, checked: delivery (regular, mime, plain, summary, off) or,
 * in two, status (on, off) and form (regular to summary), own_posts, copies, acknowledge, hidden
 * (yes, no), language; of these usual gives up the membership's own choice, and what its
 * address or its person prefers holds again; other_topics (yes, no), action (accept, hold, reject,
 * discard or empty), until (the last day, or empty), name (on this list, or empty: the person's), why (in words,
 * where delivery is off), topics (names;
 * member_choice_check asks the list). Changes *m only; by: whose hand, kept where delivery goes off. */
MUST_USE err member_option(struct arena *a, struct member_row *m, str key, str value,
			   str by);
