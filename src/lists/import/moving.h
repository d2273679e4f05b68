/* lists/import/moving.h: one list on its way into our books, for the files that read
 * other list managers. What is here as it is there is left alone, so all of it may be
 * run again; each change counts in report->written.
 *
 *     x.address = STR("dev@lists.example");
 *     TRY(moving_in_transaction(&x, move_all_of_it));
 *     TRY(moving_mbox(&x, STR("/old/dev.mbox"), STR("/pipermail/dev")));
 */
#pragma once

#include "lists/books.h"
#include "lists/import/attributes.h"
#include "lists/import/report.h"
#include "store/lists/held.h"
#include "store/lists/member.h"
#include "store/lists/pending.h"
#include "store/lists/template.h"

struct moving {
	struct books *books;
	struct arena *a;  /* the list's own */
	const char *from; /* "Mailman 2" */
	const char *word; /* "mailman2": in what is kept of where it came from */
	struct mailman2_config config; /* its attributes, where they stand in one dict */
	const char *dir;
	const void *there;  /* what else its importer needs of it */
	str name;           /* there */
	str address;        /* here */
	int64_t created_at; /* there; 0: not known */
	int64_t list;
	int64_t known; /* persons up to that one were here before */
	str taken;     /* texts that it has by now, a line each */
	bool dry;
	struct import_report_list *report; /* written counts what is changed */
	const struct actor *by;
	int64_t now;
};

/* What a list manager keeps of one list may fill a file of this size, and a message. */
enum { MOVING_FILE = 256 << 20, MOVING_MESSAGE = 64 << 20 };

/* A list of that address is found or made, `all` does its work, and the audit says so: one
 * transaction, taken back in a dry run. ERR_SYNTAX: the address can be no list's. */
MUST_USE err moving_in_transaction(struct moving *x, err (*all)(struct moving *x));

/* Begins the report of a list, moves it by `all` (transaction and archive), and ends it. A
 * list that cannot be taken stands in the report with the reason. ERR_TEMP, ERR_IO. */
MUST_USE err moving_list(struct books *books, struct import_report *r,
			 const struct actor *by, struct moving *x,
			 err (*all)(struct moving *x));

/* m: what the attribute `name` there makes of the setting `key`. words: how it differs
 * where it does. now: the settings before. */
MUST_USE err moving_setting(struct moving *x, const struct settings *now, str name,
			    str key, const struct made *m, str words);

/* Notes which lists a value names. */
MUST_USE err moving_named(struct moving *x, const struct setting_def *def, str value);

/* When all lists have come, which one after another: notes of each list whose settings name one
 * that is not there, and that none of these is. */
MUST_USE err moving_look_for_lists(struct books *books, struct import_report *r);

/* And what else goes with that setting (ALSO). */
MUST_USE err moving_also(struct moving *x, const struct settings *now, str key);

/* Tells why an attribute is not carried. Of what is empty there, or as it always is here, nothing
 * is lost. value NULL: not known. */
void moving_let_go(struct moving *x, str name, const struct attribute *row,
		   const struct pickle *value);

/* Tells that no list manager of that kind has the attribute: an extension of the site's own, or a
 * later version, has added it. */
void moving_unknown(struct moving *x, str name);

/* Tells what the list has here that it had not there. */
MUST_USE err moving_news(struct moving *x);

/* The list's own text of a notice. words: what was done to it, or "". */
MUST_USE err moving_template(struct moving *x, str name, str notice, str language,
			     str text, str words);
/* The same of a domain or of the site. */
MUST_USE err moving_template_of(struct moving *x, const struct template_scope *of,
				str name, str notice, str language, str text, str words);

/* A text of Mailman's letters; what becomes of it says texts.def. */
struct moving_text {
	struct template_scope of;
	str label;    /* in the report: "de/postheld.txt" */
	str file;     /* its name there: "postheld" */
	str language; /* ours, "" of any */
	str text;
};
MUST_USE err moving_text_of(struct moving *x, const struct settings *now,
			    const struct moving_text *t);

/* A folder with a folder a language; one that is not there has none. */
struct moving_texts_at {
	struct template_scope of;
	str folder, label; /* label: what stands before their names in the report */
};
MUST_USE err moving_texts(struct moving *x, const struct settings *now,
			  const struct moving_texts_at *at);

/* What bears on all lists: like moving_in_transaction, with no list. */
MUST_USE err moving_for_all(struct moving *x, err (*all)(struct moving *x));

struct moved_member {
	str address, key; /* key: the address again, where the first is none; or "" */
	str name, language;
	str own_language;     /* the list's: it is nobody's choice */
	struct member_row as; /* delivery to hidden; off_at where delivery is off */
	int64_t joined_at;    /* 0: now */
	bool bounced;         /* as.bounce_score to warned_at count, too */
	const struct preference *own; /* NULL: as has every option. Else the membership
				       * chooses what is set in it, and has the others
				       * from above; own_language is none */
	bool follows;                 /* with own: it is the person's */
};

/* *here: it is a member now; else a note says why not. */
MUST_USE err moving_member(struct moving *x, const struct moved_member *m, bool *here);

/* All addresses of one person there: the one that a membership or a role has, then others. Of
 * who was here before nothing changes; *left counts the others that are not theirs here. */
struct moved_address {
	str text;
	int64_t verified_at; /* 0: not shown to be theirs */
	bool preferred;
};
struct moved_addresses {
	str name;
	const struct moved_address *all;
	size_t count;
};
MUST_USE err moving_addresses(struct moving *x, const struct moved_addresses *m,
			      int64_t *left);

/* What the list does with the posts of one who is no member: a word of nonmember.h. *here: as
 * above. */
MUST_USE err moving_nonmember(struct moving *x, str address, str action, bool *here);

struct moved_levels {
	str address, name; /* whose */
	struct preference of_address, of_person;
	bool follows; /* the membership is the person's, who prefers that address */
};

/* What was chosen there for all memberships of an address and of its person is so chosen here
 * where this import makes the person. Of others, who may be on other lists, it is taken into
 * *own, so that the membership chooses it on this list alone, where it has chosen nothing
 * itself. *follows: the membership may be the person's, who prefers no other address here. */
MUST_USE err moving_levels(struct moving *x, const struct moved_levels *l,
			   struct preference *own, bool *follows);

/* role: owner, moderator. *here: as above. */
MUST_USE err moving_role(struct moving *x, const char *role, str address, bool *here);
MUST_USE err moving_ban(struct moving *x, str pattern, str reason, bool *here);
str moving_ban_reason(struct moving *x); /* where none is known: where it comes from */
/* header: a field's name. pattern: of its value. */
struct header_rule_row;
MUST_USE err moving_header_row(struct moving *x, const struct header_rule_row *rule);
MUST_USE err moving_header_rule(struct moving *x, str header, str pattern, str action);

struct moving_count {
	int64_t there, here;
};

/* "Subject: pattern", one a line. anywhere: the pattern may stand anywhere in the value,
 * else where it begins. */
MUST_USE err moving_header_lines(struct moving *x, struct moving_count *r, str text,
				 const char *action, bool anywhere);

/* Mailman's bounce_matching_headers. */
MUST_USE err moving_suspicious(struct moving *x, struct moving_count *r, str text);

/* text: the post with CRLF. h: held_at, reason and reverse_path; its source is made of the
 * list's address and `id`, its id there. */
MUST_USE err moving_held(struct moving *x, str id, struct held_row *h, str text);
/* Who asks a moderator to be let in or, where `leaves`, out. *here: as above. */
MUST_USE err moving_request(struct moving *x, bool leaves, str address, str name,
			    int64_t asked_at, bool *here);

struct moved_token {
	str token; /* what was mailed there works here */
	str kind;  /* join, leave, invite, set */
	str address, name;
	str data; /* JSON; "": the name alone */
	int64_t expires_at;
};
MUST_USE err moving_pending(struct moving *x, const struct moved_token *t);

/* Who got an automatic answer from LIST, LIST-owner or LIST-request (suffix) gets no other
 * before that day, counted from 1970. */
MUST_USE err moving_answered(struct moving *x, const char *suffix, str address,
			     int64_t day);
/* Who had so many answers of any kind that day; below 0: as many as may be. */
MUST_USE err moving_answered_today(struct moving *x, str address, int64_t day,
				   int64_t times);
/* An mbox file of any size; a missing one is told in a note. pipermail, hyperkitty: as
 * import_job has them. */
MUST_USE err moving_mbox(struct moving *x, str path, str pipermail, str hyperkitty);

/* Messages in files of their own, in that order; it tells of their number. */
MUST_USE err moving_message_files(struct moving *x, const str *paths, size_t n);

/* volume and next_digest_number of x->config, for a list that has sent no digest from
 * here. sent_at: when the last one left there; 0: none did. */
MUST_USE err moving_digest_number(struct moving *x, int64_t sent_at);

/* An mbox, or MMDF, of posts that wait there for the next digest: they wait for the first here.
 * One that is not there is none. */
MUST_USE err moving_digest_posts(struct moving *x, str path);

/* A member who turned to single posts there since the last digest, and so gets the next one, of
 * the posts that wait now. form: mime, plain, summary. key: without case. Asked after moving_digest_posts. */
MUST_USE err moving_last_digest(struct moving *x, str key, str form);

/* What stands in a folder, without what begins with a dot, by name or, where by_number, those
 * whose names are numbers alone. One that is not there is empty. */
MUST_USE err moving_names(struct moving *x, str folder, bool by_number, str **names,
			  size_t *n);

/* With CRLF at each line's end, whatever stood there. */
str moving_crlf(struct arena *a, str text);

/* A plain file of theirs, to be closed. ERR_NOTFOUND. ERR_SYNTAX: it cannot be read, which is
 * the list's trouble and not that of our books, or a link to it leads out of their folder. */
MUST_USE err moving_open(const struct moving *x, struct arena *a, str path, int *fd);

/* What it says. Also ERR_LIMIT. */
MUST_USE err moving_read(const struct moving *x, struct arena *a, str path, size_t limit,
			 str *text);

/* The same for a small one, of settings or addresses. */
MUST_USE err moving_text(struct moving *x, str path, str *text);

/* A file mapped into memory. Errors as of moving_open. */
MUST_USE err moving_map(struct moving *x, str path, str *bytes);
void moving_unmap(str bytes);
size_t moving_count_messages(str mbox);
