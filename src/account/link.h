/* account/link.h: links and confirmation addresses that work once. What they
 * allow stands in a pending row; the link holds the token, the row its
 * SHA-256.
 *
 *     TRY(account_link_new(a, book, &(struct account_link){ .kind = STR("sign-in"),
 *             .address = key, .life = 3600 }, &token));
 *     TRY(account_link_see(a, book, STR("sign-in"), token, &link));   // GET: one button
 *     TRY(account_link_use(a, book, STR("sign-in"), token, &link));   // POST: and it is
 * gone
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct book;

struct account_link {
	str kind;     /* join, leave, sign-in, verify, invite, hold, challenge, set */
	int64_t list; /* 0: none */
	str address;  /* whose it is, as address_key */
	str data;     /* JSON, or empty */
	int64_t life; /* seconds; 0: three days */
};

enum { ACCOUNT_LINK_LIFE = 3 * 86400, ACCOUNT_LINK_BYTES = 12 };

/* 20 characters of base32, for a path, a query or a -confirm+TOKEN address: with the
 * longest name that a list may have its local part stays within the 64 octets of RFC
 * 5321 section 4.5.3.1.1. */
MUST_USE err account_link_new(struct arena *a, struct book *b,
			      const struct account_link *l, str *token);

/* ERR_NOTFOUND: unknown, used or expired, or of another kind. Changes nothing. */
MUST_USE err account_link_see(struct arena *a, struct book *b, str kind, str token,
			      struct account_link *out);

/* The same, and the row is gone: of two at one time one gets it. Within the caller's
 * transaction where one is open. */
MUST_USE err account_link_use(struct arena *a, struct book *b, str kind, str token,
			      struct account_link *out);
