/* How the archive book keeps messages: in one frame, or header and body apart. */
#include "store_folder.h"

#include "archive/add.h"
#include "archive/content.h"
#include "archive/read.h"
#include "base/buf.h"

enum { DEV = 1 };

static const char PLAIN[] = "From: a@x.example\r\nSubject: Maps\r\nMessage-ID: <1@x>\r\n"
			    "Content-Type: text/plain; charset=utf-8\r\n\r\nA "
			    "caf\xc3\xa9.\r\n\r\n> quoted\r\n";
static const char LF[] = "From: a@x.example\nMessage-ID: <2@x>\n\nOne.\n\nTwo.\n";
static const char EMPTY[] = "From: a@x.example\r\nMessage-ID: <3@x>\r\n\r\n";
static const char FLOWED[] =
	"From: a@x.example\r\nMessage-ID: <4@x>\r\n"
	"Content-Type: text/plain; format=flowed\r\n\r\nOne \r\nline.\r\n";
static const char QUOTED[] =
	"From: a@x.example\r\nMessage-ID: <5@x>\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nOne =3D two.\r\n";
static const char LATIN[] =
	"From: a@x.example\r\nMessage-ID: <6@x>\r\n"
	"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nA caf\xe9.\r\n";
static const char HTML[] = "From: a@x.example\r\nMessage-ID: <7@x>\r\n"
			   "Content-Type: text/html\r\n\r\nOnly text.\r\n";
static const char PARTS[] =
	"From: a@x.example\r\nMessage-ID: <8@x>\r\n"
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nOne.\r\n--b--\r\n";

static const struct {
	const char *message;
	bool plain;
} cases[] = {
	{ PLAIN, true },   { LF, true },     { EMPTY, true }, { FLOWED, false },
	{ QUOTED, false }, { LATIN, false }, { HTML, false }, { PARTS, false },
};
enum { CASES = sizeof cases / sizeof *cases };

static int64_t add(struct arena *a, struct book *b, str message)
{
	static int n;
	int64_t number;
	struct archive_post p;
	bool found;
	struct archive_arrival x = { .list = DEV,
				     .source = arena_printf(a, "%d", n++),
				     .message = message,
				     .received_at = 1795500000 };
	CHECK(ok(archive_add(b, a, &x, &number)));
	CHECK(ok(archive_post_by_number(b, a, DEV, number, &p, &found)) && found);
	return p.id;
}

/* Whole, and every beginning of it. */
static void test_whole(struct arena *a, struct book *b, int64_t id, str message)
{
	str got;
	CHECK(ok(archive_blob_read(b, a, id, SIZE_MAX, &got)) && str_eq(got, message));
	for (size_t n = 0; n <= message.n; n++) {
		CHECK(ok(archive_blob_read(b, a, id, n, &got))
		      && str_eq(got, str_first(message, n)));
	}
}

/* The text alone where the body is the text, else the message. */
static void test_text(struct arena *a, struct book *b, int64_t id, str message,
		      bool plain)
{
	struct archive_unpacker *u = archive_unpacker_of(b);
	struct content c;
	CHECK(ok(content_read(a, message, &c)));
	str whole = plain ? c.mime.header.body : message, got;
	size_t before = message.n - whole.n;
	for (size_t n = 0; n <= message.n; n++) {
		bool is_plain;
		struct archive_blob z = { .limit = n };
		CHECK(ok(archive_blobs_read(b, a, &id, 1, &z)));
		CHECK(ok(archive_unpack_text(u, a, &z, &got, &is_plain)));
		CHECK(is_plain == plain
		      && str_eq(got, str_first(whole, n > before ? n - before : 0)));
	}
	if (plain)
		CHECK(str_eq(mime_line_feeds(a, whole), c.text));
}

/* A large message is unpacked when it is read, and comes whole. */
static void test_large(struct arena *a, struct book *b)
{
	BUF(m);
	buf_add(&m, str_from(PLAIN));
	for (unsigned i = 0, x = 1; i < 60000; i++)
		buf_addf(&m, "%08x%s", x = x * 1664525 + 1013904223, i % 8 ? "" : "\r\n");
	int64_t id = add(a, b, buf_str(&m));
	struct archive_blob z = { .limit = SIZE_MAX };
	str got;
	bool plain;
	CHECK(ok(archive_blobs_read(b, a, &id, 1, &z)));
	CHECK(ok(archive_unpack_text(archive_unpacker_of(b), a, &z, &got, &plain)));
	CHECK(!plain && str_eq(got, buf_str(&m)));
}

/* What an earlier version kept in one frame is read as before. */
static void test_one_frame(struct arena *a, struct book *b)
{
	struct archive_packer *p;
	struct archive_packed packed;
	struct archive_blob z = { .limit = SIZE_MAX };
	int64_t id = 1000;
	str got;
	bool plain;
	CHECK(ok(archive_packer_kept(b, DEV, &p)));
	archive_pack(p, a, str_from(PLAIN), 0, &packed);
	CHECK(ok(archive_blob_add(b, id, &packed)));
	test_whole(a, b, id, str_from(PLAIN));
	CHECK(ok(archive_blobs_read(b, a, &id, 1, &z)));
	CHECK(ok(archive_unpack_text(archive_unpacker_of(b), a, &z, &got, &plain)));
	CHECK(!plain && str_eq(got, str_from(PLAIN)));
}

/* Every octet of a row damaged in turn: an error or some text, never more. */
static void test_damaged(struct arena *a, struct book *b, int64_t id)
{
	struct archive_blob z = { .limit = SIZE_MAX };
	CHECK(ok(archive_blobs_read(b, a, &id, 1, &z)));
	for (size_t i = 0; i < z.bytes.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			ARENA(one);
			char *bytes = arena_z(one, z.bytes);
			struct archive_blob hurt = z;
			str got;
			bool plain;
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
			hurt.bytes.p = bytes;
			err e = archive_unpack_text(archive_unpacker_of(b), one, &hurt,
						    &got, &plain);
			CHECK(e.kind == ERR_NONE || e.kind == ERR_IO);
			e = archive_unpack(archive_unpacker_of(b), one, &hurt, &got);
			CHECK(e.kind == ERR_NONE || e.kind == ERR_IO);
		}
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b;
	CHECK(ok(book_create(a, data, BOOK_ARCHIVE))
	      && ok(book_open(a, data, BOOK_ARCHIVE, BOOK_WRITE, &b)));
	for (size_t i = 0; i < CASES; i++) {
		str message = str_from(cases[i].message);
		int64_t id = add(a, b, message);
		test_whole(a, b, id, message);
		test_text(a, b, id, message, cases[i].plain);
		test_damaged(a, b, id);
	}
	test_large(a, b);
	test_one_frame(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
