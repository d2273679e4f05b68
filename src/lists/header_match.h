/* lists/header_match.h: rules about header fields (Mailman 2's spam filters, Mailman 3's
 * header-matches): what a rule may be, and keeping it with its row in the audit. Which
 * posts they fit decides the rule header_match (rules_message.c).
 *
 *     struct header_rule_row r = { .list = list->id, .header = STR("Subject"),
 *                                  .pattern = STR("^win"), .action = STR("hold") };
 *     TRY(header_match_put(books, a, &r, &by));
 */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"
#include "store/lists/header_rule.h"

enum { HEADER_MATCH_MAX = 200, HEADER_MATCH_TEXT = 500 /* octets of reason and tag */ };

/* ERR_SYNTAX: no name of a field, no regular expression (it says at which character), no
 * action, or too long a text. */
MUST_USE err header_match_check(struct arena *a, const struct header_rule_row *r);

/* id 0: a new one, at the end, or the one with that header and pattern as it is now; else
 * the rule of that id at its place. ERR_SYNTAX: as above. ERR_NOTFOUND, ERR_DENIED: of
 * header_rule_change. ERR_LIMIT: the list has HEADER_MATCH_MAX. */
MUST_USE err header_match_put(struct books *books, struct arena *a,
			      struct header_rule_row *r, const struct actor *by);

/* ERR_NOTFOUND: no such rule. */
MUST_USE err header_match_drop(struct books *books, struct arena *a,
			       const struct header_rule_row *r, const struct actor *by);

/* place: 0 is asked first. ERR_NOTFOUND: no such rule. */
MUST_USE err header_match_move(struct books *books, struct arena *a, int64_t list,
			       int64_t id, size_t place, const struct actor *by);

/* The pattern that fits a text and whatever holds it. */
str header_match_quote(struct arena *a, str text);

/* The header rules that bear on p's list, and what they say of its fields and, where there
 * are rules, those of the parts within it: of its files, and of messages in it. These are
 * read once for all lists that the message is for. Under no lock but the first.
 * ERR_LIMIT: of mime_parse. */
MUST_USE err header_match_look_up(struct book *lists, struct arena *a, struct post *p);
MUST_USE err header_match_sift(struct arena *a, struct post *p);
