/* Messages as the book keeps them: what is packed comes back to the octet, whole or its first
 * octets, with lines of base64 as what they mean. */
#include "archive_posts.h"

#include "base/enc.h"
#include "store/archive/armour.h"
#include "store/archive/blob.h"

#include <string.h>

static str lines_of(struct arena *a, size_t octets, size_t width, unsigned seed)
{
	char *raw = arena_alloc(a, octets), *out;
	for (size_t i = 0; i < octets; i++)
		raw[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
	str text = enc_base64(a, (str){ raw, octets });
	size_t n = 0;
	out = arena_alloc(a, text.n + 2 * (text.n / width + 1));
	for (size_t at = 0; at < text.n; at += width) {
		str line = str_first(str_skip(text, at), width);
		memcpy(out + n, line.p, line.n);
		memcpy(out + n + line.n, "\r\n", 2);
		n += line.n + 2;
	}
	return (str){ out, n };
}

/* In the book and out again; the octets that it takes there. */
static size_t comes_back(struct arena *a, str message, size_t header, bool apart)
{
	ARENA(folder);
	struct archive_packed z;
	struct archive_packer *p;
	str data = folder_make(folder), back;
	struct book *b = fresh_book(folder, data, BOOK_ARCHIVE);
	CHECK(ok(archive_packer_open(b, a, 1, &p)));
	archive_pack(p, a, message, header, &z);
	archive_packer_close(p);
	CHECK(ok(archive_blob_add(b, 7, &z)));
	const size_t limits[] = { 0,
				  1,
				  100,
				  1000,
				  70000,
				  message.n - 1,
				  message.n,
				  message.n + 1,
				  SIZE_MAX,
				  message.n / 2,
				  message.n / 3,
				  header,
				  header + 1 };
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		CHECK(ok(archive_blob_read(b, a, 7, limits[i], &back))
		      && str_eq(back, str_first(message, limits[i])));
	bool plain;
	struct archive_blob blob = { .limit = SIZE_MAX, .bytes = z.bytes };
	CHECK(ok(archive_unpack_text(archive_unpacker_of(b), a, &blob, &back, &plain))
	      && plain == apart && str_eq(back, str_skip(message, apart ? header : 0)));
	book_close(b);
	folder_remove(folder, data);
	return z.bytes.n;
}

static const char HEAD[] = "From: a@x.example\r\n"
			   "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
			   "--b\r\nContent-Transfer-Encoding: base64\r\n\r\n";

static void test_messages(struct arena *a)
{
	str head = str_from(HEAD), tail = STR("--b--\r\n");
	str small = arena_cat(a, head, lines_of(a, 900, 76, 1), tail);
	comes_back(a, small, 0, false);
	comes_back(a, small, 40, true);
	for (unsigned width = 60; width <= 76; width += 4) {
		str lines = lines_of(a, 200001, width, width);
		str message = arena_cat(a, head, lines, tail, head,
					lines_of(a, 50000, 64, 9), tail);
		CHECK(comes_back(a, message, 0, false) < 250001 + 1500);
		comes_back(a, lines, 0, false);
		comes_back(a, message, head.n, true);
	}
}

/* What is none, or not quite: padding within, other widths, one long line, no last LF. */
static void test_odd(struct arena *a)
{
	str head = str_from(HEAD), lines = lines_of(a, 100000, 76, 3);
	char *odd = arena_alloc(a, lines.n);
	memcpy(odd, lines.p, lines.n);
	for (size_t i = 0; i < lines.n; i += 331)
		odd[i] = '=';
	comes_back(a, arena_cat(a, head, (str){ odd, lines.n }), 0, false);
	comes_back(a, arena_cat(a, head, lines_of(a, 100000, 75, 4)), 0, false);
	comes_back(a, arena_cat(a, head, lines_of(a, 100000, 200000, 4)), 0, false);
	comes_back(a, arena_cat(a, head, str_first(lines, lines.n - 1)), 0, false);
}

static void test_armour(struct arena *a)
{
	struct armour x;
	CHECK(!armour_find(STR(""), &x) && !armour_find(STR("abcd\r\n"), &x));
	str lines = lines_of(a, 57 * 100 + 5, 76, 1);
	CHECK(armour_find(arena_cat(a, STR("x\r\n"), lines, STR("y")), &x));
	CHECK(str_eq(x.before, STR("x\r\n")) && x.width == 76);
	CHECK(x.lines.n == 100 * 78 && x.after.n == 11);
	CHECK(!armour_find(x.after, &x));
	CHECK(!armour_find(str_first(lines, 63 * 78), &x));
	CHECK(armour_find(str_first(lines, 64 * 78), &x));
}

/* What is changed or cut short is damage, never a crash. */
static void test_damage(struct arena *a)
{
	ARENA(folder);
	str data = folder_make(folder), back;
	struct book *b = fresh_book(folder, data, BOOK_ARCHIVE);
	struct archive_unpacker *u = archive_unpacker_of(b);
	struct archive_packer *p;
	struct archive_packed z;
	int failed = 0;
	CHECK(ok(archive_packer_open(b, a, 1, &p)));
	archive_pack(p, a, lines_of(a, 100000, 76, 5), 0, &z);
	archive_packer_close(p);
	for (size_t i = 0; i < z.bytes.n; i += i < 64 ? 1 : 997) {
		char *bytes = arena_z(a, z.bytes);
		bytes[i] ^= 0x55;
		struct archive_blob blob = { .limit = SIZE_MAX,
					     .bytes = { bytes, z.bytes.n } };
		err e = archive_unpack(u, a, &blob, &back);
		CHECK(!e.kind || e.kind == ERR_IO);
		failed += e.kind == ERR_IO;
	}
	CHECK(failed > 4);
	for (size_t n = 1; n < z.bytes.n; n += 1 + n / 3) {
		struct archive_blob blob = { .limit = SIZE_MAX,
					     .bytes = str_first(z.bytes, n) };
		err e = archive_unpack(u, a, &blob, &back);
		CHECK(e.kind == ERR_IO || back.n < 136850); /* cut between two frames */
	}
	book_close(b);
	folder_remove(folder, data);
}

int main(void)
{
	ARENA(a);
	test_armour(a);
	test_messages(a);
	test_odd(a);
	test_damage(a);
	return check_done();
}
