/* base/catalog.h: a gettext catalog (.mo), read where it stands: nothing is copied, a
 * look-up allocates nothing.
 *
 *     struct catalog c;
 *     TRY(catalog_open(octets, &c));
 *     catalog_find(&c, STR("Sign in"));               "Anmelden", or nothing
 *     catalog_plural(&c, STR("%lld post"), 3);        "%lld Beiträge"
 *
 * The file is not trusted: every offset and the plural rule are checked when it is
 * opened, and what is not a catalog is refused as a whole. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { PLURALS_MAX = 6 };

struct catalog {
	str file;
	bool swapped;        /* written by a machine of the other byte order */
	uint32_t count;      /* of texts */
	uint32_t ids, texts; /* offsets of the two tables of (length, offset) */
	uint32_t hashes,
		hash_at;  /* the table of hashes; 0: none, so the ids are sorted */
	str plural;       /* the rule, "n != 1" */
	uint32_t plurals; /* how many forms a text has */
};

/* Views file, which must stay. ERR_SYNTAX: says what is wrong with it. */
MUST_USE err catalog_open(str file, struct catalog *c);

/* The translation, whose octet behind the end is a NUL; empty where there is none. */
str catalog_find(const struct catalog *c, str id);

/* The form for n of the text whose singular is id; empty where there is none. */
str catalog_plural(const struct catalog *c, str id, uint64_t n);

/* The i-th text, in order of ids: for whoever looks at all of them. Forms of a plural
 * stand behind each other with a NUL between. */
void catalog_at(const struct catalog *c, uint32_t i, str *id, str *text);

/* A plural rule, an expression of C over n, for n. ERR_SYNTAX: it is none, or divides
 * by zero. */
MUST_USE err plural_form(str rule, uint64_t n, uint64_t *form);
