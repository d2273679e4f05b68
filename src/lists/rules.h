/* lists/rules.h: may this post pass? The rules are one table, rules.def. They
 * read the lists book and change nothing, so smtpd asks them, too, while the
 * author's server is still connected, and refuses there what post would refuse.
 *
 *     struct judgement j;
 *     TRY(rules_judge(lists, a, &post, &j));
 *     if (j.verdict == VERDICT_HOLD) ... j.rule, j.reason
 */
#pragma once

#include "archive/known.h"
#include "lists/addressbook.h"
#include "lists/filter.h"
#include "lists/settings.h"
#include "mail/header.h"
#include "store/lists/header_rule.h"
#include "wall/verdict.h"

enum verdict {
	VERDICT_MISS,
	VERDICT_ACCEPT,
	VERDICT_HOLD,
	VERDICT_REJECT,
	VERDICT_DISCARD
};

const char *verdict_word(enum verdict v); /* "accept", … */

/* The headers within a message: read when a list first has rules about them. */
struct inner {
	bool known;
	struct header *headers;
	size_t count, fields;
	bool over; /* they have more fields than are looked at */
};

/* A message on its way to one list, with all that the rules may ask. */
struct post {
	const struct list_entry *list;
	struct settings settings;
	str source;  /* "17/dev@lists.example" */
	str message; /* the bytes as they came, but for Approved */
	struct header header;
	struct address reverse_path;
	int64_t account;           /* person who signed in; 0: none */
	str trust;                 /* authentication results, JSON */
	bool authentic;            /* sign-in, or aligned SPF or DKIM */
	struct wall_verdict *wall; /* NULL: it came while there was no wall */
	bool vouched;    /* not by its author: a moderator has accepted it, the list
				* believes any From, or the list that passes it on */
	int64_t copy_of; /* the member whose copy it is, by its return path; or 0 */
	str umbrella;    /* the list of this server that passes it on; or empty */
	int64_t umbrella_id;
	bool passed_on;        /* and its word counts here */
	struct mailbox author; /* From's only mailbox; empty where not one */
	str author_key;
	size_t authors;            /* mailboxes in From */
	str message_id;            /* without < > */
	str subject;               /* decoded */
	str opening;               /* of the plain text that a reader reads first */
	bool utf8;                 /* declared SMTPUTF8 when it came (RFC 6531) */
	str body_hash;             /* SHA-256 of the body */
	struct member_row *member; /* the author's membership, or NULL */
	struct filtered content;   /* what the list takes of it */
	struct header_rule_row *header_rules; /* that bear on the list, in order */
	size_t header_rule_count;
	struct inner *inner;              /* headers of its parts, once for all lists */
	const struct ruling *headers_say; /* of header_match_sift */
	bool is_moderator;                /* the author is owner or moderator */
	enum archive_known known; /* post_ask_archive; smtpd, which has no archive to
				    * ask, leaves ARCHIVE_NEW */
	const str *said;          /* by Approved; NULL: nothing */
	enum { APPROVED_NONE, APPROVED_RIGHT, APPROVED_WRONG } approved; /* approved.h */
	bool replayed;  /* judged once more (replay.h): it is one of the list's
				    * own, neither on its way round nor twice here */
	int64_t recent; /* replayed: posts that its author had had accepted of
				    * late when it came */
};

struct ruling {
	const char *rule;
	enum verdict verdict;
	str reason;
	str answer; /* to the author in its place, in the list's own words; or empty */
	bool to_owners; /* who have the only copy of what it discards */
};

struct judgement {
	enum verdict verdict;
	const char *rule; /* that decided; "default" when none did */
	str reason;       /* in words, for people; of a hold all of them, one a line
			       * (said_together) */
	str answer;       /* of the rule that decided, as to_owners is */
	bool to_owners;
	struct ruling *trace; /* one a rule that was asked */
	size_t count;
};

/* A message as smtpd took it, not yet anybody's. All is borrowed. */
struct mail_in {
	str source, text, trust;
	const struct address *reverse_path;
	int64_t account;
	int64_t copy_of; /* umbrella_copy_of the reverse path */
};

/* What the bytes alone tell: header, author, hash. Once a message, under no lock.
 * ERR_LIMIT, ERR_SYNTAX: of header_scan. */
MUST_USE err post_parse(struct arena *a, const struct mail_in *m, struct post *p);

/* What one list adds to a parsed post: settings, the author's membership and role.
 * The caller keeps the parsed one and hands in a copy for each list. */
MUST_USE err post_look_up(struct book *lists, struct arena *a,
			  const struct list_entry *list, struct post *p);

/* The same post under these settings: whom the list believes. */
MUST_USE err post_under(struct book *lists, struct arena *a, const struct settings *s,
			struct post *p);

/* What the list takes of it, after a look up, under no lock: what a stranger has packed
 * may take seconds. ERR_LIMIT: of mime_parse. */
MUST_USE err post_sift(struct arena *a, struct post *p);

/* All three, for one list. */
MUST_USE err post_read(struct book *lists, struct arena *a, const struct list_entry *list,
		       const struct mail_in *m, struct post *p);

MUST_USE err rules_judge(struct book *lists, struct arena *a, const struct post *p,
			 struct judgement *j);

/* What the author of a rejected post hears: the list's own words where it has some, else
 * the reason. utf8: what answers may bear more than ASCII. */
str judgement_answer(struct arena *a, const struct judgement *j, bool utf8);

/* Whether mail to the list's owners goes to its members, where the rules let it pass: the
 * list has it so (owner_pipeline), and no program wrote it. */
bool owner_mail_is_post(struct arena *a, const struct post *p);

/* post_sift of mail to the list's owners: no more than they are asked about. */
MUST_USE err post_sift_owner(struct arena *a, struct post *p);

/* What the rules say of mail to the list's owners: owner_chain, bans and header rules, to
 * refuse or drop it; whoever is proven to be a member, or to run the list, gets past the
 * latter two. Of what goes to the members those are asked as well that keep loops and
 * harm from them, and a verdict may be to hold. The trace has these rules alone. */
MUST_USE err rules_judge_owner(struct book *lists, struct arena *a, const struct post *p,
			       struct judgement *j);

/* The trace as one line: "loop: miss; member: accept (…)". */
str judgement_text(struct arena *a, const struct judgement *j);

/* The same in words alone: "loop=miss member=accept". */
str judgement_asked(struct arena *a, const struct judgement *j);

/* Every rule, for documentation and the rule trace's page. */
struct rule_doc {
	const char *name, *text;
};
const struct rule_doc *rule_docs(size_t *count);
