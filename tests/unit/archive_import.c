/* An archive that leaves as mbox and comes in from one, line by line of the report. */
#include "archive_posts.h"

#include "archive/export.h"
#include "archive/import.h"
#include "archive/read.h"
#include "base/buf.h"
#include "base/thread.h"

static str exported(struct arena *a, struct book *b, struct export_job *x)
{
	BUF(all);
	for (bool done = false; !done;) {
		str piece;
		CHECK(ok(export_next(x, b, a, &piece, &done)));
		buf_add(&all, piece);
	}
	return arena_copy(a, buf_str(&all));
}

static void test_round_trip(struct arena *a, struct book *b)
{
	struct export_job x;
	struct import_result r;
	export_list(&x, DEV);
	str mbox = exported(a, b, &x);
	export_thread(&x, DEV, 2);
	str thread = exported(a, b, &x);
	CHECK(thread.n && thread.n < mbox.n && str_starts(mbox, str_first(thread, 20)));
	int64_t from, until;
	archive_month_span(2026, 11, &from, &until);
	export_between(&x, DEV, from, until);
	CHECK(exported(a, b, &x).n == mbox.n);
	archive_month_span(2025, 11, &from, &until);
	export_between(&x, DEV, from, until);
	CHECK(exported(a, b, &x).n == 0);
	/* back into its own list nothing is new; into another all is */
	CHECK(ok(archive_import(b, a, &(struct import_job){ .list = DEV, .mbox = mbox },
				&r)));
	CHECK(r.messages == 3 && r.duplicate == 3 && r.kept == 0);
	CHECK(ok(archive_import(b, a, &(struct import_job){ .list = 5, .mbox = mbox },
				&r)));
	CHECK(r.messages == 3 && r.kept == 3);
	CHECK(ok(archive_import(b, a, &(struct import_job){ .list = 5, .mbox = mbox },
				&r)));
	CHECK(r.duplicate == 3 && r.kept == 0);
}

struct lines {
	struct arena *a;
	struct import_line at[10];
	size_t count;
};

static void keep_line(void *arg, const struct import_line *line)
{
	struct lines *l = arg;
	if (l->count == 10)
		return;
	l->at[l->count] = *line;
	l->at[l->count++].why = line->why ? arena_z(l->a, str_from(line->why)) : NULL;
}

static void test_report(struct arena *a, struct book *b)
{
	static const char mbox[] =
		"From a@x Tue Nov 17 09:12:00 2026\nFrom: a@x.example\nSubject: one\n"
		"Message-ID: <r1@x>\nDate: Tue, 17 Nov 2026 09:12:00 +0000\n\none\n\n"
		"From a@x Tue Nov 17 09:13:00 2026\nFrom: a@x.example\nSubject: "
		"two\n\ntwo\n\n"
		"From a@x Tue Nov 17 09:12:00 2026\nFrom: a@x.example\nSubject: one\n"
		"Message-ID: <r1@x>\nDate: Tue, 17 Nov 2026 09:12:00 +0000\n\none\n\n"
		"From a@x Tue Nov 17 09:12:00 2026\nReceived: by other way\nFrom: "
		"a@x.example\n"
		"Subject: one\nMessage-ID: <r1@x>\nDate: Tue, 17 Nov 2026 09:12:00 "
		"+0000\n\n one\n\n"
		"From a@x Tue Nov 17 09:14:00 2026\nX-Nothing: at all\n\nthree\n";
	struct import_result r;
	struct lines l = { .a = a };
	struct import_job job = { .pipermail = STR("/pipermail/nine"),
				  .list = 9,
				  .mbox = str_from(mbox),
				  .report = keep_line,
				  .arg = &l };
	CHECK(ok(archive_import(b, a, &job, &r)));
	CHECK(r.messages == 5 && r.kept == 2 && r.repaired == 1 && r.duplicate == 2);
	CHECK(r.unreadable == 1 && l.count == 5);
	CHECK(l.at[0].what == IMPORT_KEPT && l.at[0].number == 1 && l.at[0].offset == 0);
	CHECK(l.at[1].what == IMPORT_REPAIRED && strstr(l.at[1].why, "no Message-ID"));
	CHECK(l.at[2].what == IMPORT_DUPLICATE && l.at[2].number == 1);
	CHECK(l.at[3].what == IMPORT_DUPLICATE
	      && strstr(l.at[3].why, "Message-ID, author"));
	CHECK(l.at[4].what == IMPORT_UNREADABLE && l.at[4].number == 0);
	CHECK(!strcmp(import_word(l.at[1].what), "kept, repaired"));
	int64_t list, number;
	bool found;
	CHECK(ok(archive_alias_find(b, STR("/pipermail/nine/2026-November/000001.html"),
				    &list, &number, &found)));
	CHECK(found && list == 9 && number == 2);
	CHECK(ok(archive_alias_find(b, STR("/pipermail/nine/2026-November/000003.html"),
				    &list, &number, &found)));
	CHECK(found && list == 9
	      && number == 1); /* the duplicate's address leads to the first */
}

struct slow {
	struct book *other;
	size_t count;
	int64_t seen;
};

static void be_slow(void *arg, const struct import_line *line)
{
	struct slow *s = arg;
	bool found;
	(void)line;
	if (s->count++ == 0)
		thread_sleep(1100);
	if (s->count == 200)
		CHECK(ok(book_number(s->other, &s->seen, &found,
				     "SELECT count(*) FROM post WHERE list = 11")));
}

/* Where it goes slowly what is written is committed after a second: whoever else writes
 * does not wait for thousands. */
static void test_slow(struct arena *a, struct book *b, str folder)
{
	BUF(mbox);
	struct import_result r;
	struct slow s = { 0 };
	for (int i = 0; i < 300; i++)
		buf_addf(&mbox,
			 "From a@x Tue Nov 17 09:12:00 2026\nFrom: a@x.example\nSubject: "
			 "%d\nMessage-ID: <slow%d@x>\nDate: Tue, 17 Nov 2026 09:12:00 "
			 "+0000\n\n%d\n\n",
			 i, i, i);
	CHECK(ok(book_open(a, folder, BOOK_ARCHIVE, BOOK_READ, &s.other)));
	CHECK(ok(archive_import(b, a,
				&(struct import_job){ .list = 11,
						      .mbox = buf_str(&mbox),
						      .report = be_slow,
						      .arg = &s },
				&r)));
	CHECK(r.kept == 300 && s.count == 300 && s.seen > 0 && s.seen < 200);
	book_close(s.other);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	put(a, b, DEV, "1/dev", FIRST);
	put(a, b, DEV, "2/dev", ANSWER);
	put(a, b, DEV, "3/dev", OTHER);
	test_round_trip(a, b);
	test_report(a, b);
	test_slow(a, b, folder);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
