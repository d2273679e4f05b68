/* store/foreign/mailman3.h: the database of Mailman 3's core (SQLite), as rows in its own
 * words. Times are seconds. Built on Mailman 3.3; what an older one lacks is said so.
 *
 *     struct book *b;
 *     TRY(mailman3_open(a, "/var/lib/mailman3/data/mailman.db", &b));
 *     TRY(mailman3_lists(b, a, &list, &count));
 */
#pragma once

#include "store/store.h"

struct mailman3_list {
	int64_t id;
	str list_id; /* "dev.lists.example" */
	str name, host;
};

/* A column of a list's row. */
struct mailman3_value {
	str name;
	enum {
		MAILMAN3_NONE,
		MAILMAN3_NUMBER,
		MAILMAN3_REAL,
		MAILMAN3_TEXT,
		MAILMAN3_BLOB,
		MAILMAN3_LIST /* no column has one; who tells of a list otherwise may */
	} type;
	int64_t number;
	double real;
	str text;         /* BLOB: a pickle, but for moderator_password */
	const str *items; /* of a LIST */
	size_t count;
};

enum { MAILMAN3_MEMBER = 1, MAILMAN3_OWNER, MAILMAN3_MODERATOR };

/* What is chosen at one level; -1, and no language, where it says nothing. */
struct mailman3_likes {
	int64_t acknowledge, hide, list_copy, own_posts, mode, status;
	str language;
};

struct mailman3_address {
	str email; /* as its owner writes it */
	int64_t verified_at;
	bool preferred; /* of its user */
};

struct mailman3_member {
	int64_t id, role;
	str email;      /* as its owner writes it */
	str name;       /* of the address, else of the user */
	int64_t action; /* hold, reject, discard, accept, defer; -1 */
	bool as_user;   /* reached at whichever address the user prefers */
	int64_t verified_at;
	int64_t user;                       /* 0: none; of a database */
	int64_t addresses;                  /* of its user */
	const struct mailman3_address *all; /* where there are several; mailman3_members
					     * leaves them out */
	struct mailman3_likes own, of_address, of_user;
	int64_t bounce_score, bounced_at, warned_at, warnings;
};

struct mailman3_match {
	str header, pattern, chain;
};

struct mailman3_line { /* of a list's small tables */
	int64_t type;  /* of contentfilter: 0 filter_types … 3 pass_extensions; of a
		       * nonmember: the action, -1 none */
	str text;
};

struct mailman3_domain {
	int64_t id;
	str name, description, alias;
	struct mailman3_line
		*owner; /* an address each; mailman3_domains leaves them out */
	size_t owners;
};

/* What bears on all lists. */
struct mailman3_site {
	struct mailman3_line *ban;
	struct mailman3_domain *domain;
	size_t bans, domains;
	int64_t owners; /* of the whole server */
};

/* What waits: a token with its pairs of key and value. */
struct mailman3_pended {
	int64_t id;
	str token;
	int64_t expires_at;
};
struct mailman3_pair {
	str key, value; /* value as it stands: JSON, mostly */
};

struct mailman3_held {
	int64_t id;
	str message_id;
	str token; /* of the pended row that tells of it */
	str path;  /* of the pickled message, below messages/; "" none */
};

/* ERR_NOTFOUND, ERR_SYNTAX, ERR_DENIED: as foreign_open says. */
MUST_USE err mailman3_open(struct arena *a, const char *path, struct book **b);

MUST_USE err mailman3_lists(struct book *b, struct arena *a, struct mailman3_list **list,
			    size_t *count);
MUST_USE err mailman3_attributes(struct book *b, struct arena *a, int64_t id,
				 struct mailman3_value **value, size_t *count);
MUST_USE err mailman3_aliases(struct book *b, struct arena *a, int64_t id,
			      struct mailman3_line **line, size_t *count);
MUST_USE err mailman3_filters(struct book *b, struct arena *a, int64_t id,
			      struct mailman3_line **line, size_t *count);
MUST_USE err mailman3_matches(struct book *b, struct arena *a, int64_t id,
			      struct mailman3_match **match, size_t *count);
MUST_USE err mailman3_templates(struct book *b, struct arena *a, str list_id,
				struct mailman3_pair **name_and_uri, size_t *count);

/* In order of id after that one; nonmembers are not among them. */
MUST_USE err mailman3_members(struct book *b, struct arena *a, str list_id, int64_t after,
			      size_t limit, struct mailman3_member **m, size_t *count);
MUST_USE err mailman3_addresses(struct book *b, struct arena *a, int64_t user,
				struct mailman3_address **x, size_t *count);
MUST_USE err mailman3_nonmembers(struct book *b, struct arena *a, str list_id,
				 struct mailman3_line **line, size_t *count);
MUST_USE err mailman3_server_owners(struct book *b, int64_t *count);

/* All of them, and who owns one: an address a user. */
MUST_USE err mailman3_domains(struct book *b, struct arena *a, struct mailman3_domain **d,
			      size_t *count);
MUST_USE err mailman3_domain_owners(struct book *b, struct arena *a, int64_t domain,
				    struct mailman3_line **line, size_t *count);

MUST_USE err mailman3_bans(struct book *b, struct arena *a, str list_id,
			   struct mailman3_line **line, size_t *count);
MUST_USE err mailman3_site_bans(struct book *b, struct arena *a,
				struct mailman3_line **line, size_t *count);

/* The newest day on which an address got an answer of that kind, and how many on it. */
struct mailman3_answer {
	str email;
	int64_t kind; /* 1 a post is held, 2 a command, 3 to owners, 4 to posts */
	int64_t day;  /* counted from 1970 */
	int64_t times;
};
MUST_USE err mailman3_answers(struct book *b, struct arena *a, int64_t id,
			      struct mailman3_answer **r, size_t *count);

MUST_USE err mailman3_held_posts(struct book *b, struct arena *a, int64_t id,
				 struct mailman3_held **h, size_t *count);
/* Those that belong to a list; key `list_id` says so. */
MUST_USE err mailman3_pended(struct book *b, struct arena *a, str list_id,
			     struct mailman3_pended **p, size_t *count);
MUST_USE err mailman3_pairs(struct book *b, struct arena *a, int64_t pended,
			    struct mailman3_pair **pair, size_t *count);
MUST_USE err mailman3_pairs_of_token(struct book *b, struct arena *a, str token,
				     struct mailman3_pair **pair, size_t *count);
