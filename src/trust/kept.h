/* trust/kept.h: the answers of DNS that a verdict rested on, kept with the
 * message, so that a role without a network can judge DKIM and DMARC again, over
 * the copy as it will leave.
 *
 *     struct kept kept;
 *     kept_record(&kept, a, resolver);          a resolver that remembers
 *     ... judge with &kept.resolver ...
 *     kept_json(&text, &kept);
 *
 *     kept_replay(&kept, a, json_object_get(o, "dns"));
 *     ... judge with &kept.resolver: what was not asked then, fails now ... */
#pragma once

#include "base/buf.h"
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
void kept_json(struct buf *out, const struct kept *k); /* adds an array */

/* Adds a JSON string of bytes that anyone may have chosen: UTF-8, no NUL. */
void kept_text(struct buf *out, struct arena *a, str text);

/* Rows that kept_json would not write are left out. json may be NULL. */
void kept_replay(struct kept *k, struct arena *a, const json_t *json);
