/* lists/sort_inside.h: what arrivals.c and the files of sort share. */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"
#include "mail/header.h"
#include "store/inbound/message.h"

struct sorting { /* one recipient of one arrival */
	struct books *books;
	struct arena *a;
	const struct inbound_message *arrival;
	const struct inbound_recipient *recipient;
	str message;
	struct header header;
	struct address reverse_path;
	struct meaning meaning;
	err broken;    /* why nothing at all can be done with the message */
	bool together; /* in a transaction of the outbound book with others */
	const struct inbound_recipient *foreign; /* of a submission */
	size_t foreign_count;
};

/* Whether all that is written for the recipient stands in the outbound book, and nothing
 * of it before the rest. */
bool sort_only_leaves(struct sorting *s);

/* The recipient to where it belongs. ERR_TEMP, ERR_IO: to be tried again. */
MUST_USE err sort_take(struct sorting *s);

/* Tells whoever may be told that the recipient cannot be served, and why. */
MUST_USE err sort_give_up(struct sorting *s, err why);

/* Runs act; where it fails, what it wrote is undone as a whole, and what was written with
 * it for other mail stays. */
MUST_USE err sort_in_part(struct sorting *s, err (*act)(struct sorting *s));

/* A line in the ledger about the recipient. */
MUST_USE err sort_note(struct sorting *s, const char *what, str detail);

/* Names what is written for the recipient: "17/dev@lists.example". */
str sort_source(struct sorting *s, str name);

/* --- what is sorted: sort_post.c, sort_command.c */

MUST_USE err sort_post(struct sorting *s);
MUST_USE err sort_command(struct sorting *s);

/* A post, as the rules would have it: published, kept or refused. */
MUST_USE err sort_judged(struct sorting *s, const struct post *p,
			 const struct judgement *j);

/* Mail to Sympa's own address whose subject says "sub LIST" or "sig LIST": what it means
 * for that list. */
bool sort_names_list(const struct sorting *s, struct meaning *m);

/* What the rules reject is noted, and told to an author who is proven. */
MUST_USE err sort_rejected(struct sorting *s, const struct post *p,
			   const struct judgement *j);

/* --- who hears of it: sort_report.c */

/* Whether the return path is the sender's own: else nobody is written to. */
bool sort_has_proven_path(const struct sorting *s);

/* It was accepted, so its sender learns that it went nowhere; but nobody who may not be
 * its sender does. */
MUST_USE err sort_report(struct sorting *s, str status, str why);

/* To who asked to be told (RFC 3461 section 4.1). */
MUST_USE err sort_delivered(struct sorting *s, const struct post *p);

/* What cannot be dealt with today or tomorrow is not tried for ever: its sender
 * hears why (s->broken), or else the administrator, whose status counts all of them. */
MUST_USE err sort_report_broken(struct sorting *s);
