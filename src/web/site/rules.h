/* web/site/rules.h: a folder's .access: who may read it and what is below it, and who minds
 * it. Pure.
 *
 *     # the group's downloads
 *     allow members of developer, users@lists.example
 *     allow person anna@uni.example
 *     deny person ben@uni.example
 *     manage person olga@uni.example
 *     listing yes
 *     log yes
 *     upload members of developer
 *     replace yes
 *     licence LICENCE.md
 *     licence-asks institution
 *
 *     TRY(rules_parse(a, text, &folder));
 *     rules_enter(a, &rules, &folder, depth);      // from the root down
 *     TRY(rules_decide(&rules, holds, ctx, &d));   // d.allowed, d.by
 *
 * A folder without an allow line has those of the folder above it; one that has some has
 * these alone. A deny holds in the folder and all below it, whatever is allowed there.
 * Where no folder on the way allows anybody in so many words, everybody may read. Who manages
 * a folder manages all below it. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { RULES_MAX = 16384, RULES_MOST = 200 }; /* octets, and rules of one folder */

enum rule_who {
#define WHO(name, words, takes, text) RULE_##name,
#include "web/site/rules.def"
#undef WHO
	RULE_WHO_COUNT
};

enum rule_deed { RULE_ALLOW, RULE_DENY, RULE_MANAGE, RULE_UPLOAD, RULE_DEED_COUNT };

struct rule {
	enum rule_deed deed;
	enum rule_who who;
	str name;     /* of a list or an address; else empty */
	int line;     /* of the file */
	size_t depth; /* of the folder, root 0 */
};

enum { LICENCE_NAME = 1, LICENCE_INSTITUTION = 2 }; /* licence_asks */

enum rules_switch { RULES_AS_ABOVE, RULES_NO, RULES_YES };

struct rules {
	const struct rule *rows;
	size_t count;
	bool allows;  /* one of them is an allow */
	bool uploads; /* or an upload: of those as of allow the nearest folder's hold */
	enum rules_switch listing;
	enum rules_switch replace; /* who sent a file may send another of its name */
	enum rules_switch log; /* as above all: what not everybody may read is logged */
	/* A text beside the .access that is accepted before anything is read. */
	str licence; /* its name; empty: none */
	unsigned licence_asks;
	int licence_line;
	size_t licence_depth;
	str licence_text, licence_hash; /* from access_look */
	str broken; /* a .access on the way cannot be read: why; nobody may */
	size_t broken_depth;
};

/* What one .access says. ERR_SYNTAX: names the line and what is wrong with it.
 * ERR_LIMIT: more than RULES_MAX octets or RULES_MOST rules. */
MUST_USE err rules_parse(struct arena *a, str text, struct rules *r);

/* One folder further down: *r is what holds there. */
void rules_enter(struct arena *a, struct rules *r, const struct rules *folder,
		 size_t depth);
void rules_break(struct rules *r, str why, size_t depth);

/* Everybody may, whoever they are: caches may keep it. */
bool rules_are_public(const struct rules *r);

struct decision {
	bool allowed;
	const struct rule *by; /* NULL: no rule speaks of who asks, or there are none */
};

/* holds: whether a rule speaks of who asks. What it fails with is passed on. */
MUST_USE err rules_decide(const struct rules *r,
			  err (*holds)(void *ctx, const struct rule *rule, bool *yes),
			  void *ctx, struct decision *d);

/* Who has which file is kept: web/site/log.h. */
bool rules_keep_log(const struct rules *r);

/* Whether a rule of that deed, but allow and deny, speaks of who asks. Where no line says who
 * manages, it is who owns a list whose members, moderators or owners are allowed. */
MUST_USE err rules_name(const struct rules *r, enum rule_deed deed,
			err (*holds)(void *ctx, const struct rule *rule, bool *yes),
			void *ctx, bool *yes);

/* "deny person ben@uni.example", as it could stand in the file. */
str rule_text(struct arena *a, const struct rule *r);
