#include "web/blob.h"

#include "base/mem.h"
#include "base/rand.h"
#include "web/version.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum { TAG_BYTES = 16, GZIP_LEAST = 512, GZIP_LEVEL = 6 };

struct blob {
	atomic_int references;
	str bytes, type;
	bool owned; /* bytes are on the heap */
	char tag[2 * TAG_BYTES + 1];
	pthread_mutex_t lock; /* of what follows */
	bool gzip_tried;
	str gzip;
};

_Static_assert(TAG_BYTES == crypto_shorthash_siphashx24_BYTES, "a tag is such a hash");
static unsigned char tag_key[16], hash_key[crypto_shorthash_siphashx24_KEYBYTES];

static void draw_keys(void)
{
	rand_bytes(tag_key, sizeof tag_key);
	rand_bytes(hash_key, sizeof hash_key);
}

/* They are this process's: after a restart a page is fetched once more. */
static void make_keys(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, draw_keys);
}

static void hash_tag(str of, unsigned char tag[TAG_BYTES])
{
	unsigned char hash[TAG_BYTES];
	crypto_shorthash_siphashx24(hash, (const unsigned char *)of.p, of.n, hash_key);
	memcpy(tag, hash, TAG_BYTES);
}

/* GMAC, since it reads seven octets in the time in which a hash reads one. As all have one
 * nonce, what is shown is a keyed hash of it, from which nobody learns that key. */
static void make_tag(str bytes, unsigned char tag[TAG_BYTES])
{
	static unsigned char iv[12];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, iv, sizeof iv),
		OSSL_PARAM_construct_end(),
	};
	make_keys();
	if (!EVP_Q_mac(NULL, "GMAC", NULL, "AES-128-GCM", params, tag_key, sizeof tag_key,
		       (const unsigned char *)(bytes.n ? bytes.p : ""), bytes.n, tag,
		       TAG_BYTES, NULL))
		mem_exhausted();
	hash_tag((str){ (const char *)tag, TAG_BYTES }, tag);
}

static void show_tag(const unsigned char hash[TAG_BYTES], char text[2 * TAG_BYTES + 1])
{
	for (size_t i = 0; i < TAG_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
}

static struct blob *make(str bytes, str type, bool owned,
			 const unsigned char hash[TAG_BYTES])
{
	struct blob *b = mem_zero(sizeof *b + type.n);
	char *text = (char *)(b + 1);
	if (type.n)
		memcpy(text, type.p, type.n);
	b->references = 1;
	b->bytes = bytes;
	b->type = (str){ text, type.n };
	b->owned = owned;
	pthread_mutex_init(&b->lock, NULL);
	show_tag(hash, b->tag);
	return b;
}

static struct blob *take_over(struct buf *body, str type, const unsigned char *tag)
{
	str bytes = { body->p ? mem_grow(body->p, body->n) : NULL, body->n };
	struct blob *b = make(bytes, type, true, tag);
	*body = (struct buf){ 0 };
	return b;
}

struct blob *blob_new(struct buf *body, str type)
{
	unsigned char tag[TAG_BYTES];
	make_tag(buf_str(body), tag);
	return take_over(body, type, tag);
}

struct blob *blob_named(struct buf *body, str type, str name)
{
	unsigned char tag[TAG_BYTES];
	make_keys();
	hash_tag(name, tag);
	return take_over(body, type, tag);
}

struct blob *blob_of(str forever, str type)
{
	unsigned char tag[TAG_BYTES];
	make_tag(forever, tag);
	return make(forever, type, false, tag);
}

struct blob *blob_ref(struct blob *b)
{
	atomic_fetch_add_explicit(&b->references, 1, memory_order_relaxed);
	return b;
}

void blob_unref(struct blob *b)
{
	if (!b || atomic_fetch_sub(&b->references, 1) > 1)
		return;
	if (b->owned)
		free((void *)(uintptr_t)b->bytes.p);
	free((void *)(uintptr_t)b->gzip.p);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

str blob_bytes(const struct blob *b)
{
	return b->bytes;
}

str blob_type(const struct blob *b)
{
	return b->type;
}

str blob_tag(const struct blob *b)
{
	return str_from(b->tag);
}

/* ---- gzip */

static str compress_bytes(str bytes)
{
	z_stream z = { 0 };
	if (bytes.n < GZIP_LEAST || bytes.n > UINT32_MAX
	    || deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY)
		       != Z_OK)
		return STR_NONE;
	size_t room = deflateBound(&z, bytes.n);
	char *out = mem_alloc(room);
	z.next_in = (unsigned char *)(uintptr_t)bytes.p;
	z.avail_in = (unsigned)bytes.n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)room;
	int code = deflate(&z, Z_FINISH);
	size_t n = room - z.avail_out;
	deflateEnd(&z);
	if (code != Z_STREAM_END || n > bytes.n - bytes.n / 10) {
		free(out);
		return STR_NONE;
	}
	return (str){ mem_grow(out, n), n };
}

str blob_gzip(struct blob *b)
{
	pthread_mutex_lock(&b->lock);
	if (!b->gzip_tried) {
		b->gzip = compress_bytes(b->bytes);
		b->gzip_tried = true;
	}
	str gzip = b->gzip;
	pthread_mutex_unlock(&b->lock);
	return gzip;
}

/* RFC 9110 section 12.5.3, as much of it as matters: gzip;q=0 says no. */
bool accepts_coding(str list, str wanted)
{
	while (list.n) {
		str item, rest = STR_NONE, coding, weight = STR_NONE;
		if (!str_cut(list, ',', &item, &rest))
			item = list;
		list = rest;
		if (!str_cut(item, ';', &coding, &weight))
			coding = item;
		if (!str_ieq(str_trim(coding), wanted))
			continue;
		weight = str_trim(weight);
		if (!str_istarts(weight, STR("q=0")))
			return true;
		for (size_t i = 3; i < weight.n; i++) /* q=0.5; but q=0.000 */
			if (weight.p[i] >= '1' && weight.p[i] <= '9')
				return true;
		return false;
	}
	return false;
}

static bool takes_gzip(const struct request *q)
{
	return accepts_coding(request_header(q, "accept-encoding"), STR("gzip"));
}

bool response_has(const struct request *q, struct response *r, str name)
{
	unsigned char hash[TAG_BYTES];
	char text[2 * TAG_BYTES + 1];
	str has = request_header(q, "if-none-match");
	if (!has.n)
		return false;
	make_keys();
	hash_tag(name, hash);
	show_tag(hash, text);
	str tag = arena_copy(r->arena, str_from(text));
	str gzip = arena_cat(r->arena, tag, STR("-gz"));
	if (takes_gzip(q)
	    && etag_listed(has, arena_cat(r->arena, STR("\""), gzip, STR("\""))))
		return response_unchanged(q, r, gzip);
	return etag_listed(has, arena_cat(r->arena, STR("\""), tag, STR("\"")))
	       && response_unchanged(q, r, tag);
}

static bool is_text(str type)
{
	return !type.n || str_starts(type, STR("text/"))
	       || str_starts(type, STR("application/json"));
}

static bool has_tag(const struct response *r)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_eq(r->headers[i].name, STR("ETag")))
			return true;
	return false;
}

/* What has a version is one of these octets. For guests alone: to others a page may repeat what was asked for beside what only they may
 * see (BREACH). */
void response_squeeze(const struct request *q, struct response *r)
{
	if (r->blob || r->stream || q->session || r->status == 206
	    || r->body.n < GZIP_LEAST || !is_text(r->type) || has_tag(r))
		return;
	response_header(r, STR("Vary"), STR("Accept-Encoding"));
	str gzip = takes_gzip(q) ? compress_bytes(buf_str(&r->body)) : STR_NONE;
	if (!gzip.n)
		return;
	buf_clear(&r->body);
	buf_add(&r->body, gzip);
	free((void *)(uintptr_t)gzip.p);
	response_header(r, STR("Content-Encoding"), STR("gzip"));
}

void response_blob(const struct request *q, struct response *r, struct blob *b)
{
	bool takes = takes_gzip(q);
	str gzip = takes ? blob_gzip(b) : STR_NONE;
	str tag = blob_tag(b);
	/* another representation needs another strong tag (RFC 9110 section 8.8.1) */
	if (gzip.n)
		tag = arena_cat(r->arena, tag, STR("-gz"));
	else
		tag = arena_copy(r->arena, tag);
	r->type = arena_copy(r->arena, b->type);
	response_header(r, STR("Vary"),
			str_starts(b->type, STR("text/html"))
				? STR("Accept-Encoding, Accept-Language")
				: STR("Accept-Encoding"));
	if (response_unchanged(q, r, tag)) {
		blob_unref(b);
		return;
	}
	if (gzip.n)
		response_header(r, STR("Content-Encoding"), STR("gzip"));
	r->blob = b;
	r->blob_bytes = gzip.n ? gzip : b->bytes;
}

/* ---- files */

static void send_ranges(struct response *r, struct blob *b, const struct range_set *set)
{
	struct range_parts p;
	version_parts(r->arena, set, b->type, (int64_t)b->bytes.n, &p);
	r->type = p.type;
	for (size_t i = 0; i < set->count; i++)
		buf_cat(&r->body, p.heads[i],
			str_first(str_skip(b->bytes, (size_t)set->rows[i].from),
				  (size_t)set->rows[i].count));
	buf_add(&r->body, p.end);
	blob_unref(b);
}

/* Ranges are of the octets as they are: what is compressed goes whole. */
void response_file(const struct request *q, struct response *r, struct blob *b, str tag)
{
	bool ranged = request_header(q, "range").n && !q->head;
	bool takes = accepts_coding(request_header(q, "accept-encoding"), STR("gzip"));
	str gzip = takes && !ranged ? blob_gzip(b) : STR_NONE;
	str bytes = gzip.n ? gzip : b->bytes;
	struct version v = version_of(
		r->arena, gzip.n ? arena_cat(r->arena, tag, STR("-gz")) : tag, -1);
	struct range_set set;
	r->type = arena_copy(r->arena, b->type);
	response_header(r, STR("Vary"), STR("Accept-Encoding"));
	int status = version_choose(q, r, &v, (int64_t)bytes.n, &set);
	if (!status) {
		blob_unref(b);
		return;
	}
	if (gzip.n)
		response_header(r, STR("Content-Encoding"), STR("gzip"));
	version_say(r, status, &set, (int64_t)bytes.n);
	if (set.count > 1) {
		send_ranges(r, b, &set);
		return;
	}
	r->blob = b;
	r->blob_bytes = str_first(str_skip(bytes, (size_t)set.rows[0].from),
				  (size_t)set.rows[0].count);
}
