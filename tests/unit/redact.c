/* What owners do to posts: hide, show, purge, cut, split, merge; and that nothing of it is left. */
#include "archive_posts.h"

#include "archive/export.h"
#include "archive/learn.h"
#include "archive/read.h"
#include "archive/redact.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "base/file.h"
#include "store/archive/blob.h"
#include "store/archive/words.h"

#include <dirent.h>

static struct redact on(int64_t number)
{
	return (struct redact){ .list = DEV,
				.number = number,
				.at = 1795600000,
				.actor = STR("owner@uni.example"),
				.reason = STR("asked for") };
}

static struct archive_post post_of(struct arena *a, struct book *b, int64_t number)
{
	struct archive_post p = { 0 };
	bool found = false;
	CHECK(ok(archive_post_by_number(b, a, DEV, number, &p, &found)) && found);
	return p;
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

static str mbox_of(struct arena *a, struct book *b)
{
	struct export_job x;
	bool done = false;
	str all = STR("");
	export_list(&x, DEV);
	while (!done) {
		str piece;
		CHECK(ok(export_next(&x, b, a, &piece, &done)));
		all = arena_cat(a, all, piece);
	}
	return all;
}

static str raw_of(struct arena *a, struct book *b, int64_t number)
{
	str message = STR("");
	bool found;
	CHECK(ok(archive_read_raw(b, a, DEV, number, &message, &found)) && found);
	return message;
}

static bool is_well(struct book *b)
{
	struct verify_result v;
	return ok(archive_verify(b, 0, NULL, NULL, &v)) && !v.changed && !v.unreadable;
}

static void again(struct book *b)
{
	int64_t posts;
	CHECK(ok(archive_reindex(b, DEV, STR(""), &posts)) && is_well(b));
}

/* ---- hide and show */

static void test_hide(struct arena *a, struct book *b)
{
	struct redact r = on(1);
	struct archive_post was = post_of(a, b, 1), p, row;
	struct archive_attachments files;
	str message;
	bool found;
	CHECK(hits(a, b, "sharpening") == 2 && hits(a, b, "survey") == 1);
	CHECK(ok(archive_hide(b, a, &r)));
	CHECK(archive_hide(b, a, &r).kind == ERR_DENIED);
	p = post_of(a, b, 1);
	CHECK(p.flags & ARCHIVE_GONE && !p.subject.n && !p.from_address.n
	      && !p.attachments && p.date == was.date && p.thread == was.thread);
	CHECK(hits(a, b, "sharpening") == 1 && hits(a, b, "survey") == 0);
	CHECK(!str_find(raw_of(a, b, 1), STR("Wilson")).n);
	CHECK(!str_find(mbox_of(a, b), STR("UEsDBGRhdGE")).n);
	CHECK(post_of(a, b, 2).parent == p.id);
	again(b);
	p = post_of(a, b, 1);
	CHECK(p.flags & ARCHIVE_GONE && hits(a, b, "sharpening") == 1);
	CHECK(post_of(a, b, 2).parent == p.id);
	CHECK(ok(archive_read_hidden(b, a, &p, &row, &files, &message, &found)) && found);
	CHECK(str_eq(row.subject, STR("Map sharpening")) && files.count == 1);
	CHECK(ok(archive_show(b, a, &r)));
	CHECK(archive_show(b, a, &r).kind == ERR_DENIED);
	p = post_of(a, b, 1);
	CHECK(!(p.flags & ARCHIVE_GONE) && str_eq(p.subject, was.subject)
	      && p.attachments == 1 && p.subject_key == was.subject_key);
	CHECK(hits(a, b, "sharpening") == 2 && hits(a, b, "survey") == 1);
	CHECK(str_eq(raw_of(a, b, 1), str_from(FIRST)));
	again(b);
}

/* ---- parts and addresses */

static void test_cut(struct arena *a, struct book *b)
{
	struct redact r = on(1), all = on(0);
	struct redact_part *parts;
	size_t n;
	int64_t after = 0, changed = 0;
	bool more = true;
	CHECK(ok(redact_parts(a, raw_of(a, b, 1), &parts, &n)) && n == 2);
	CHECK(str_eq(parts[1].filename, STR("survey.csv")));
	CHECK(ok(archive_cut_part(b, a, &r, parts[1].part)));
	str raw = raw_of(a, b, 1);
	CHECK(!str_find(raw, STR("survey")).n && !str_find(raw, STR("UEsDBG")).n);
	CHECK(str_starts(raw, STR("Archive-Redacted: ")));
	CHECK(str_find(raw, STR("The Wilson plot of a caf\xc3\xa9 lies.")).n);
	CHECK(post_of(a, b, 1).attachments == 1 && post_of(a, b, 1).flags & ARCHIVE_CUT);
	CHECK(hits(a, b, "survey") == 0 && hits(a, b, "removed") == 1);
	CHECK(archive_cut_part(b, a, &r, 0).kind == ERR_NOTFOUND);
	CHECK(archive_cut_address(b, a, &r, STR("x@nobody.example")).kind
	      == ERR_NOTFOUND);
	while (more)
		CHECK(ok(archive_cut_address_all(b, a, &all, STR("Anna@uni.example"),
						 &after, &changed, &more)));
	CHECK(changed == 2);
	CHECK(!str_find(mbox_of(a, b), STR("anna@uni.example")).n);
	CHECK(str_eq(post_of(a, b, 1).from_name, STR("Anna Meyer")));
	CHECK(hits(a, b, "from:anna@uni.example") == 0);
	again(b);
	CHECK(post_of(a, b, 1).flags & ARCHIVE_CUT);
}

/* ---- threads */

static int64_t thread_of(struct arena *a, struct book *b, int64_t number)
{
	return post_of(a, b, number).thread;
}

static void test_threads(struct arena *a, struct book *b)
{
	struct redact r = on(2);
	CHECK(thread_of(a, b, 2) == thread_of(a, b, 1));
	CHECK(ok(archive_split(b, a, &r)));
	CHECK(thread_of(a, b, 2) != thread_of(a, b, 1) && !post_of(a, b, 2).parent);
	CHECK(archive_split(b, a, &r).kind == ERR_DENIED);
	int64_t n = put(a, b, DEV, "9/dev",
			"From: b@x.example\r\nSubject: Re: Map sharpening\r\n"
			"Message-ID: <9@x.example>\r\nReferences: <1@uni.example> "
			"<2@lab.example>\r\n\r\nIt goes with the split one.\r\n");
	CHECK(thread_of(a, b, n) == thread_of(a, b, 2));
	again(b);
	CHECK(thread_of(a, b, n) == thread_of(a, b, 2));
	CHECK(thread_of(a, b, 2) != thread_of(a, b, 1));
	CHECK(archive_merge(b, a, &r, n).kind == ERR_DENIED);
	CHECK(ok(archive_merge(b, a, &r, 3)));
	CHECK(thread_of(a, b, 2) == thread_of(a, b, 3)
	      && post_of(a, b, 2).parent == post_of(a, b, 3).id);
	CHECK(thread_of(a, b, n) == thread_of(a, b, 3));
	again(b);
	CHECK(thread_of(a, b, 2) == thread_of(a, b, 3));
	CHECK(ok(archive_unplace(b, a, &r)));
	CHECK(archive_unplace(b, a, &r).kind == ERR_DENIED);
	CHECK(post_of(a, b, 2).parent == post_of(a, b, 1).id
	      && thread_of(a, b, n) == thread_of(a, b, 1));
	CHECK(thread_of(a, b, 3) != thread_of(a, b, 1));
	again(b);
	CHECK(thread_of(a, b, n) == thread_of(a, b, 1));
}

/* ---- purge */

static str files_of(struct arena *a, str folder)
{
	str all = STR("");
	const char *path = arena_z(a, arena_cat(a, folder, STR("/archive")));
	DIR *d = opendir(path);
	CHECK(d);
	for (struct dirent *e; d && (e = readdir(d));) {
		str bytes;
		if (e->d_name[0] != '.'
		    && ok(file_read(a,
				    arena_z(a, arena_printf(a, "%s/%s", path, e->d_name)),
				    SIZE_MAX, &bytes)))
			all = arena_cat(a, all, bytes);
	}
	closedir(d);
	return all;
}

/* Neighbours go one after the other, so that their pages are moved about. */
static void test_purge(struct arena *a, struct book *b, str folder)
{
	enum { POSTS = 60, FROM = 10, TO = 50 };
	char noise[6000];
	bool more = true;
	srand(4);
	for (int i = 0; i < POSTS; i++) {
		ARENA(one);
		for (size_t k = 0; k < sizeof noise - 1; k++)
			noise[k] = (char)('a' + rand() % 26);
		noise[sizeof noise - 1] = '\0';
		str text = arena_printf(
			one,
			"From: m%d <from%dmarkaddress@x.example>\r\n"
			"Subject: subject%dmarkword\r\nMessage-ID: <p%d@x.example>\r\n"
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
			"body%dmarkword\r\n%.*s\r\n--b\r\nContent-Type: "
			"text/plain; name=file%dmarkword.txt\r\nContent-Disposition: "
			"attachment\r\n\r\n%s\r\n--b--\r\n",
			i, i, i, i, i, i * 90, noise, i, noise);
		put(a, b, DEV, arena_z(one, arena_printf(one, "p%d", i)),
		    arena_z(one, text));
	}
	int64_t first = 0;
	for (int64_t n = 1; !first; n++)
		if (str_eq(post_of(a, b, n).message_id, STR("p0@x.example")))
			first = n;
	CHECK(str_find(files_of(a, folder), STR("subject20markword")).n);
	for (int i = FROM; i < TO; i++) {
		ARENA(one);
		struct redact r = on(first + i);
		CHECK(ok(archive_post_purge(b, one, &r)));
		CHECK(archive_post_purge(b, one, &r).kind == ERR_DENIED);
	}
	for (bool begins = true; more; begins = false)
		CHECK(ok(archive_words_merge(b, begins, &more)));
	CHECK(ok(book_scrub(b)));
	str left = files_of(a, folder);
	for (int i = 0; i < POSTS; i++) {
		bool gone = i >= FROM && i < TO;
		str word = arena_printf(a, "subject%dmarkword", i);
		CHECK(!str_find(left, word).n == gone);
		CHECK(!str_find(left, arena_printf(a, "%dmarkword", i)).n == gone);
		CHECK(!str_find(left, arena_printf(a, "from%dmarkaddress", i)).n == gone);
	}
	CHECK(ok(archive_words_check(b)) && is_well(b));
	CHECK(hits(a, b, "body5markword") == 1 && hits(a, b, "body20markword") == 0);
	again(b);
}

/* ---- dictionaries */

static bool holds_mark(struct arena *a, struct book *b, int *of)
{
	struct archive_dictionary *d;
	size_t n;
	CHECK(ok(archive_dictionaries(b, a, SECRET, &d, &n)) && n == 1);
	for (*of = 1; n && *of <= 500; ++*of)
		if (str_find(d[0].bytes, arena_printf(a, "unheardof%dword", *of)).n)
			return true;
	return false;
}

/* What a dictionary holds of a post goes with it, and all others are still read. */
static void test_dictionary(struct arena *a, struct book *b, str folder)
{
	int of;
	int64_t after = 0;
	bool more = true, found;
	CHECK(ok(book_begin(b)));
	for (int i = 1; i <= 500; i++) {
		ARENA(one);
		str text = arena_printf(one,
					"From: p@x.example\r\nSubject: post\r\n"
					"Message-ID: <s%d@x.example>\r\n\r\n"
					"Everybody says these words and unheardof%dword "
					"at their end, always.\r\n",
					i, i);
		put(one, b, SECRET, arena_z(one, arena_printf(one, "s%d", i)),
		    arena_z(one, text));
	}
	CHECK(ok(book_commit(b)));
	bool held = holds_mark(a, b, &of);
	CHECK(held);
	struct redact r = on(of);
	r.list = SECRET;
	CHECK(ok(archive_post_purge(b, a, &r)));
	struct archive_dictionary d;
	CHECK(ok(archive_dictionary_retired(b, a, &d, &found)) && found);
	while (more)
		CHECK(ok(archive_unlearn_continue(b, a, &after, &more)));
	CHECK(ok(archive_dictionary_retired(b, a, &d, &found)) && !found);
	more = true;
	for (bool begins = true; more; begins = false)
		CHECK(ok(archive_words_merge(b, begins, &more)));
	CHECK(ok(book_scrub(b)));
	str left = files_of(a, folder);
	CHECK(!str_find(left, arena_printf(a, "unheardof%dword", of)).n);
	CHECK(is_well(b));
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	put(a, b, DEV, "1/dev", FIRST);
	put(a, b, DEV, "2/dev", ANSWER);
	put(a, b, DEV, "3/dev", OTHER);
	put(a, b, DEV, "4/dev",
	    "From: dora@x.example\r\nTo: Anna <anna@uni.example>\r\nSubject: hello\r\n"
	    "Message-ID: <4@x.example>\r\n\r\nWrite to anna@uni.example.\r\n");
	test_hide(a, b);
	test_cut(a, b);
	test_threads(a, b);
	test_purge(a, b, folder);
	test_dictionary(a, b, folder);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
