/* Files that name somebody who has gone: what was not read by then never is, and what was shall
 * not be read anew. */
#include "archive_posts.h"

#include "archive/inside.h"
#include "archive/redact.h"
#include "archive/search.h"
#include "store/archive/inside.h"

#define ERIK "erik@lab.example"
#define POST(id, body)                                                          \
	"From: Anna Meyer <anna@uni.example>\r\nSubject: Files\r\n"             \
	"Message-ID: <" id "@uni.example>\r\n"                                  \
	"Date: Tue, 17 Nov 2026 09:12:00 +0100\r\n"                             \
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"                     \
	"--b\r\nContent-Type: text/plain\r\n\r\n" body "\r\n"                   \
	"--b\r\nContent-Type: application/pdf\r\n"                              \
	"Content-Disposition: attachment; filename=\"e.pdf\"\r\n\r\n%PDF-1.4 x" \
	"\r\n--b--\r\n"

struct reader {
	int times;
	err answer;
};

static err read_pdf(void *ctx, struct arena *a, str bytes, size_t most, str *text)
{
	struct reader *x = ctx;
	(void)a, (void)bytes, (void)most;
	x->times++;
	*text = STR("slate, says " ERIK);
	return x->answer;
}

/* How many PDF were read. */
static int look(struct book *b, err answer)
{
	bool more = true;
	struct reader x = { .answer = answer };
	struct inside_reader r = { read_pdf, &x };
	for (int i = 0; more && i < 20; i++)
		CHECK(ok(archive_look_inside(b, &r, &more)));
	CHECK(!more);
	return x.times;
}

static size_t slates(struct arena *a, struct book *b)
{
	struct search_list l = { .id = DEV, .name = STR("dev@lists.example") };
	struct search s = {
		.text = STR("slate"), .lists = &l, .list_count = 1, .limit = 50
	};
	struct search_found found = { 0 };
	CHECK(ok(search_run(b, a, &s, &found)));
	return found.count;
}

static struct redact on(int64_t number)
{
	return (struct redact){ .list = DEV,
				.number = number,
				.at = 1795600000,
				.actor = STR("owner@uni.example"),
				.reason = STR("asked for") };
}

/* As lists/erase.c does it. */
static void erase(struct arena *a, struct book *b, bool waits)
{
	str address = STR(ERIK);
	struct pseudonym who = { .addresses = &address,
				 .count = 1,
				 .as = STR("former-1") };
	struct pseudonym_done done = { 0 };
	bool left;
	CHECK(ok(archive_unread_close(b, 0, &left)) && left == waits);
	if (left)
		return;
	CHECK(ok(pseudonym_hidden(b, &who)));
	for (bool more = true; more;)
		CHECK(ok(pseudonym_posts(b, a, &who, 50, &done, &more)));
}

static void out_and_in_again(struct arena *a, struct book *b, int64_t number)
{
	struct redact r = on(number);
	CHECK(ok(archive_hide(b, a, &r)) && ok(archive_show(b, a, &r)));
}

static bool is_count(struct book *b, int64_t now, int64_t later)
{
	struct archive_unread_counts n;
	CHECK(ok(archive_unread_count(b, &n)));
	return n.now == now && n.later == later;
}

/* Hidden and shown again they are read anew, until somebody goes whom they name. */
static void read_before(struct arena *a, struct book *b)
{
	CHECK(put(a, b, DEV, "1/dev", POST("1", "See there.")) == 1);
	CHECK(put(a, b, DEV, "2/dev", POST("2", ERIK " says so.")) == 2);
	CHECK(is_count(b, 2, 0));
	erase(a, b, true);
	CHECK(look(b, OK) == 2 && slates(a, b) == 2 && is_count(b, 0, 0));
	out_and_in_again(a, b, 1);
	out_and_in_again(a, b, 2);
	CHECK(look(b, OK) == 2 && slates(a, b) == 2);
	erase(a, b, false);
	CHECK(!slates(a, b));
	out_and_in_again(a, b, 1);
	out_and_in_again(a, b, 2);
	CHECK(look(b, OK) == 0 && !slates(a, b));
}

/* Whom the files of a hidden post name is not known while it is hidden. */
static void hidden(struct arena *a, struct book *b)
{
	struct redact r = on(3);
	CHECK(put(a, b, DEV, "3/dev", POST("3", "See there.")) == 3);
	CHECK(look(b, OK) == 1 && slates(a, b) == 1);
	CHECK(ok(archive_hide(b, a, &r)));
	erase(a, b, false);
	CHECK(ok(archive_show(b, a, &r)) && look(b, OK) == 0 && !slates(a, b));
}

/* A PDF that waits for pdftotext is not read when that comes. */
static void waiting(struct arena *a, struct book *b)
{
	CHECK(put(a, b, DEV, "4/dev", POST("4", "See there.")) == 4);
	CHECK(look(b, FAIL(ERR_NOTFOUND, "not installed")) == 1 && is_count(b, 0, 1));
	erase(a, b, false);
	CHECK(is_count(b, 0, 0) && ok(archive_unread_awake(b)));
	CHECK(look(b, OK) == 0 && !slates(a, b));
	CHECK(put(a, b, DEV, "5/dev", POST("5", "Later.")) == 5);
	CHECK(look(b, OK) == 1 && slates(a, b) == 1); /* what comes after that is */
}

/* The same where an owner takes an address out. */
static void cut(struct arena *a, struct book *b)
{
	struct redact one = on(6), all = on(0);
	int64_t after = 0, changed = 0;
	bool more;
	CHECK(put(a, b, DEV, "6/dev", POST("6", "See there.")) == 6);
	CHECK(ok(archive_cut_address(b, a, &one, STR(ERIK))));
	CHECK(look(b, OK) == 0 && slates(a, b) == 1);
	CHECK(archive_cut_address(b, a, &one, STR(ERIK)).kind == ERR_NOTFOUND);
	CHECK(put(a, b, DEV, "7/dev", POST("7", "See there.")) == 7);
	CHECK(archive_cut_address_all(b, a, &all, STR(ERIK), &after, &changed, &more).kind
	      == ERR_TEMP);
	CHECK(look(b, OK) == 1 && slates(a, b) == 2);
	CHECK(put(a, b, SECRET, "8/dev", POST("8", "Elsewhere.")) == 1);
	for (more = true; more;)
		CHECK(ok(archive_cut_address_all(b, a, &all, STR(ERIK), &after, &changed,
						 &more)));
	CHECK(changed == 2 && !slates(a, b));
	out_and_in_again(a, b, 5);
	CHECK(look(b, OK) == 1 && !slates(a, b)); /* that of the other list */
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	read_before(a, b);
	hidden(a, b);
	waiting(a, b);
	cut(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
