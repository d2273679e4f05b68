/* web/blob.h: a finished body that many answers share: counted, never changed,
 * compressed at most once.
 *
 *     struct blob *b = blob_new(&page, STR("text/html; charset=utf-8"));
 *     cache_put(cache, key, b);
 *     response_blob(q, r, b);        // the answer takes this reference over
 */
#pragma once

#include "web/request.h"

struct blob;

/* Takes the bytes of body over; body is empty afterwards. One reference. */
struct blob *blob_new(struct buf *body, str type);
/* The same where name tells it from every other, so that its octets need not be hashed:
 * what bears the same name holds the same. */
struct blob *blob_named(struct buf *body, str type, str name);
struct blob *blob_of(str forever, str type); /* of bytes that stay for ever */
struct blob *blob_ref(struct blob *b);
void blob_unref(struct blob *b); /* NULL is fine; any thread */

str blob_bytes(const struct blob *b);
str blob_type(const struct blob *b);
str blob_tag(const struct blob *b); /* a keyed hash of its bytes or name, 32
					   characters */

/* The bytes as gzip; STR_NONE where that is no gain. */
str blob_gzip(struct blob *b);

/* Answers with b: its type, a strong ETag, 304 where the client has it, gzip
 * where the client takes it. The reference becomes the response's. */
void response_blob(const struct request *q, struct response *r, struct blob *b);

/* Whether the client has, compressed or not, what blob_named calls so: then 304 is the answer,
 * and it need not be made. */
bool response_has(const struct request *q, struct response *r, str name);

/* Compresses the body of an answer that is no blob, where the client takes it. */
void response_squeeze(const struct request *q, struct response *r);

/* The same of what is saved rather than read: also ranges of it (web/version.h). tag: text that
 * tells its octets from all others, the same in every process, so that a download that a
 * restart broke off goes on. */
void response_file(const struct request *q, struct response *r, struct blob *b, str tag);

/* Does Accept-Encoding name this coding, and not with q=0? */
bool accepts_coding(str accept_encoding, str coding);
