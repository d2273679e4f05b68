/* lists/members_inside.h: the letters that joining and leaving send. */
#pragma once

#include "lists/confirm.h"
#include "lists/members.h"
#include "lists/notice.h"
#include "store/lists/request.h"

/* However many lists and forms are used, nobody is sent more than three answers to requests
 * to join a day, ten requests to leave and ten invitations: a stranger must not be able to
 * fill a mailbox through us. own: the address itself has proven to ask, and has as many
 * beside. This counts one answer to a request to join. ERR_DENIED: there were as many. */
MUST_USE err member_check_target(struct books *books, struct arena *a, str key, bool own);

/* Counts that a mailbox asks for another's membership to end: twenty a day. ERR_DENIED: it
 * did as often. */
MUST_USE err member_check_leaves(struct books *books, struct arena *a, str asker);

/* ERR_DENIED: the address may not join the list, or is on it already. */
MUST_USE err member_check_ban(struct books *books, struct arena *a,
			      const struct list_entry *list, str key);
MUST_USE err member_check_new(struct books *books, struct arena *a,
			      const struct list_entry *list, str key);
MUST_USE err member_check_new_at(struct books *books, struct arena *a,
				 const struct list_entry *list,
				 const struct member_door *door, str key);

/* Whether moderators have a say: of subscription_policy or unsubscription_policy. */
static inline bool policy_moderates(str policy)
{
	return setting_is(policy, "moderate")
	       || setting_is(policy, "confirm_then_moderate");
}

/* The same for a person who says that an address is theirs, too: three letters a day to one
 * mailbox, twenty that one account asks for. */
MUST_USE err member_check_verify(struct books *books, struct arena *a, str key,
				 int64_t person);

/* A letter with a token, which its link, its answer's address and its subject bear. Not so
 * the asker's name: nobody can have words of theirs sent to a stranger.
 * ERR_DENIED: as above, or confirm_make's. */
struct token_letter {
	enum confirm_kind kind;
	const char *name;        /* a row of templates.def */
	int64_t span;            /* seconds that the token is good for */
	bool own;                /* the address itself has proven to want it */
	str data;                /* what it bears, JSON */
	struct member_wish wish; /* member_send_token: borne beside the name */
	const struct notice_var *vars;
	size_t var_count;
};
MUST_USE err member_send_letter(struct books *books, struct arena *a,
				const struct list_entry *list, const struct mailbox *to,
				const struct token_letter *letter);

/* The same where the token bears the person's name alone. */
MUST_USE err member_send_token(struct books *books, struct arena *a,
			       const struct list_entry *list, const struct mailbox *to,
			       const struct token_letter *letter);

/* A letter of that name that needs no more than the list. */
MUST_USE err member_notice(struct books *books, struct arena *a,
			   const struct list_entry *list, const struct mailbox *to,
			   const char *name);

/* The same where it goes with what is done anyhow: not to more strangers than invite.h says. */
MUST_USE err member_notice_bounded(struct books *books, struct arena *a,
				   const struct list_entry *list,
				   const struct mailbox *to, const char *name,
				   const struct actor *by);

/* A welcome so, where the list sends them. */
MUST_USE err member_welcome(struct books *books, struct arena *a,
			    const struct list_entry *list, const struct mailbox *to,
			    const struct actor *by);

/* The same as member_notice to the list's owners, one each; asker: the address that it is about. */
MUST_USE err member_tell_owners(struct books *books, struct arena *a,
				const struct list_entry *list, const char *name,
				str asker);

/* Tells owners and moderators, one each, that somebody asks to join or to leave, each with
 * a link of their own. */
MUST_USE err request_tell(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct request_row *r);
