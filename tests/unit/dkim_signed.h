/* tests/unit/dkim_signed.h: a message, signed by keys that a table of DNS publishes, and
 * what the verifier says of it. */
#pragma once

#include "tests/check.h"
#include "tests/unit/dns_table.h"
#include "base/buf.h"
#include "trust/dkim.h"

#define MESSAGE                                         \
	STR("From: Anna <anna@uni.example>\r\n"         \
	    "To: dev@lists.example\r\n"                 \
	    "Subject: A  test\r\n"                      \
	    " of folding\r\n"                           \
	    "Date: Tue, 24 Nov 2026 04:12:09 +0000\r\n" \
	    "Message-ID: <1@uni.example>\r\n"           \
	    "\r\n"                                      \
	    "Hello \t world \r\n\r\nBye\r\n\r\n")

enum { NOW = 1800000000 };

static inline size_t verify_at(struct arena *a, struct dns_table *t, str text,
			       int64_t now, struct dkim_result **r)
{
	struct header h;
	size_t count;
	CHECK(!header_scan(a, text, &h).kind);
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, &t->resolver, 0, now };
	dkim_verify(a, &v, r, &count);
	return count;
}

static inline struct dkim_result verify(struct arena *a, struct dns_table *t, str text)
{
	struct dkim_result *r;
	size_t n = verify_at(a, t, text, NOW, &r);
	return n ? r[0] : (struct dkim_result){ .verdict = DKIM_NONE };
}

/* A key pair that is published as s._domainkey.uni.example. */
static inline struct sign_key *make_key(struct arena *a, enum sign_alg alg,
					struct dns_table *t)
{
	struct sign_key *key = NULL;
	str pem;
	CHECK(!sign_key_make(a, alg, &pem).kind);
	CHECK(!sign_key_load(a, pem, &key).kind && sign_key_alg(key) == alg);
	table_txt(t, "s._domainkey.uni.example", sign_key_record(a, key));
	return key;
}

static inline str sign(struct arena *a, const struct sign_key *key, str text,
		       str personal)
{
	struct header h;
	struct canon_body body;
	struct signing by = { key, STR("uni.example"), STR("s"), NOW };
	CHECK(!header_scan(a, text, &h).kind);
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, personal);
	return arena_cat(a, dkim_sign(a, plan, h.fields, h.count, NULL), text);
}

static inline str replaced(struct arena *a, str text, const char *old, const char *new)
{
	str at = str_find(text, str_from(old));
	CHECK(at.n);
	return arena_cat(a, str_first(text, text.n - at.n), str_from(new),
			 str_skip(at, strlen(old)));
}
