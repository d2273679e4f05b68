/* What strangers pack: each form, each limit, each damage. */
#include "mail/unpack.h"

#include "base/buf.h"
#include "tests/check.h"

#include <zlib.h>

static str squeeze(struct arena *a, str s, int wrapping)
{
	size_t room = s.n + 1000;
	char *out = arena_alloc(a, room);
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)s.p,
		       .avail_in = (uInt)s.n,
		       .next_out = (unsigned char *)out,
		       .avail_out = (uInt)room };
	CHECK(deflateInit2(&z, 9, Z_DEFLATED, wrapping, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	str packed = { out, z.total_out };
	deflateEnd(&z);
	return packed;
}

static void put(struct buf *b, size_t n, size_t octets)
{
	for (size_t i = 0; i < octets; i++, n >>= 8)
		buf_add(b, (str){ (char[]){ (char)(n & 0xFF) }, 1 });
}

/* A local header and its file; size: what the header says. */
static str zip(struct arena *a, size_t flags, size_t method, const char *name, str data,
	       size_t size)
{
	BUF(b);
	buf_add(&b, STR("PK\3\4"));
	put(&b, 20, 2);
	put(&b, flags, 2);
	put(&b, method, 2);
	put(&b, 0, 8);
	put(&b, size, 4);
	put(&b, size, 4);
	put(&b, strlen(name), 2);
	put(&b, 0, 2);
	buf_cat(&b, str_from(name), data);
	return arena_copy(a, buf_str(&b));
}

static bool gives(struct arena *a, str packed, str wanted)
{
	str out;
	return !unpack(a, packed, 1 << 20, &out).kind && str_eq(out, wanted);
}

static enum err_kind refused(struct arena *a, str packed, size_t max)
{
	str out = STR("untouched");
	enum err_kind kind = unpack(a, packed, max, &out).kind;
	CHECK(str_eq(out, STR("untouched")));
	return kind;
}

static void test_forms(struct arena *a)
{
	str text = STR("<feedback>text, text, text</feedback>");
	str gz = squeeze(a, text, 15 + 16), raw = squeeze(a, text, -15);
	CHECK(unpack_kind(gz) == UNPACK_GZIP && unpack_kind(text) == UNPACK_PLAIN);
	CHECK(gives(a, text, text) && gives(a, STR(""), STR("")));
	CHECK(gives(a, gz, text) && gives(a, arena_cat(a, gz, STR("behind")), text));
	CHECK(gives(a, arena_cat(a, gz, gz), arena_cat(a, text, text)));
	str stored = zip(a, 0, 0, "r.xml", text, text.n);
	CHECK(unpack_kind(stored) == UNPACK_ZIP && gives(a, stored, text));
	CHECK(gives(a, zip(a, 0, 8, "r.xml", raw, raw.n), text));
	CHECK(gives(a, zip(a, 8, 8, "r.xml", arena_cat(a, raw, STR("sizes")), 0), text));
	str folder = zip(a, 0, 0, "a/", STR(""), 0);
	CHECK(gives(a, arena_cat(a, folder, folder, stored), text));
}

static void test_damage(struct arena *a)
{
	str text = STR("text"), gz = squeeze(a, text, 15 + 16);
	for (size_t n = 2; n < gz.n; n++)
		CHECK(refused(a, str_first(gz, n), 1000) == ERR_SYNTAX);
	str whole = zip(a, 0, 0, "r.xml", text, text.n);
	for (size_t n = 4; n < whole.n; n++)
		CHECK(refused(a, str_first(whole, n), 1000) == ERR_SYNTAX);
	CHECK(refused(a, zip(a, 1, 0, "r.xml", text, text.n), 1000) == ERR_SYNTAX);
	CHECK(refused(a, zip(a, 0, 12, "r.xml", text, text.n), 1000) == ERR_SYNTAX);
	CHECK(refused(a, zip(a, 8, 0, "r.xml", text, 0), 1000) == ERR_SYNTAX);
	CHECK(refused(a, zip(a, 0, 0, "a/", STR(""), 0), 1000) == ERR_SYNTAX);
}

static void test_limits(struct arena *a)
{
	enum { LARGE = 4 << 20 };
	char *zeros = arena_zero(a, LARGE);
	str bomb = squeeze(a, (str){ zeros, LARGE }, 15 + 16), out;
	CHECK(bomb.n < LARGE / UNPACK_RATIO);
	CHECK(refused(a, bomb, LARGE) == ERR_LIMIT);
	CHECK(refused(a, zip(a, 0, 8, "r", squeeze(a, (str){ zeros, LARGE }, -15), 0),
		      LARGE)
	      == ERR_SYNTAX); /* of size 0, as it says */
	CHECK(refused(a, zip(a, 8, 8, "r", squeeze(a, (str){ zeros, LARGE }, -15), 0),
		      LARGE)
	      == ERR_LIMIT);
	/* A little may grow as it likes. */
	str small = squeeze(a, (str){ zeros, 60000 }, 15 + 16);
	CHECK(!unpack(a, small, LARGE, &out).kind && out.n == 60000);
	CHECK(refused(a, small, 59999) == ERR_LIMIT);
	CHECK(refused(a, (str){ zeros, 101 }, 100) == ERR_LIMIT);
	CHECK(refused(a, zip(a, 0, 0, "r", (str){ zeros, 101 }, 101), 100) == ERR_LIMIT);
}

int main(void)
{
	ARENA(a);
	test_forms(a);
	test_damage(a);
	test_limits(a);
	return check_done();
}
