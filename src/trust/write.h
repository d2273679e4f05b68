/* trust/write.h: how a signature field of ours is put on paper: folded tags,
 * b= filled in last. Inside src/trust only.
 *
 *     struct writer w = { 0 };
 *     writer_begin(&w, "DKIM-Signature");
 *     writer_tag(&w, "a", STR("rsa-sha256"));
 *     writer_names(&w, "h", names);
 *     writer_b(&w);                        b= will stand here
 *     writer_canon(&w, &to_be_hashed);
 *     the field is w.text up to w.b_at, the signature, the rest, CRLF
 *     buf_free(&w.text);
 */
#pragma once

#include "base/buf.h"
#include "mail/header.h"
#include "trust/canon.h"

struct writer {
	struct buf text;
	size_t column;
	size_t b_at;  /* where b='s value goes */
	bool started; /* the next tag needs a ; before it */
};

void writer_begin(struct writer *w, const char *field);
void writer_tag(struct writer *w, const char *name, str value);
void writer_names(struct writer *w, const char *name, str names); /* folds at : */
void writer_b(struct writer *w);

/* Adds the relaxed canonical form of what is written, b= empty, no CRLF. */
void writer_canon(const struct writer *w, struct buf *out);

/* A long b= broken into lines as the rest of the field is. */
str write_folded(struct arena *a, str b);

/* The names for h=: every field of the header that is worth signing, as often
 * as it stands there, and once more where a second one could mislead a reader
 * (RFC 6376 section 8.15). Without those of skip ("list-unsubscribe:to"). */
str sign_names(struct arena *a, const struct header *h, str skip);
