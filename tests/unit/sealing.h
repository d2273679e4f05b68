/* tests/unit/sealing.h: keys of ours, what DNS says of them, and what a reader makes of a mail that is
 * signed with them. */
#pragma once

#include "base/clock.h"
#include "dns_table.h"
#include "store_folder.h"
#include "trust/arc.h"
#include "trust/keyring.h"

static inline void publish(struct dns_table *t, const struct keyring *keys,
			   const char *domain)
{
	for (size_t i = 0; i < keys->count; i++)
		table_add(t,
			  arena_cat(t->a, keys->signers[i].selector, STR("._domainkey."),
				    str_from(domain)),
			  DNS_TXT,
			  (struct dns_record){
				  .data = sign_key_record(t->a, keys->signers[i].key) });
}

static inline size_t dkim(struct arena *a, struct dns_table *t, str text,
			  struct dkim_result **r)
{
	struct header h;
	size_t n;
	CHECK(ok(header_scan(a, text, &h)));
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, &t->resolver, 0, clock_now() };
	dkim_verify(a, &v, r, &n);
	return n;
}

static inline struct arc_result arc(struct arena *a, struct dns_table *t, str text)
{
	struct header h;
	struct arc_result out;
	CHECK(ok(header_scan(a, text, &h)));
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, &t->resolver, 0, clock_now() };
	arc_verify(a, &v, &out);
	return out;
}

static inline void make_ring(struct arena *a, struct keyring *r, str selector)
{
	static const enum sign_alg algs[] = { SIGN_RSA, SIGN_ED25519 };
	for (size_t i = 0; i < KEYRING_MAX; i++) {
		str pem;
		CHECK(ok(sign_key_make(a, algs[i], &pem)));
		CHECK(ok(keyring_add(a, r, selector, i, pem)));
	}
}
