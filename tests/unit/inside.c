/* What is written inside files: found by the search, and gone with what it stood in. */
#include "archive_posts.h"

#include "archive/inside.h"
#include "archive/prepare.h"
#include "archive/purge.h"
#include "archive/redact.h"
#include "archive/refill.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "store/archive/inside.h"
#include "store/table.h"

#define PART(type, name)                    \
	"--b\r\nContent-Type: " type "\r\n" \
	"Content-Disposition: attachment; filename=\"" name "\"\r\n\r\n"
#define FILES(id)                                                                                                                                                                 \
	"From: Anna Meyer <anna@uni.example>\r\nSubject: Files\r\n"                                                                                                               \
	"Message-ID: <" id "@uni.example>\r\n"                                                                                                                                    \
	"Date: Tue, 17 Nov 2026 09:12:00 +0100\r\n"                                                                                                                               \
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"                                                                                                                       \
	"--b\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n" PART(                                                                                                             \
		"text/plain; charset=iso-8859-1",                                                                                                                                 \
		"a.txt") "quartz caf\xe9\r\n" PART("text/html",                                                                                                                   \
						   "b.html") "<p>feldspar<script>"                                                                                                \
							     "olivine</"                                                                                                          \
							     "script>\r\n" PART(                                                                                                  \
								     "applic"                                                                                                     \
								     "ation/"                                                                                                     \
								     "octet-"                                                                                                     \
								     "strea"                                                                                                      \
								     "m",                                                                                                         \
								     "c.bin") "gabbro\r"                                                                                          \
									      "\n" PART("message/rfc822", "d.eml") "Subject: basalt\r\n\r\ngranite by dora@lab.example\r\n" PART( \
										      "application/pdf",                                                                          \
										      "e.pdf") "%PDF-1.4 marble\r\n--b--\r\n"

struct asked {
	int times;
	err answer;
	str text;
};

static err read_pdf(void *ctx, struct arena *a, str bytes, size_t most, str *text)
{
	struct asked *x = ctx;
	CHECK(str_starts(bytes, STR("%PDF-1.4 marble")) && most == INSIDE_FILE_MAX);
	x->times++;
	*text = arena_copy(a, x->text);
	return x->answer;
}

static void look(struct book *b, struct asked *x)
{
	bool more = true;
	struct inside_reader r = { read_pdf, x };
	for (int i = 0; more && i < 20; i++)
		CHECK(ok(archive_look_inside(b, &r, &more)));
	CHECK(!more);
}

static size_t hits(struct arena *a, struct book *b, const char *words)
{
	struct search_list l = { .id = DEV, .name = STR("dev@lists.example") };
	struct search s = {
		.text = str_from(words), .lists = &l, .list_count = 1, .limit = 50
	};
	struct search_found found = { 0 };
	CHECK(ok(search_run(b, a, &s, &found)));
	return found.count;
}

static void is_whole(struct book *b)
{
	struct verify_result r;
	CHECK(ok(archive_verify(b, DEV, NULL, NULL, &r)) && !r.changed && !r.unreadable);
}

static const char *const within[] = { "inside:quartz",  "inside:caf\xc3\xa9",
				      "feldspar",       "inside:basalt",
				      "inside:granite", "inside:dolomite",
				      "dolomite" };
enum { WITHIN = sizeof within / sizeof *within };

static size_t found_within(struct arena *a, struct book *b)
{
	size_t n = 0;
	for (size_t i = 0; i < WITHIN; i++)
		n += hits(a, b, within[i]);
	return n;
}

static struct redact on(int64_t number)
{
	return (struct redact){ .list = DEV,
				.number = number,
				.at = 1795600000,
				.actor = STR("owner@uni.example"),
				.reason = STR("asked for") };
}

static void is_found(struct arena *a, struct book *b)
{
	struct asked x = { .text = STR("dolomite") };
	int64_t posts;
	bool more;
	CHECK(put(a, b, DEV, "1/dev", FILES("1")) == 1);
	CHECK(!found_within(a,
			    b)); /* the post is there at once, its files are read later */
	look(b, &x);
	CHECK(x.times == 1 && found_within(a, b) == WITHIN);
	CHECK(!hits(a, b, "olivine") && !hits(a, b, "gabbro") && !hits(a, b, "marble"));
	CHECK(!hits(a, b, "subject:basalt") && hits(a, b, "file:e.pdf"));
	look(b, &x);
	CHECK(x.times == 1);
	is_whole(b);
	CHECK(ok(archive_reindex(b, 0, &posts)) && found_within(a, b) == WITHIN);
	CHECK(ok(archive_words_forget(b)));
	CHECK(ok(book_run(b, "INSERT INTO refill (before) VALUES (1000)")));
	CHECK(!found_within(a, b));
	for (more = true; more;)
		CHECK(ok(archive_refill(b, &more)));
	CHECK(found_within(a, b) == WITHIN);
	is_whole(b);
}

/* Whatever is done to the post, what was in its files is found no more; shown again it is. */
static void goes_with_the_post(struct arena *a, struct book *b)
{
	struct asked x = { .text = STR("dolomite") };
	struct redact r = on(1);
	CHECK(ok(archive_hide(b, a, &r)) && !found_within(a, b));
	look(b, &x);
	CHECK(!x.times && !found_within(a, b));
	CHECK(ok(archive_show(b, a, &r)) && !found_within(a, b));
	look(b, &x);
	CHECK(x.times == 1 && found_within(a, b) == WITHIN);
	CHECK(ok(archive_cut_part(b, a, &r, 2)) && !found_within(a, b));
	look(b, &x);
	CHECK(x.times == 1 && !found_within(a, b));
	CHECK(put(a, b, DEV, "2/dev", FILES("2")) == 2);
	look(b, &x);
	r = on(2);
	CHECK(found_within(a, b) == WITHIN);
	CHECK(ok(archive_post_purge(b, a, &r)) && !found_within(a, b));
	is_whole(b);
}

/* Hidden while its files are being looked into: what comes of that is thrown away. */
static err hides_meanwhile(void *ctx, struct arena *a, str bytes, size_t most, str *text)
{
	struct redact r = on(3);
	(void)bytes, (void)most;
	CHECK(ok(archive_hide(ctx, a, &r)));
	*text = STR("dolomite");
	return OK;
}

static void hidden_meanwhile(struct arena *a, struct book *b)
{
	bool more;
	struct redact r = on(3);
	struct inside_reader reader = { hides_meanwhile, b };
	CHECK(put(a, b, DEV, "3/dev", FILES("3")) == 3);
	CHECK(ok(archive_look_inside(b, &reader, &more)) && !found_within(a, b));
	CHECK(ok(archive_post_purge(b, a, &r)));
	is_whole(b);
}

/* Who is erased, or whose address goes, is found in no file, though it stands there. */
static void names_nobody(struct arena *a, struct book *b)
{
	static const char pdf[] = "slate, says erik@lab.example, dolomite";
	struct asked x = { .text = str_from(pdf) };
	struct redact r = on(4);
	str address = STR("erik@lab.example");
	struct pseudonym who = { .addresses = &address,
				 .count = 1,
				 .as = STR("former-1") };
	struct pseudonym_done done = { 0 };
	bool more = true;
	CHECK(put(a, b, DEV, "4/dev", FILES("4")) == 4);
	look(b, &x);
	CHECK(hits(a, b, "inside:slate") == 1 && hits(a, b, "\"erik@lab.example\"") == 1);
	CHECK(ok(archive_cut_address(b, a, &r, address)));
	CHECK(!hits(a, b, "inside:slate") && !hits(a, b, "\"erik@lab.example\""));
	CHECK(!ok(archive_cut_address(b, a, &r, address)));
	CHECK(put(a, b, DEV, "5/dev", FILES("5")) == 5);
	look(b, &x);
	CHECK(hits(a, b, "inside:slate") == 1);
	while (more)
		CHECK(ok(pseudonym_posts(b, a, &who, 50, &done, &more)));
	CHECK(!hits(a, b, "inside:slate") && !hits(a, b, "\"erik@lab.example\""));
	is_whole(b);
}

/* What else is in the post is found meanwhile; it waits as often as there is no time. */
static void without_a_program(struct arena *a, struct book *b)
{
	struct asked x = { .answer = FAIL(ERR_NOTFOUND, "no such program") };
	CHECK(put(a, b, DEV, "6/dev", FILES("6")) == 6);
	for (int i = 1; i < 6; i++) {
		look(b, &x);
		CHECK(x.times == i && hits(a, b, "inside:quartz") == 1);
		look(b, &x);
		CHECK(x.times == i); /* it waits */
		CHECK(ok(archive_unread_awake(b)));
		x.answer = FAIL(ERR_TEMP, "the role wall takes no question");
	}
	x = (struct asked){ .text = STR("dolomite") };
	CHECK(ok(archive_unread_awake(b)));
	look(b, &x);
	CHECK(x.times == 1 && found_within(a, b) == WITHIN);
	CHECK(ok(archive_unread_awake(b)));
	look(b, &x);
	CHECK(x.times == 1);
	is_whole(b);
}

/* One that cannot be read is no reason against the others; one that ends the process is not
 * tried for ever. */
static void hostile(struct arena *a, struct book *b)
{
	struct asked x = { .answer = FAIL(ERR_LIMIT, "it never ends") };
	bool more = true;
	CHECK(put(a, b, DEV, "7/dev", FILES("7")) == 7);
	look(b, &x);
	CHECK(x.times == 1 && hits(a, b, "inside:feldspar") == 2);
	CHECK(put(a, b, DEV, "8/dev", FILES("8")) == 8);
	x.answer = FAIL(ERR_IO, "the role has died");
	struct inside_reader r = { read_pdf, &x };
	for (int i = 0; i < 3; i++)
		CHECK(archive_look_inside(b, &r, &more).kind == ERR_IO && more);
	CHECK(ok(archive_look_inside(b, &r, &more)));
	CHECK(ok(archive_look_inside(b, &r, &more)) && !more && x.times == 4);
	CHECK(hits(a, b, "inside:feldspar") == 2);
}

/* Pictures that were archived before they were shown: then the list's pages are new. */
static void measures(struct arena *a, struct book *b)
{
	struct asked x = { 0 };
	struct archive_attachments files;
	struct archive_post p;
	int64_t number, before, after;
	bool found;
	CHECK(put(a, b, DEV, "9/dev",
		  "From: a@b.example\r\nSubject: Picture\r\n"
		  "Content-Type: image/gif; name=p.gif\r\n"
		  "Content-Transfer-Encoding: base64\r\n\r\n"
		  "R0lGODdhAQACAIAAAHJnYlJHQiwAAAAAAQACAAACAXgAOw==\r\n")
	      == 9);
	look(b, &x);
	CHECK(ok(book_run(b, "UPDATE attachment SET width = 0, height = 0")));
	CHECK(ok(archive_post_by_number(b, a, DEV, 9, &p, &found)) && found);
	CHECK(ok(archive_unread_add(b, p.id)));
	CHECK(ok(archive_newest(b, DEV, &number, &before)));
	look(b, &x);
	CHECK(ok(archive_attachments_of_post(b, a, p.id, &files)) && files.count == 1);
	CHECK(files.list[0].width == 1 && files.list[0].height == 2);
	CHECK(ok(archive_newest(b, DEV, &number, &after)) && after > before);
	CHECK(ok(archive_unread_add(b, p.id)));
	look(b, &x);
	CHECK(ok(archive_newest(b, DEV, &number, &before)) && after == before);
}

/* What is taken of files is bounded; the whole list goes with nothing left of it. */
static void bounds(struct arena *a, struct book *b)
{
	BUF(m);
	BUF(text);
	struct asked x = { 0 };
	int64_t list = DEV;
	bool more = true;
	for (int i = 0; text.n < 2 * INSIDE_FILE_MAX; i++)
		buf_addf(&text, "word%d\r\n", i);
	buf_add(&m, STR("From: a@b.example\r\nSubject: Large\r\nContent-Type: "
			"multipart/mixed; boundary=b\r\n\r\n"));
	for (int i = 0; i < 6; i++) {
		buf_addf(&m, PART("text/plain", "f.txt") "begin%d\r\n", i);
		buf_cat(&m, buf_str(&text), STR("behind\r\n"));
	}
	buf_add(&m, STR("--b--\r\n"));
	CHECK(put(a, b, DEV, "10/dev", arena_z(a, buf_str(&m))) == 10);
	look(b, &x);
	CHECK(hits(a, b, "inside:begin0") == 1 && hits(a, b, "inside:begin2") == 1);
	CHECK(!hits(a, b, "inside:begin5") && !hits(a, b, "inside:behind"));
	is_whole(b);
	while (more)
		CHECK(ok(archive_purge(b, a, list, 2, &more)));
	CHECK(!found_within(a, b) && ok(archive_words_check(b)));
	str kept;
	for (int64_t id = 1; id < 13; id++)
		CHECK(ok(archive_inside_read(b, a, id, &kept)) && !kept.n);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	is_found(a, b);
	goes_with_the_post(a, b);
	hidden_meanwhile(a, b);
	names_nobody(a, b);
	without_a_program(a, b);
	hostile(a, b);
	measures(a, b);
	bounds(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
