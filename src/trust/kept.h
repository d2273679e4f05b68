/* trust/kept.h: the answers of DNS that a verdict rested on, kept with the
 * message, so that a role without a network can judge DKIM and DMARC again, over
 * the copy as it will leave.
 *
 *     struct kept kept;
 *     kept_record(&kept, a, resolver);          a resolver that remembers
 *     ... judge with &kept.resolver ...
 *     json_object_set_new(o, "dns", kept_json(&kept));
 *
 *     kept_replay(&kept, a, json_object_get(o, "dns"));
 *     ... judge with &kept.resolver: what was not asked then, fails now ... */
#pragma once

#include "net/resolver.h"

#include <jansson.h>

struct kept {
	struct resolver resolver;
	struct resolver *below; /* NULL: only what was kept */
	struct arena *a;
	struct kept_row *rows;
	size_t count, room;
};

/* Records keys (NAME._domainkey.DOMAIN), policies (_dmarc.DOMAIN) and whether a
 * name asked for its address exists. */
void kept_record(struct kept *k, struct arena *a, struct resolver *below);
json_t *kept_json(const struct kept *k); /* an array; the caller's reference */

/* A JSON string of bytes that anyone may have chosen: UTF-8, no NUL. */
json_t *kept_text(struct arena *a, str text);

/* Rows that kept_json would not write are left out. json may be NULL. */
void kept_replay(struct kept *k, struct arena *a, const json_t *json);
