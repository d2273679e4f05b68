#include "mail/mbox.h"

#include "base/buf.h"
#include "mail/header.h"
#include "tests/check.h"

#include <stdlib.h>

#define FROM  "From a@x.example Tue Nov 24 04:12:09 2026\n"
#define FROM2 "From b at y.example  Tue Nov 24 04:12:09 2026\n"

static const struct {
	const char *file;
	size_t count;
	const char *bytes[3];
} cases[] = {
	{ "", 0, { 0 } },
	{ "\n\n", 0, { 0 } },
	{ FROM "A: 1\n\nbody\n\n" FROM2 "B: 2\n\nbody\n",
	  2,
	  { "A: 1\r\n\r\nbody\r\n", "B: 2\r\n\r\nbody\r\n" } },
	{ "From a@x Tue Nov 24 04:12:09 2026\r\nA: 1\r\n\r\nbody\r\n\r\n"
	  "From b@y Tue Nov 24 04:12:09 2026\r\nB: 2\r\n\r\nbody\r\n\r\n",
	  2,
	  { "A: 1\r\n\r\nbody\r\n", "B: 2\r\n\r\nbody\r\n" } },
	{ FROM "A: 1\n\n>From x\n>>From y\n> From z\n",
	  1,
	  { "A: 1\r\n\r\nFrom x\r\n>From y\r\n> From z\r\n" } },
	/* "From " within a body */
	{ FROM "A: 1\n\nFrom here on:\nB: 2\n",
	  1,
	  { "A: 1\r\n\r\nFrom here on:\r\nB: 2\r\n" } },
	{ FROM "A: 1\n\nx\n" FROM2 "B: 2\n",
	  1,
	  { "A: 1\r\n\r\nx\r\nFrom b at y.example  Tue Nov 24 04:12:09 2026\r\nB: "
	    "2\r\n" } },
	{ FROM "A: 1\n\n" FROM2 "no field\n",
	  1,
	  { "A: 1\r\n\r\nFrom b at y.example  Tue Nov 24 04:12:09 2026\r\nno "
	    "field\r\n" } },
	{ FROM "A: 1\n\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 "
	       "00:00:00 2001\n"
	       "From: A\n",
	  1,
	  { "A: 1\r\n\r\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 "
	    "00:00:00 2001\r\n"
	    "From: A\r\n" } },
	/* but a file of patches is one */
	{ "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: "
	  "A\n\nx\n\n"
	  "From 9876543210012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: "
	  "B\n\ny\n",
	  2,
	  { "From: A\r\n\r\nx\r\n", "From: B\r\n\r\ny\r\n" } },
	/* other hands */
	{ "From - Tue Nov 24 04:12:09 2026\nA: 1\n\nx\n\nFrom MAILER-DAEMON Tue, 24 Nov "
	  "2026 04:12:09 +0100\n"
	  "B: 2\n\ny\n\nFrom 1234@xxx Tue Nov 24 04:12:09 +0000 2026\nC: 3\n\nz",
	  3,
	  { "A: 1\r\n\r\nx\r\n", "B: 2\r\n\r\ny\r\n", "C: 3\r\n\r\nz\r\n" } },
	{ FROM "Content-Length: 9999\n\nbody\n\n" FROM2 "B: 2\n\n\n\n",
	  2,
	  { "Content-Length: 9999\r\n\r\nbody\r\n", "B: 2\r\n\r\n\r\n" } },
	{ "A: 1\n\nno From line\n\n" FROM "B: 2\n\n",
	  2,
	  { "A: 1\r\n\r\nno From line\r\n", "B: 2\r\n" } },
};

static void tables(struct arena *a)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mbox m;
		struct mbox_message one;
		mbox_open(&m, str_from(cases[i].file));
		size_t n = 0;
		for (; mbox_next(&m, a, &one); n++) {
			bool right = n < cases[i].count
				     && str_eq(one.bytes, str_from(cases[i].bytes[n]));
			if (!right)
				fprintf(stderr, "case %zu, message %zu: %.*s\n", i, n,
					STR_F(one.bytes));
			CHECK(right);
			CHECK(!one.from.n
			      || str_starts(
				      (str){ cases[i].file + one.offset, one.from.n },
				      one.from));
		}
		CHECK(n == cases[i].count && m.number == n);
	}
}

static void round_trip(struct arena *a)
{
	str message = STR("A: 1\r\n\r\nFrom me\r\n>From you\r\n\r\nlast\r\n\r\n");
	str one = mbox_write(a, message, STR("a b@x.example"), 1795493529);
	CHECK(str_starts(one, STR("From a-b@x.example Tue Nov 24 04:12:09 2026\nA: "
				  "1\n\n>From me\n>>From you\n")));
	struct mbox m;
	struct mbox_message got;
	mbox_open(&m, arena_cat(a, one, mbox_write(a, message, STR_NONE, 0)));
	for (int i = 0; i < 2; i++)
		CHECK(mbox_next(&m, a, &got) && str_eq(got.bytes, message));
	CHECK(str_starts(got.from, STR("From MAILER-DAEMON "))
	      && !mbox_next(&m, a, &got));
}

/* Ten thousand real posts. */
static void real_list(void)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	ARENA(a);
	ARENA(each);
	BUF(bytes);
	str path = arena_cat(a, str_from(data ? data : "../shared/data"),
			     STR("/lists/linux-mips-10k.mbox.xz"));
	FILE *f = popen(
		arena_z(a, arena_cat(a, STR("xz -dc '"), path, STR("' 2>/dev/null"))),
		"re");
	for (size_t n = 1; f && n;) {
		n = fread(buf_room(&bytes, 1 << 20), 1, 1 << 20, f);
		bytes.n += n;
	}
	if (!f || pclose(f) || !bytes.n) {
		printf("skipped: no %.*s, or no xz\n", STR_F(path));
		return;
	}
	struct mbox m;
	struct mbox_message one;
	size_t without_id = 0;
	mbox_open(&m, buf_str(&bytes));
	while (mbox_next(&m, each, &one)) {
		struct header h;
		without_id += header_scan(each, one.bytes, &h).kind
			      || !header_find(&h, STR("Message-ID"));
		arena_reset(each);
	}
	printf("mbox: %zu messages, %zu without a Message-ID\n", m.number, without_id);
	CHECK(m.number == 10000 && without_id == 0);
}

int main(void)
{
	ARENA(a);
	tables(a);
	round_trip(a);
	real_list();
	return check_done();
}
