/* Files that stand within a part of a message: in its text, in Outlook's wrapper; and messages,
 * which are called by their subject. */
#include "archive_posts.h"

#include "archive/content.h"
#include "archive/pseudonym.h"
#include "archive/read.h"
#include "archive/redact.h"
#include "archive/refill.h"
#include "archive/render.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "base/buf.h"
#include "base/enc.h"
#include "mail/tnef.h"
#include "store/archive/words.h"

#define HEAD                                                \
	"From: Anna <anna@x.example>\r\nSubject: Plans\r\n" \
	"Date: Sun, 1 Nov 2026 10:00:00 +0000\r\nMessage-ID: <"
#define CODED "begin 644 xenon.txt\r\n#>'EZ\r\n`\r\nend\r\n"

static const char IN_TEXT[] = HEAD "1@x>\r\n\r\nSee below.\r\n\r\n" CODED "\r\nBye.\r\n";
static const char MIXED[] = HEAD
	"2@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	"--b\r\n\r\nTwo.\r\n" CODED
	"--b\r\nContent-Type: text/csv; name=\"t.csv\"\r\n\r\na,b\r\n"
	"--b\r\nContent-Type: message/rfc822\r\n\r\n"
	"From: Bob <bob@y.example>\r\nSubject: =?utf-8?q?Caf=C3=A9?= by "
	"bob@y.example\r\n\r\n"
	"Inner words.\r\n--b--\r\n";

static int64_t one(struct arena *a, struct book *b, const char *source, str message)
{
	return put(a, b, DEV, source, arena_z(a, message));
}

static str wrapped(struct arena *a, const char *id, bool text)
{
	struct tnef_file files[] = {
		{ STR("krypton.pdf"), STR("application/pdf"), STR("%PDF-1.4 x") },
		{ STR("by bob@y.example"), STR(""), STR("only text\n") },
	};
	struct tnef t = { .subject = STR("s"),
			  .text = text ? STR("Argon is said by bob@y.example.\n")
				       : STR(""),
			  .html = text ? STR("") : STR("<p>Neon <b>glows</b></p>"),
			  .files = files,
			  .count = 2 };
	return arena_cat(a, STR(HEAD), str_from(id),
			 STR("@x>\r\nContent-Type: application/ms-tnef; "
			     "name=\"winmail.dat\"\r\n"
			     "Content-Transfer-Encoding: base64\r\n\r\n"),
			 enc_base64(a, tnef_write(a, &t)), STR("\r\n"));
}

static size_t hits(struct arena *a, struct book *b, const char *what)
{
	static const struct search_list list = { .id = DEV,
						 .name = STR("dev@lists.example") };
	struct search_found f = { 0 };
	CHECK(ok(search_run(b, a,
			    &(struct search){ .text = str_from(what),
					      .lists = &list,
					      .list_count = 1,
					      .limit = 9 },
			    &f)));
	return f.count;
}

/* "xenon.txt text/plain 3; " of each file of a post. */
static bool has_files(struct arena *a, struct book *b, int64_t number,
		      const char *expected)
{
	BUF(out);
	for (int64_t n = 1; n < 9; n++) {
		struct archive_attachment x;
		str bytes;
		bool found;
		CHECK(ok(archive_read_attachment(b, a, DEV, number, n, &x, &bytes,
						 &found)));
		if (!found)
			break;
		CHECK(x.size == (int64_t)bytes.n);
		buf_cat(&out, x.filename, STR(" "), x.sniffed);
		buf_addf(&out, " %zu; ", bytes.n);
	}
	bool same = str_eq(buf_str(&out), str_from(expected));
	if (!same)
		fprintf(stderr, "%lld: %.*s\n", (long long)number, STR_F(buf_str(&out)));
	return same;
}

static str shown(struct arena *a, struct book *b, int64_t number)
{
	struct archive_post_page p;
	bool found;
	CHECK(ok(archive_read_post(b, a, DEV, number, &p, &found)) && found);
	return render_post(a, p.leaf.message, &(struct render_how){ .number = number }).s;
}

static void in_text(struct arena *a, struct book *b)
{
	CHECK(one(a, b, "1/dev", str_from(IN_TEXT)) == 1);
	CHECK(has_files(a, b, 1, "xenon.txt text/plain 3; "));
	str page = shown(a, b, 1);
	CHECK(str_find(page, STR("See below.")).n && str_find(page, STR("Bye.")).n
	      && !str_find(page, STR("begin 644")).n
	      && !str_find(page, STR("&#39;EZ")).n);
	CHECK(str_eq(content_plain(a, STR("a\nbegin 644 x\n#>'EZ\n`\nend\nb\n")),
		     STR("a\nb\n")));
	CHECK(str_find(render_plain(a, str_from(IN_TEXT), &(struct render_how){ 0 }).s,
		       STR("Bye."))
		      .n);
	CHECK(hits(a, b, "has:attachment") == 1 && hits(a, b, "file:xenon") == 1
	      && hits(a, b, "below") == 1 && !hits(a, b, "begin"));
}

static void mixed(struct arena *a, struct book *b)
{
	CHECK(one(a, b, "2/dev", str_from(MIXED)) == 2);
	CHECK(has_files(a, b, 2,
			"t.csv text/csv 3; Café by bob@y.example.eml message/rfc822 90; "
			"xenon.txt text/plain 3; "));
	CHECK(hits(a, b, "file:café") == 1 && hits(a, b, "file:xenon") == 2);
}

static void outlook(struct arena *a, struct book *b)
{
	CHECK(one(a, b, "3/dev", wrapped(a, "3", true)) == 3);
	CHECK(one(a, b, "4/dev", wrapped(a, "4", false)) == 4);
	for (int64_t n = 3; n < 5; n++) {
		struct archive_attachments files;
		struct archive_post p;
		bool found;
		CHECK(ok(archive_post_by_number(b, a, DEV, n, &p, &found)) && found
		      && p.attachments == 3);
		CHECK(ok(archive_attachments_of_post(b, a, p.id, &files))
		      && str_eq(files.list[0].filename, STR("winmail.dat"))
		      && str_eq(files.list[1].filename, STR("krypton.pdf"))
		      && str_eq(files.list[1].sniffed, STR("application/pdf"))
		      && str_eq(files.list[2].filename, STR("by bob@y.example"))
		      && str_eq(files.list[2].declared, STR("text/plain"))
		      && files.list[2].size == 10);
	}
	CHECK(str_find(shown(a, b, 3), STR("Argon is said")).n);
	CHECK(str_find(shown(a, b, 4), STR("Neon glows")).n);
	CHECK(hits(a, b, "argon") == 1 && hits(a, b, "neon") == 1
	      && hits(a, b, "file:krypton") == 2);
}

static bool is_well(struct book *b)
{
	struct verify_result r;
	return ok(archive_verify(b, 0, NULL, NULL, &r)) && !r.changed && !r.unreadable;
}

/* Rows and words as they were before such files were known. */
static void refilled(struct arena *a, struct book *b)
{
	bool more = true;
	CHECK(ok(book_run(b, "DELETE FROM attachment WHERE n > 1 OR post = 1"))
	      && ok(book_run(b, "UPDATE post SET attachments = 0, digest = 7"))
	      && ok(archive_words_forget(b))
	      && ok(book_run(b, "INSERT INTO refill (before) VALUES (9)")));
	while (more)
		CHECK(ok(archive_refill(b, &more)));
	CHECK(is_well(b) && has_files(a, b, 1, "xenon.txt text/plain 3; "));
	CHECK(hits(a, b, "has:attachment") == 4 && hits(a, b, "file:krypton") == 2);
}

/* An address goes from what the files say of themselves, too. */
static void cut_address(struct arena *a, struct book *b)
{
	for (int64_t n = 2; n < 4; n++)
		CHECK(ok(archive_cut_address(
			b, a, &(struct redact){ .list = DEV, .number = n, .at = 1 },
			STR("bob@y.example"))));
	CHECK(hits(a, b, "file:bob") == 1);
	CHECK(hits(a, b, "file:krypton") == 2);
	str page = shown(a, b, 3);
	CHECK(str_find(page, STR("Argon is said")).n && !str_find(page, STR("bob@")).n);
	struct archive_attachment x;
	str bytes;
	bool found;
	CHECK(ok(archive_read_attachment(b, a, DEV, 2, 2, &x, &bytes, &found)) && found);
	CHECK(str_find(x.filename, STR("Café by hidden@hidden.invalid")).n
	      && !str_find(bytes, STR("bob@")).n);
	CHECK(ok(archive_read_attachment(b, a, DEV, 3, 2, &x, &bytes, &found)) && found
	      && str_eq(bytes, STR("%PDF-1.4 x")));
	CHECK(is_well(b));
}

/* A part takes with it what stands within; so does a post. */
static void gone(struct arena *a, struct book *b)
{
	struct redact r = { .list = DEV, .number = 4, .at = 1 };
	CHECK(ok(archive_cut_part(b, a, &r, 0)));
	CHECK(hits(a, b, "file:krypton") == 1 && !hits(a, b, "neon"));
	CHECK(has_files(a, b, 4, ""));
	r.number = 1;
	CHECK(ok(archive_post_purge(b, a, &r)) && has_files(a, b, 1, ""));
	CHECK(hits(a, b, "file:xenon") == 1 && hits(a, b, "has:attachment") == 2);
	CHECK(is_well(b));
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	in_text(a, b);
	mixed(a, b);
	outlook(a, b);
	CHECK(is_well(b));
	refilled(a, b);
	cut_address(a, b);
	gone(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
