#include "mail/listing.h"

#include "base/clock.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>

enum { PIECE = 16 * 1024 };

struct reading {
	struct arena *a;
	struct listing *l;
	size_t room, octets;
	int64_t until; /* of clock_cpu_ms */
};

struct source { /* what libarchive reads, a piece at a time */
	str bytes;
	size_t at;
	int64_t until;
};

/* By its first octets; tar has its mark further in. */
static bool looks_packed(str bytes)
{
	static const str marks[] = {
		STR("PK\3\4"),
		STR("PK\5\6"),
		STR("\x1F\x8B"),
		STR("BZh"),
		STR("\xFD"
		    "7zXZ"),
		STR("\x28\xB5\x2F\xFD"),
		STR("7z\xBC\xAF"),
		STR("Rar!\x1A\x07"),
		STR("MSCF"),
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (str_starts(bytes, marks[i]))
			return true;
	return str_starts(str_skip(bytes, 257), STR("ustar"));
}

/* Between two pieces is where it can be stopped: what it unpacks it may throw away, as all
 * that stands before a name in a solid archive. */
static la_ssize_t next_piece(struct archive *x, void *ctx, const void **piece)
{
	struct source *s = ctx;
	str rest = str_first(str_skip(s->bytes, s->at), PIECE);
	if (clock_cpu_ms() >= s->until) {
		archive_set_error(x, ETIMEDOUT, "it takes too long");
		return ARCHIVE_FATAL;
	}
	*piece = rest.p;
	s->at += rest.n;
	return (la_ssize_t)rest.n;
}

static la_int64_t pass_over(struct archive *x, void *ctx, la_int64_t octets)
{
	struct source *s = ctx;
	size_t rest = s->bytes.n - s->at;
	(void)x;
	size_t n = octets < 0 ? 0 : (uint64_t)octets < rest ? (size_t)octets : rest;
	s->at += n;
	return (la_int64_t)n;
}

static la_int64_t go_to(struct archive *x, void *ctx, la_int64_t offset, int whence)
{
	struct source *s = ctx;
	size_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? s->at : s->bytes.n;
	la_int64_t to = (la_int64_t)from + offset;
	(void)x;
	if (to < 0 || (uint64_t)to > s->bytes.n)
		return ARCHIVE_FATAL;
	s->at = (size_t)to;
	return to;
}

static struct archive *open_archive(struct source *s)
{
	struct archive *x = archive_read_new();
	if (!x)
		return NULL;
	archive_read_set_read_callback(x, next_piece);
	archive_read_set_skip_callback(x, pass_over);
	archive_read_set_seek_callback(x, go_to);
	archive_read_set_callback_data(x, s);
	archive_read_support_filter_gzip(x);
	archive_read_support_filter_bzip2(x);
	archive_read_support_filter_xz(x);
	archive_read_support_filter_zstd(x);
	archive_read_support_format_zip(x);
	archive_read_support_format_tar(x);
	archive_read_support_format_7zip(x);
	archive_read_support_format_rar(x);
	archive_read_support_format_rar5(x);
	archive_read_support_format_cab(x);
	archive_read_support_format_raw(x); /* one file, compressed */
	if (archive_read_open1(x) == ARCHIVE_OK)
		return x;
	archive_read_free(x);
	return NULL;
}

static bool keep_name(struct reading *r, str name)
{
	struct listing *l = r->l;
	if (l->count == LISTING_NAMES_MAX)
		return false;
	if (l->count == r->room) {
		str *old = l->names;
		r->room = r->room ? 4 * r->room : 16;
		l->names = arena_alloc(r->a, r->room * sizeof *l->names);
		if (old)
			memcpy(l->names, old, l->count * sizeof *old);
	}
	l->names[l->count++] = arena_copy(r->a, str_first(name, LISTING_NAME_OCTETS_MAX));
	return true;
}

/* Names are octets here; where libarchive cannot give them so, as UTF-8. */
static str entry_name(struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);
	return str_from(name ? name : archive_entry_pathname_utf8(e));
}

static bool read_level(struct reading *r, str bytes, int depth);

/* The file's octets, as many as are left to be read. *whole: all of them came. */
static str unpacked(struct reading *r, struct archive *x, bool *whole)
{
	size_t most = LISTING_OCTETS_MAX - r->octets, n = 0, room = 65536;
	char *p = arena_alloc(r->a, room);
	*whole = false;
	for (;;) {
		if (n == room) {
			char *wider = arena_alloc(r->a, room *= 2);
			p = memcpy(wider, p, n);
		}
		la_ssize_t got = archive_read_data(x, p + n, room - n);
		*whole = got == 0;
		if (got <= 0 || (size_t)got > most - n)
			break;
		n += (size_t)got;
	}
	r->octets += n;
	return (str){ p, n };
}

/* What is inside a file that is an archive itself; others are only passed over. Where
 * passing over means unpacking, a file's size counts as read. */
static bool read_entry(struct reading *r, struct archive *x, struct archive_entry *e,
		       int depth)
{
	char start[512];
	bool whole;
	int64_t size = archive_entry_size_is_set(e) ? archive_entry_size(e) : 0;
	if (archive_entry_filetype(e) == AE_IFDIR)
		return true;
	if (archive_filter_code(x, 0) != ARCHIVE_FILTER_NONE) {
		if (size < 0 || size > LISTING_OCTETS_MAX - (int64_t)r->octets)
			return false;
		r->octets += (size_t)size;
	}
	if (archive_entry_is_data_encrypted(e) > 0)
		return true; /* its name is known */
	la_ssize_t got = archive_read_data(x, start, sizeof start);
	if (got < 0)
		return false;
	if (!looks_packed((str){ start, (size_t)got }))
		return true;
	str rest = unpacked(r, x, &whole);
	str all = arena_cat(r->a, (str){ start, (size_t)got }, rest);
	return whole && read_level(r, all, depth + 1);
}

static bool read_entries(struct reading *r, struct archive *x, int depth)
{
	struct archive_entry *e;
	for (;;) {
		int said = archive_read_next_header(x, &e);
		if (said == ARCHIVE_EOF)
			return archive_read_has_encrypted_entries(x) <= 0 || r->l->count;
		if (said != ARCHIVE_OK && said != ARCHIVE_WARN)
			return false;
		str name = entry_name(e);
		if (!name.p || !keep_name(r, name) || !read_entry(r, x, e, depth))
			return false;
		if (archive_filter_bytes(x, 0) > 2 * (la_int64_t)LISTING_OCTETS_MAX)
			return false;
	}
}

/* False: there is more than was seen. */
static bool read_level(struct reading *r, str bytes, int depth)
{
	struct source s = { .bytes = bytes, .until = r->until };
	struct archive *x = depth < LISTING_DEPTH_MAX ? open_archive(&s) : NULL;
	if (!x)
		return false;
	bool whole = read_entries(r, x, depth);
	archive_read_free(x);
	return whole;
}

bool listing_read_within(struct arena *a, str bytes, int64_t *ms, struct listing *l)
{
	*l = (struct listing){ .whole = true };
	if (!looks_packed(bytes))
		return false;
	struct reading r = { .a = a, .l = l, .until = clock_cpu_ms() + *ms };
	/* libarchive gives no name that the thread's locale does not have. */
	locale_t wide = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = wide ? uselocale(wide) : (locale_t)0;
	l->whole = read_level(&r, bytes, 0);
	if (wide) {
		uselocale(before);
		freelocale(wide);
	}
	*ms = r.until - clock_cpu_ms();
	return true;
}

bool listing_read(struct arena *a, str bytes, struct listing *l)
{
	int64_t ms = LISTING_MS_MAX;
	return listing_read_within(a, bytes, &ms, l);
}
