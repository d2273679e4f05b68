/* lists/command.h: mail to LIST-request and to the one-purpose addresses. The
 * words are one table, commands.def, with those of both Mailmans. At most 25 lines are
 * read (lists/command_text.h), one mail is answered, by one mail, never one that a program
 * sent or whose return path may be another's: the ledger has that. Of one
 * network (/24, /64) 60 requests to join an hour are dealt with whose author is not proven. */
#pragma once

#include "lists/books.h"
#include "mail/address.h"
#include "mail/header.h"

struct mail_command {
	const struct list_entry *list;
	str message;
	struct header header;
	struct address reverse_path;
	struct mailbox from;
	bool authentic; /* aligned SPF or DKIM, or sign-in: from is who wrote, and To or
			 * Cc names the address: it was written to this list */
	bool runs_list; /* the author, if it is them: an owner or moderator */
	bool proven; /* and reverse_path is theirs (proof_of_path): they are answered */
	str client;  /* the address that it came from, or "local" */
	str source;
	str token; /* of LIST-confirm+TOKEN; to join and leave: who, where it is another */
};

MUST_USE err command_request(struct books *books, struct arena *a,
			     const struct mail_command *m);
MUST_USE err command_join(struct books *books, struct arena *a,
			  const struct mail_command *m);
MUST_USE err command_leave(struct books *books, struct arena *a,
			   const struct mail_command *m);
MUST_USE err command_confirm(struct books *books, struct arena *a,
			     const struct mail_command *m);
