/* lists/notice.h: the mails this program writes about lists. Each is a row of
 * templates.def, said in the recipient's language; a site, a domain or a list may put
 * its own text in its place.
 *
 *     TRY(notice_send(o, a, &(struct notice){ .name = "welcome", .list = list,
 *             .to = anna, .vars = vars, .var_count = n }));
 *
 * A notice is an outbound message with the null reverse-path, so nothing ever
 * answers it, and it bears Auto-Submitted. */
#pragma once

#include "base/language.h"
#include "lists/books.h"
#include "mail/address.h"
#include "mail/header.h"

struct notice_var {
	const char *name; /* {name} in the template */
	str value; /* of reason, left and what, words of ours are said in the letter's language */
};

struct notice {
	const char *name;              /* a row of templates.def */
	const struct list_entry *list; /* NULL: from the site */
	struct mailbox to;
	str source; /* makes it once only: "17/dev@…/held"; "" for a fresh one each time */
	str in_reply_to;   /* with < >, or empty */
	str confirm_token; /* an answer to the mail confirms it; or empty */
	bool wants_none;   /* but none is asked for: the subject is as ever */
	const struct list_entry
		*answered; /* at whose address, of a letter from the site */
	const struct notice_var *vars;
	size_t var_count;
	str attached;   /* a message to attach, or empty */
	str trust;      /* what smtpd found out about it: where the wall does not call it
		       * clean, the letter goes without, and says so */
	bool only_copy; /* such a message is nowhere else: it waits in the queue, frozen */
	int64_t probe; /* a member: it is a probe, whose return path says if it comes back */
	bool answers;   /* an answer to a mail: counted by notice_may_answer */
	bool to_member; /* about a membership: of an umbrella list to who runs the member */
};

/* Composes and queues it. {list}, {list_address}, {site}, {list_url}, {url},
 * {owner_address}, {request_address}, {address} are always known. */
MUST_USE err notice_send(struct books *books, struct arena *a, const struct notice *n);

/* Only its subject and its text, filled in, and the language that they are in: for
 * what is no notice by itself. Where an own text becomes longer than 256 KB, the built-in
 * one is said. */
MUST_USE err notice_text(struct books *books, struct arena *a, const struct notice *n,
			 enum language *language, str *subject, str *text);

/* Whom we write to reads: what the membership of that address on the list says, else the
 * address, else its person, else the list's preferred_language, else [site] lang. key, list:
 * may be empty. */
MUST_USE err notice_language(struct books *books, struct arena *a,
			     const struct list_entry *list, str key, enum language *l);

/* Whether a program wrote it (RFC 3834 section 2): it has no reverse-path, or is an
 * answer itself, or comes from a list or a bulk sender. No such mail is answered
 * or obeyed. */
bool notice_is_automated(struct arena *a, const struct header *h,
			 const struct address *reverse_path);

/* The mailbox behind an address, for counting: anna@uni.example for
 * anna+anything@uni.example, which mostly ends in the same place. */
str notice_mailbox(struct arena *a, str key);

/* Whether a mail may be answered by a program: a person wrote it, and its sender
 * has had fewer than 10 answers today (this one is counted). */
MUST_USE err notice_may_answer(struct books *books, struct arena *a,
			       const struct header *h, const struct address *reverse_path,
			       bool *may);

/* The template's rows, for documentation and the owner's page. */
struct notice_row {
	const char *name, *subject, *text, *about;
};
const struct notice_row *notice_rows(size_t *count);
const struct notice_row *notice_row_find(str name);

/* The built-in subject and text in a language, with their {names}. */
void notice_built_in(const struct notice_row *row, enum language l, str *subject,
		     str *text);

/* The {names} that such a notice has values for, with braces and spaces between. */
str notice_names(struct arena *a, const struct notice_row *row);

/* What a notice with an own text ("Subject: …" and an empty line first, or the text
 * alone; empty: the built-in one) would say, with examples for its values. list NULL:
 * of any. ERR_SYNTAX: names a {name} that this notice has no value for. */
MUST_USE err notice_preview(struct books *books, struct arena *a,
			    const struct notice_row *row, const struct list_entry *list,
			    enum language l, str own, str *subject, str *text);

struct template_scope;

enum { NOTICE_TEXT_MAX = 64 * 1024 };

/* Stores an own text that notice_preview takes, or with an empty one removes it, and writes
 * the audit. list: of the scope, or NULL; language: a name of languages.def, "" any.
 * ERR_SYNTAX also: it is longer than NOTICE_TEXT_MAX, or uses a name over and over. */
MUST_USE err notice_put(struct books *books, struct arena *a,
			const struct notice_row *row, const struct template_scope *of,
			const struct list_entry *list, str language, str text,
			const struct actor *by);
