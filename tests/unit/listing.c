#include "mail/listing.h"

#include "base/clock.h"
#include "base/file.h"
#include "tests/check.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <stdlib.h>

struct kind {
	int (*format)(struct archive *x);
	int (*filter)(struct archive *x);
};

static const struct kind zip = { archive_write_set_format_zip,
				 archive_write_add_filter_none };
static const struct kind tar = { archive_write_set_format_ustar,
				 archive_write_add_filter_none };
static const struct kind tar_gz = { archive_write_set_format_ustar,
				    archive_write_add_filter_gzip };

struct file {
	const char *name;
	str bytes;
};

static str make(struct arena *a, const struct kind *k, const struct file *files, size_t n)
{
	size_t room = 1 << 20, used = 0;
	for (size_t i = 0; i < n; i++)
		room += files[i].bytes.n + 4096;
	char *out = arena_alloc(a, room);
	struct archive *x = archive_write_new();
	CHECK(k->format(x) == ARCHIVE_OK && k->filter(x) == ARCHIVE_OK);
	CHECK(archive_write_open_memory(x, out, room, &used) == ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, files[i].name);
		archive_entry_set_size(e, (la_int64_t)files[i].bytes.n);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		CHECK(archive_write_header(x, e) >= ARCHIVE_WARN); /* the locale is C */
		if (files[i].bytes.n)
			CHECK(archive_write_data(x, files[i].bytes.p, files[i].bytes.n)
			      == (la_ssize_t)files[i].bytes.n);
		archive_entry_free(e);
	}
	CHECK(archive_write_close(x) == ARCHIVE_OK);
	archive_write_free(x);
	return (str){ out, used };
}

static bool has(const struct listing *l, str name)
{
	for (size_t i = 0; i < l->count; i++)
		if (str_eq(l->names[i], name))
			return true;
	return false;
}

static int plain_filter(struct archive *x)
{
	return archive_write_add_filter_none(x);
}

static void test_kinds(void)
{
	static const struct kind kinds[] = {
		{ archive_write_set_format_zip, plain_filter },
		{ archive_write_set_format_7zip, plain_filter },
		{ archive_write_set_format_ustar, plain_filter },
		{ archive_write_set_format_pax, plain_filter },
		{ archive_write_set_format_ustar, archive_write_add_filter_gzip },
		{ archive_write_set_format_ustar, archive_write_add_filter_bzip2 },
		{ archive_write_set_format_ustar, archive_write_add_filter_xz },
		{ archive_write_set_format_ustar, archive_write_add_filter_zstd },
	};
	static const struct file files[] = { { "a/b.txt", STR("text") },
					     { "gr\xc3\xbc\xc3\x9f"
					       "e.exe",
					       STR("MZ") } };
	static const struct file ascii[] = { { "a/b.txt", STR("text") },
					     { "run.exe", STR("MZ") } };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		ARENA(a);
		struct listing l;
		/* libarchive writes no such name into 7z in the locale C */
		bool plain = kinds[i].format == archive_write_set_format_7zip;
		str bytes = make(a, &kinds[i], plain ? ascii : files, 2);
		CHECK(listing_read(a, bytes, &l) && l.whole && l.count == 2);
		CHECK(has(&l, STR("a/b.txt")));
		CHECK(l.count == 2 && str_ends(l.names[1], STR(".exe")));
		/* cut short: what could be seen, and that it is not all */
		CHECK(listing_read(a, str_first(bytes, bytes.n / 2), &l) && !l.whole);
	}
}

/* A zip whose name is marked as UTF-8, beyond what the locale C has. */
static void test_marked(void)
{
	ARENA(a);
	struct listing l;
	str bytes = STR("\120\113\003\004\024\000\000\010\000\000\221\041\173\135\203\026"
			"\334\214\001\000\000\000\001\000\000\000\013\000\000\000\147\162"
			"\303\274\303\237\145\056\145\170\145\170\120\113\001\002\024\003"
			"\024\000\000\010\000\000\221\041\173\135\203\026\334\214\001\000"
			"\000\000\001\000\000\000\013\000\000\000\000\000\000\000\000\000"
			"\000\000\200\001\000\000\000\000\147\162\303\274\303\237\145\056"
			"\145\170\145\120\113\005\006\000\000\000\000\001\000\001\000\071"
			"\000\000\000\052\000\000\000\000\000");
	CHECK(listing_read(a, bytes, &l) && l.whole
	      && has(&l, STR("gr\xc3\xbc\xc3\x9f"
			     "e.exe")));
}

static void test_nested(void)
{
	ARENA(a);
	struct listing l;
	struct file in = { "run.exe", STR("MZ") };
	str bytes = make(a, &zip, &in, 1);
	for (size_t depth = 1; depth < 5; depth++) {
		CHECK(listing_read(a, bytes, &l));
		CHECK(l.whole == (depth <= LISTING_DEPTH_MAX));
		CHECK(has(&l, STR("run.exe")) == l.whole);
		struct file outer = { "picture.gif", bytes };
		bytes = make(a, depth % 2 ? &tar_gz : &zip, &outer, 1);
	}
}

static void test_single(void)
{
	ARENA(a);
	struct listing l;
	struct file in = { "x", STR("text") };
	str one = make(a,
		       &(struct kind){ archive_write_set_format_raw,
				       archive_write_add_filter_gzip },
		       &in, 1);
	CHECK(listing_read(a, one, &l) && l.whole);
	CHECK(!listing_read(a, STR("plain text"), &l) && !listing_read(a, STR(""), &l));
	CHECK(listing_read(a, STR("7z\xBC\xAF\x27\x1C"), &l) && !l.whole);
}

/* What is small in a mail and large on a disk ends the reading. */
static void test_bombs(void)
{
	ARENA(a);
	struct listing l;
	size_t n = LISTING_OCTETS_MAX + 1;
	struct file zeros[] = { { "a", { arena_zero(a, n), n } },
				{ "run.exe", STR("MZ") } };
	CHECK(listing_read(a, make(a, &tar_gz, zeros, 2), &l) && !l.whole
	      && l.count == 1);
	/* nothing of it is unpacked where names stand apart */
	CHECK(listing_read(a, make(a, &zip, zeros, 2), &l) && l.whole
	      && has(&l, STR("run.exe")));
	struct file *many = arena_alloc(a, (LISTING_NAMES_MAX + 1) * sizeof *many);
	for (size_t i = 0; i <= LISTING_NAMES_MAX; i++)
		many[i] = (struct file){ "x", STR("") };
	CHECK(listing_read(a, make(a, &tar, many, LISTING_NAMES_MAX + 1), &l) && !l.whole
	      && l.count == LISTING_NAMES_MAX);
	str inner = make(a, &tar_gz, zeros, 1);
	struct file outer = { "b", inner };
	CHECK(listing_read(a, make(a, &zip, &outer, 1), &l) && !l.whole);
}

static int solid(struct archive *x)
{
	archive_write_set_format_7zip(x);
	return archive_write_set_options(x, "compression=deflate,compression-level=1");
}

/* To see the second name of a solid archive all of the first file is unpacked: whoever asks
 * says for how long. */
static void test_patience(void)
{
	ARENA(a);
	struct listing l;
	size_t n = 4 * (size_t)LISTING_OCTETS_MAX;
	struct file zeros[] = { { "a", { arena_zero(a, n), n } },
				{ "run.exe", STR("MZ") } };
	str bytes = make(a, &(struct kind){ solid, plain_filter }, zeros, 2);
	int64_t ms = 2, before = clock_cpu_ms();
	CHECK(listing_read_within(a, bytes, &ms, &l) && !l.whole && ms <= 0);
	int64_t spent = clock_cpu_ms() - before;
	ms = 3600000;
	CHECK(listing_read_within(a, bytes, &ms, &l) && l.whole && l.count == 2);
	CHECK(ms < 3600000 && spent < 3600000 - ms);
	CHECK(!listing_read_within(a, STR("plain"), &ms, &l));
}

/* Other people's containers, each with clam.exe in it. */
static void test_containers(void)
{
	ARENA(a);
	const char *data = getenv("POSTERN_DATA_SHARED");
	static const char *const names[] = { "clam.zip", "clam.7z", "clam.cab",
					     "clam.tar.gz", "clam.bz2.zip" };
	size_t seen = 0, there = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct listing l;
		str bytes, path = arena_cat(a, str_from(data ? data : "../shared/data"),
					    STR("/av/"), str_from(names[i]));
		if (file_read(a, arena_z(a, path), 1 << 24, &bytes).kind)
			continue;
		there++;
		bool found = false;
		if (listing_read(a, bytes, &l))
			for (size_t k = 0; k < l.count; k++)
				found = found || str_ends(l.names[k], STR(".exe"));
		if (!found)
			fprintf(stderr, "  %s: no .exe is seen\n", names[i]);
		seen += found;
	}
	if (!there)
		printf("skipped: no shared data with containers\n");
	else
		printf("suite: containers whose program is seen: %zu of %zu\n", seen,
		       there);
	CHECK(seen == there);
}

int main(void)
{
	test_kinds();
	test_marked();
	test_nested();
	test_single();
	test_bombs();
	test_patience();
	test_containers();
	return check_done();
}
