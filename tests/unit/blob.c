#include "web/cache.h"
#include "web/router.h"

#include "tests/check.h"

#include <zlib.h>

static struct blob *text_blob(const char *line, int times)
{
	struct buf b = { 0 };
	for (int i = 0; i < times; i++)
		buf_addf(&b, "%s %d\n", line, i % 100);
	return blob_new(&b, STR("text/plain"));
}

static void encodings(void)
{
	static const struct {
		const char *header;
		bool gzip;
	} cases[] = {
		{ "", false },
		{ "gzip", true },
		{ "deflate, GZip", true },
		{ "br;q=1, gzip;q=0.5", true },
		{ "gzip;q=0", false },
		{ "gzip; q=0.0", false },
		{ "gzip;q=0.1", true },
		{ "xgzip", false },
		{ "identity", false },
		{ "*", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(accepts_coding(str_from(cases[i].header), STR("gzip"))
		      == cases[i].gzip);
}

static void gzip_is_right(void)
{
	struct blob *b = text_blob("a line of a page", 5000), *small = text_blob("x", 3);
	str zipped = blob_gzip(b), plain = blob_bytes(b);
	unsigned char out[200000];
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)zipped.p,
		       .avail_in = (unsigned)zipped.n,
		       .next_out = out,
		       .avail_out = sizeof out };
	CHECK(zipped.n && zipped.n < plain.n / 4);
	CHECK(inflateInit2(&z, 15 + 16) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END);
	CHECK(z.total_out == plain.n && !memcmp(out, plain.p, plain.n));
	inflateEnd(&z);
	CHECK(blob_gzip(b).p == zipped.p); /* once */
	CHECK(!blob_gzip(small).n);
	blob_unref(b);
	blob_unref(small);
	blob_unref(NULL);
}

static str header(const struct response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_eq(r->headers[i].name, str_from(name)))
			return r->headers[i].value;
	return STR_NONE;
}

static void answer(struct arena *a, struct blob *b, const char *accept, str known,
		   struct response *r)
{
	struct pair *headers = arena_zero(a, 2 * sizeof *headers);
	headers[0] = (struct pair){ .name = STR("Accept-Encoding"),
				    .value = str_from(accept) };
	headers[1] = (struct pair){ .name = STR("If-None-Match"), .value = known };
	struct request q = { .arena = a, .method = GET, .headers = { headers, 2 } };
	*r = (struct response){ .arena = a, .status = 200 };
	response_blob(&q, r, blob_ref(b));
	blob_unref(r->blob);
}

/* A tag by a name: the same for the same, and nothing of the octets. */
static void names(void)
{
	struct blob *b[3];
	static const char *const name[] = { "page 1", "page 1", "page 2" };
	for (size_t i = 0; i < 3; i++) {
		struct buf body = { 0 };
		buf_addf(&body, "version %zu", i);
		b[i] = blob_named(&body, STR("text/plain"), str_from(name[i]));
		CHECK(!body.p && blob_bytes(b[i]).n == 9 && blob_tag(b[i]).n == 32);
	}
	CHECK(str_eq(blob_tag(b[0]), blob_tag(b[1])));
	CHECK(!str_eq(blob_tag(b[0]), blob_tag(b[2])));
	for (size_t i = 0; i < 3; i++)
		blob_unref(b[i]);
}

static void versions(void)
{
	ARENA(a);
	struct response r;
	struct blob *b = text_blob("a line of a page", 5000);
	struct blob *same = text_blob("a line of a page", 5000);
	struct blob *other = text_blob("a line of a pagE", 5000);
	CHECK(str_eq(blob_tag(b), blob_tag(same)) && blob_tag(b).n == 32);
	CHECK(!str_eq(blob_tag(b), blob_tag(other)));

	answer(a, b, "", STR_NONE, &r);
	str plain = header(&r, "ETag");
	CHECK(r.status == 200 && r.blob_bytes.n == blob_bytes(b).n);
	CHECK(!header(&r, "Content-Encoding").n);
	answer(a, b, "gzip", STR_NONE, &r);
	str zipped = header(&r, "ETag");
	CHECK(r.status == 200 && r.blob_bytes.n < blob_bytes(b).n);
	CHECK(str_eq(header(&r, "Content-Encoding"), STR("gzip")));
	CHECK(str_eq(header(&r, "Vary"), STR("Accept-Encoding")));
	CHECK(!str_eq(plain, zipped));

	answer(a, b, "", plain, &r);
	CHECK(r.status == 304 && !r.blob && header(&r, "Vary").n);
	answer(a, b, "gzip", zipped, &r);
	CHECK(r.status == 304);
	answer(a, b, "gzip", arena_cat(a, STR("\"x\", W/"), zipped), &r);
	CHECK(r.status == 304);
	answer(a, b, "gzip", plain, &r);
	CHECK(r.status == 200);
	blob_unref(b);
	blob_unref(same);
	blob_unref(other);
}

static const struct router router = { .site = { .lang = { "en", 2 } } };

/* What is sent of the octets 0 to 9, by a client that takes gzip. */
static void ask_file(struct arena *a, const char *range, const char *if_range,
		     const char *if_match, struct response *r)
{
	struct pair *headers = arena_zero(a, 4 * sizeof *headers);
	struct buf ten = { 0 };
	buf_add(&ten, STR("0123456789"));
	headers[0] = (struct pair){ .name = STR("Range"), .value = str_from(range) };
	headers[1] = (struct pair){ .name = STR("If-Range"),
				    .value = str_from(if_range) };
	headers[2] = (struct pair){ .name = STR("If-Match"),
				    .value = str_from(if_match) };
	headers[3] = (struct pair){ .name = STR("Accept-Encoding"),
				    .value = STR("gzip") };
	struct request q = {
		.arena = a, .method = GET, .headers = { headers, 4 }, .router = &router
	};
	*r = (struct response){ .arena = a, .status = 200 };
	response_file(&q, r, blob_new(&ten, STR("text/plain")), STR("tag"));
}

static void ranges(void)
{
	static const struct {
		const char *range, *if_range, *if_match;
		int status;
		const char *sent, *content_range;
	} cases[] = {
		{ "", "", "", 200, "0123456789", "" },
		{ "bytes=2-4", "", "", 206, "234", "bytes 2-4/10" },
		{ "bytes=7-", "", "", 206, "789", "bytes 7-9/10" },
		{ "bytes=-2", "", "", 206, "89", "bytes 8-9/10" },
		{ "bytes=0-99", "", "", 206, "0123456789", "bytes 0-9/10" },
		{ "bytes=10-", "", "", 416, NULL, "bytes */10" },
		{ "bytes=4-2", "", "", 200, "0123456789", "" },
		{ "lines=1-2", "", "", 200, "0123456789", "" },
		{ "bytes=2-4", "\"tag\"", "", 206, "234", "bytes 2-4/10" },
		{ "bytes=2-4", "\"other\"", "", 200, "0123456789", "" },
		{ "bytes=2-4", "W/\"tag\"", "", 200, "0123456789", "" },
		{ "bytes=2-4", "Sun, 06 Nov 1994 08:49:37 GMT", "", 200, "0123456789",
		  "" },
		{ "bytes=2-4", "", "\"tag\"", 206, "234", "bytes 2-4/10" },
		{ "bytes=2-4", "", "\"other\"", 412, NULL, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct response r;
		ask_file(a, cases[i].range, cases[i].if_range, cases[i].if_match, &r);
		CHECK(r.status == cases[i].status);
		CHECK(str_eq(header(&r, "Content-Range"),
			     str_from(cases[i].content_range)));
		CHECK(str_eq(header(&r, "Accept-Ranges"), STR("bytes")));
		CHECK(!header(&r, "Last-Modified").n);
		if (cases[i].sent)
			CHECK(r.blob && str_eq(r.blob_bytes, str_from(cases[i].sent)));
		else
			CHECK(!r.blob);
		blob_unref(r.blob);
		buf_free(&r.body);
	}
}

static void several_ranges(void)
{
	ARENA(a);
	struct response r;
	BUF(big);
	for (int i = 0; i < 500; i++)
		buf_addf(&big, "%03d,", i);
	struct pair range = { .name = STR("Range"), .value = STR("bytes=0-2,-4") };
	struct request q = { .arena = a, .method = GET, .headers = { &range, 1 } };
	r = (struct response){ .arena = a, .status = 200 };
	response_file(&q, &r, blob_new(&big, STR("text/csv")), STR("tag"));
	str body = buf_str(&r.body);
	CHECK(r.status == 206 && !r.blob
	      && str_starts(r.type, STR("multipart/byteranges; boundary=")));
	CHECK(str_find(body, STR("Content-Type: text/csv\r\nContent-Range: bytes "
				 "0-2/2000\r\n\r\n000\r\n--"))
		      .n);
	CHECK(str_find(body, STR("bytes 1996-1999/2000\r\n\r\n499,\r\n--")).n);
	CHECK(str_ends(body, STR("--\r\n")));
	buf_free(&r.body);
}

static struct cache_key *key(struct arena *a, str page, const char *state)
{
	struct cache_key *k = arena_alloc(a, sizeof *k);
	*k = (struct cache_key){ page, str_from(state) };
	return k;
}

static void cache(void)
{
	ARENA(a);
	struct cache *c = cache_new(100000);
	CHECK(cache_get(c, key(a, STR("a"), "1")) == NULL);
	struct blob *b = text_blob("one", 100), *huge = text_blob("huge", 20000);
	cache_put(c, key(a, STR("a"), "1"), b);
	cache_put(c, key(a, STR("huge"), "1"), huge);
	struct blob *got = cache_get(c, key(a, STR("a"), "1"));
	CHECK(got == b && !cache_get(c, key(a, STR("huge"), "1")));
	blob_unref(got);
	for (int i = 0; i < 1000; i++) {
		struct blob *each = text_blob("each", 100);
		cache_put(c, key(a, arena_printf(a, "key %d", i % 500), "1"), each);
		blob_unref(each);
		blob_unref(cache_get(c, key(a, STR("a"), "1"))); /* keeps it young */
		CHECK(cache_octets(c) <= 100000);
	}
	got = cache_get(c, key(a, STR("a"), "1"));
	CHECK(got == b);
	CHECK(cache_get(c, key(a, STR("key 0"), "1")) == NULL);
	struct blob *last = cache_get(c, key(a, STR("key 499"), "1"));
	CHECK(last != NULL);
	cache_free(c); /* those who hold a blob keep it */
	CHECK(str_starts(blob_bytes(last), STR("each 0\n")));
	blob_unref(last);
	blob_unref(got);
	blob_unref(b);
	blob_unref(huge);
}

/* One state of a page at a time; a reader of the old one keeps it. */
static void states(void)
{
	ARENA(a);
	struct cache *c = cache_new(100000);
	struct blob *old = text_blob("old", 100), *new = text_blob("new", 100);
	cache_put(c, key(a, STR("a"), "1"), old);
	size_t one = cache_octets(c);
	struct blob *got = cache_get(c, key(a, STR("a"), "1"));
	CHECK(got == old && one);
	CHECK(!cache_get(c, key(a, STR("a"), "2")) && !cache_octets(c));
	CHECK(str_starts(blob_bytes(got), STR("old 0\n")));
	cache_put(c, key(a, STR("a"), "2"), old);
	cache_put(c, key(a, STR("a"), "3"), new);
	CHECK(cache_octets(c) == one);
	blob_unref(got);
	got = cache_get(c, key(a, STR("a"), "3"));
	CHECK(got == new);
	blob_unref(got);
	CHECK(!cache_get(c, key(a, STR(""), "a3")));
	cache_free(c);
	blob_unref(old);
	blob_unref(new);
}

int main(void)
{
	encodings();
	gzip_is_right();
	names();
	versions();
	ranges();
	several_ranges();
	cache();
	states();
	return check_done();
}
