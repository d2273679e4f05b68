/* Posts that are kept, read, found and checked; each on its own list. */
#include "archive_posts.h"

#include "archive/read.h"
#include "archive/render.h"
#include "archive/search.h"
#include "archive/snippet.h"
#include "archive/verify.h"
#include "whole_thread.h"

static void test_accept(struct arena *a, struct book *b)
{
	CHECK(put(a, b, DEV, "1/dev", FIRST) == 1);
	CHECK(put(a, b, DEV, "2/dev", ANSWER) == 2);
	CHECK(put(a, b, DEV, "1/dev", FIRST) == 1); /* the same arrival again */
	CHECK(put(a, b, SECRET, "3/secret", HIDDEN) == 1);
	CHECK(put(a, b, DEV, "4/dev", OTHER) == 3);
	int64_t number, version;
	CHECK(ok(archive_newest(b, DEV, &number, &version)) && number == 3
	      && version == 3);
	CHECK(ok(archive_newest(b, 99, &number, &version)) && number == 0
	      && version == 0);

	struct archive_post p;
	bool found;
	CHECK(ok(archive_post_by_number(b, a, DEV, 2, &p, &found)) && found);
	CHECK(str_eq(p.from_name, STR("Jörg"))
	      && str_eq(p.from_address, STR("joerg@lab.example")));
	CHECK(str_eq(p.message_id, STR("2@lab.example")) && p.flags & ARCHIVE_REPLY);
	CHECK(p.date == 1794909600 && p.attachments == 0
	      && p.size == (int64_t)sizeof ANSWER - 1);
	CHECK(ok(archive_post_by_number(b, a, DEV, 1, &p, &found)) && found);
	CHECK(p.offset == 60 && p.attachments == 1 && p.lead < p.size);
	CHECK(ok(archive_post_by_number(b, a, SECRET, 1, &p, &found)) && found);
	CHECK(p.flags & ARCHIVE_NO_DATE && p.date == 1795500000);
	CHECK(ok(archive_post_by_number(b, a, DEV, 4, &p, &found)) && !found);

	struct archive_arrival none = { .list = DEV,
					.source = STR("5/dev"),
					.message = STR("hello\r\n") };
	CHECK(archive_add(b, a, &none, &number).kind == ERR_SYNTAX);
	CHECK(ok(archive_newest(b, DEV, &number, &version))
	      && number == 3); /* nothing changed */
}

static void test_pages(struct arena *a, struct book *b)
{
	struct archive_thread_page t;
	struct archive_post_page p;
	bool found;
	CHECK(ok(whole_thread(b, a, DEV, 2, &t, &found)) && found);
	CHECK(t.thread.number == 1 && t.count == 2 && t.thread.posts == 2
	      && t.thread.authors == 2);
	CHECK(t.leaves[1].depth == 1 && t.leaves[1].parent == 0
	      && t.leaves[0].depth == 0);
	CHECK(t.leaves[0].attachments.count == 1 && t.leaves[1].attachments.count == 0);
	CHECK(str_eq(t.leaves[0].attachments.list[0].filename, STR("survey.csv")));
	CHECK((int64_t)t.leaves[0].message.n == t.leaves[0].post.lead);
	CHECK(str_find(render_text(a, t.leaves[0].message, NULL), STR("The Wilson plot"))
		      .n);
	CHECK(ok(whole_thread(b, a, DEV, 77, &t, &found)) && !found);

	CHECK(ok(archive_read_post(b, a, DEV, 2, &p, &found)) && found);
	CHECK(p.has_parent && p.parent.post.number == 1 && p.before == 1 && p.after == 3);
	CHECK(p.parent.message.n > 0 && p.thread.number == 1);

	str raw, bytes;
	struct archive_attachment x;
	CHECK(ok(archive_read_raw(b, a, DEV, 1, &raw, &found))
	      && str_eq(raw, str_from(FIRST)));
	CHECK(ok(archive_read_attachment(b, a, DEV, 1, 1, &x, &bytes, &found)) && found);
	CHECK(str_eq(bytes, STR("PK\3\4data")) && x.size == 8);
	CHECK(str_eq(x.sniffed, STR("application/zip"))
	      && str_eq(x.declared, STR("text/csv")));
	CHECK(ok(archive_read_attachment(b, a, DEV, 1, 2, &x, &bytes, &found)) && !found);
	CHECK(ok(archive_read_attachment(b, a, DEV, 1, 0, &x, &bytes, &found)) && !found);

	struct archive_posts some;
	CHECK(ok(archive_posts_by_message_id(b, a, 0, STR("1@uni.example"), &some)));
	CHECK(some.count == 2 && some.list[0].list == DEV && some.list[1].list == SECRET);
	CHECK(ok(archive_posts_by_message_id(b, a, SECRET, STR("1@uni.example"), &some)));
	CHECK(some.count == 1);
	CHECK(ok(archive_posts_by_message_id(b, a, 0, STR(""), &some))
	      && some.count == 0);
}

static void test_lists(struct arena *a, struct book *b)
{
	struct archive_threads t;
	struct archive_posts p;
	struct archive_month *months;
	size_t count;
	int64_t from, until;
	CHECK(ok(archive_threads_latest(b, a, DEV, 0, 0, 10, &t)) && t.count == 2);
	CHECK(t.list[0].number == 1 && t.list[1].number == 3);
	CHECK(str_eq(t.list[0].subject, STR("Map sharpening")));
	CHECK(ok(archive_threads_latest(b, a, DEV, t.list[0].last_at, t.list[0].id, 10,
					&t)));
	CHECK(t.count == 1 && t.list[0].number == 3);
	CHECK(ok(archive_months(b, a, DEV, &months, &count)) && count == 1);
	CHECK(months[0].year == 2026 && months[0].month == 11 && months[0].posts == 3);
	archive_month_span(2026, 11, &from, &until);
	CHECK(ok(archive_read_between(b, a, DEV, from, until, 0, 0, 10, &p))
	      && p.count == 3);
	CHECK(p.list[0].number == 3 && p.list[2].number == 2);
	CHECK(ok(archive_read_between(b, a, DEV, from, until, 0, p.list[0].id, 10, &p))
	      && p.count == 2);
	archive_month_span(2026, 12, &from, &until);
	CHECK(ok(archive_read_between(b, a, DEV, from, until, 0, 0, 10, &p))
	      && p.count == 0);
	CHECK(ok(archive_posts_newest(b, a, DEV, 0, 2, &p)) && p.count == 2
	      && p.list[0].number == 3);
}

static const struct search_list both[] = {
	{ .id = DEV, .name = STR("dev@lists.example") },
	{ .id = SECRET, .name = STR("secret@lists.example") }
};

/* The numbers found on dev, as digits; S for a post on secret. */
static str found_by(struct arena *a, struct book *b, const char *text, size_t lists,
		    enum archive_order order)
{
	struct search_found f;
	BUF(out);
	err e = search_run(b, a,
			   &(struct search){ .text = str_from(text),
					     .lists = both,
					     .list_count = lists,
					     .order = order,
					     .limit = 10 },
			   &f);
	if (e.kind)
		return arena_cat(a, STR("error: "), str_from(e.msg));
	for (size_t i = 0; i < f.count; i++)
		buf_addf(&out, f.hits[i].post.list == DEV ? "%lld" : "S",
			 (long long)f.hits[i].post.number);
	return arena_copy(a, buf_str(&out));
}

static void test_search(struct arena *a, struct book *b)
{
	static const struct {
		const char *text;
		size_t lists;
		const char *found;
	} cases[] = {
		{ "wilson", 1, "1" }, /* in 2 it is quoted */
		{ "wilson", 2, "S1" },
		{ "wilson quoted:yes", 1, "21" },
		{ "WILSON", 1, "1" },
		{ "cafe", 1, "1" }, /* diacritics do not count */
		{ "sharp*", 1, "21" },
		{ "\"half map\"", 1, "2" },
		{ "half map", 1, "23" },
		{ "\"map half\"", 1, "" },
		{ "half -tomogram", 1, "2" },
		{ "wilson OR tomogram", 1, "13" },
		{ "from:jorg", 1, "2" },
		{ "from:anna@uni.example", 1, "1" },
		{ "to:dev", 1, "21" },
		{ "subject:tomograms", 1, "3" },
		{ "subject:fsc", 1, "" },
		{ "file:survey", 1, "1" },
		{ "has:attachment", 1, "1" },
		{ "-has:attachment", 1, "23" },
		{ "has:patch", 1, "3" },
		{ "map before:2026-11-15", 1, "3" },
		{ "after:2026-11-15", 1, "21" },
		{ "after:2026-11-15 -wilson", 1, "2" },
		{ "thread:2", 1, "21" },
		{ "thread:2 fsc", 1, "2" },
		{ "list:secret wilson", 2, "S" },
		{ "list:secret@lists.example wilson", 2, "S" },
		{ "list:secret wilson", 1,
		  "error: list: there is no list secret that you may read" },
		{ "nothing-of-that-kind", 2, "" },
		{ "q:wilson", 1, "2" },
		{ "q:wilson half", 1, "2" },
		{ "q:half", 1, "" },
		{ "nq:wilson", 1, "1" },
		{ "half NEAR/3 fsc", 1, "23" },
		{ "half NEAR/1 better", 1, "" },
		{ "s:tomograms", 1, "3" },
		{ "m:2@lab.example", 1, "2" },
		{ "m:1@uni.example", 2, "S1" },
		{ "m:1@uni.example wilson", 1, "1" },
		{ "type:zip", 1, "1" },
		{ "type:png", 1, "" },
		{ "wilson type:zip", 1, "1" },
		{ "thread:2 has:attachment", 1, "1" },
		{ "has:patch map", 1, "3" },
		{ "has:attachment wilson", 1, "1" },
		{ "wilson date:2026-11", 1, "1" },
		{ "wilson date:2025", 1, "" },
		{ "lid:secret.lists.example wilson", 2, "S" },
		{ "dfn:x tomogram", 1, "3" },
		{ "dfn:wilson", 1, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = found_by(a, b, cases[i].text, cases[i].lists, ARCHIVE_NEWEST);
		CHECK(str_eq(got, str_from(cases[i].found)));
		if (!str_eq(got, str_from(cases[i].found)))
			fprintf(stderr, "  %s -> %.*s\n", cases[i].text, STR_F(got));
	}
	/* a word in the subject weighs more than one in the text */
	CHECK(str_eq(found_by(a, b, "tomogram* OR fsc", 1, ARCHIVE_BEST), STR("32")));
	CHECK(str_eq(found_by(a, b, "wilson", 0, ARCHIVE_NEWEST), STR("")));
}

/* A place in a patch is shown as lines, one in the text before it as words. */
static void test_code(struct arena *a)
{
	static const char TEXT[] =
		"Mend the zebra, since it\nwas striped.\n\nSigned-off-by: A <a@x>\n---\n"
		" src/okapi.c | 2 +-\n\ndiff --git a/src/okapi.c b/src/okapi.c\n"
		"--- a/src/okapi.c\n+++ b/src/okapi.c\n@@ -1,3 +1,3 @@\n int before;\n"
		"-int gnu_old;\n+int <gnu_new>;\n int after;\n";
	struct marks m;
	bool code;
	marks_read(a, (str[]){ STR("zebra") }, 1, &m);
	struct html got = snippet(a, &m, str_from(TEXT), false, &code);
	CHECK(!code
	      && str_starts(got.s, STR("Mend the <mark>zebra</mark>, since it\nwas")));
	marks_read(a, (str[]){ STR("gnu"), STR("new") }, 2, &m);
	got = snippet(a, &m, str_from(TEXT), false, &code);
	CHECK(code
	      && str_eq(got.s,
			STR(" int before;\n<del>-int <mark>gnu</mark>_old;</del>"
			    "<ins>+int &lt;<mark>gnu</mark>_<mark>new</mark>&gt;;</ins>"
			    " int after;\n")));
	marks_read(a, (str[]){ STR("okapi") }, 1, &m);
	got = snippet(a, &m, str_from(TEXT), false, &code);
	CHECK(code
	      && str_starts(got.s,
			    STR("---\n src/<mark>okapi</mark>.c | 2 +-\n\n<b>diff")));
	marks_read(a, (str[]){ STR("nothing") }, 1, &m);
	got = snippet(a, &m, str_from(TEXT), false, &code);
	CHECK(!code && str_starts(got.s, STR("Mend")));
	/* at the end of a long line, and of the text */
	str line = arena_printf(a, "x\n@@ -1 +1 @@\n+%0300d gnu", 0);
	marks_read(a, (str[]){ STR("gnu") }, 1, &m);
	got = snippet(a, &m, line, false, &code);
	CHECK(code && str_ends(got.s, STR("000</ins>")));
}

static void test_snippets(struct arena *a, struct book *b)
{
	struct search_found f;
	struct search s = { .text = STR("\"half map\" fsc"),
			    .lists = both,
			    .list_count = 1,
			    .limit = 1 };
	CHECK(ok(search_run(b, a, &s, &f)) && f.count == 1 && !f.more && f.total == 1);
	CHECK(str_find(f.hits[0].snippet.s, STR("<mark>Half map</mark> <mark>FSC</mark>"))
		      .n);
	s.text = STR("sharpening");
	CHECK(ok(search_run(b, a, &s, &f)) && f.count == 1 && f.more && f.total == 2);
	CHECK(str_eq(f.hits[0].subject.s, STR("Re: Map <mark>sharpening</mark>")));
	s.after_date = f.hits[0].post.date;
	s.after_id = f.hits[0].post.id;
	CHECK(ok(search_run(b, a, &s, &f)) && f.count == 1 && !f.more);
	CHECK(f.hits[0].post.number == 1);
	s = (struct search){
		.text = STR("cafe"), .lists = both, .list_count = 1, .limit = 5
	};
	CHECK(ok(search_run(b, a, &s, &f)) && f.count == 1);
	CHECK(str_find(f.hits[0].snippet.s, STR("<mark>café</mark>")).n);
}

static void test_aliases(struct book *b)
{
	int64_t list, number;
	bool found;
	CHECK(ok(archive_alias_add(b, STR("/pipermail/dev/2008-May/000630.html"), DEV,
				   2)));
	CHECK(ok(archive_alias_add(b, STR("/pipermail/dev/"), DEV, 0)));
	CHECK(ok(archive_alias_find(b, STR("/pipermail/dev/2008-May/000630.html"), &list,
				    &number, &found)));
	CHECK(found && list == DEV && number == 2);
	CHECK(ok(archive_alias_find(b, STR("/pipermail/dev/"), &list, &number, &found)));
	CHECK(found && list == DEV && number == 0);
	CHECK(ok(archive_alias_find(b, STR("/pipermail/dev"), &list, &number, &found)));
	CHECK(found && !number);
	CHECK(ok(archive_alias_find(b, STR("/pipermail/"), &list, &number, &found))
	      && !found);
}

static void test_verify(struct arena *a, struct book *b)
{
	struct verify_result r;
	int64_t posts;
	CHECK(ok(archive_verify(b, 0, NULL, NULL, &r)) && r.posts == 4);
	CHECK(r.unreadable == 0 && r.changed == 0);
	CHECK(ok(archive_reindex(b, DEV, STR(""), &posts)) && posts == r.posts);
	test_search(a, b);
	struct archive_thread_page t;
	bool found;
	CHECK(ok(whole_thread(b, a, DEV, 2, &t, &found)) && found && t.count == 2);
	CHECK(ok(archive_verify(b, 0, NULL, NULL, &r)) && r.unreadable == 0
	      && r.changed == 0);
}

/* A reader's connection sees what was written, and may not write. */
static void test_reader(struct arena *a, str folder)
{
	struct book *b = book_at(a, folder, BOOK_ARCHIVE, BOOK_READ);
	struct archive_thread_page t;
	bool found;
	int64_t number;
	CHECK(ok(whole_thread(b, a, DEV, 1, &t, &found)) && found && t.count == 2);
	CHECK(str_eq(found_by(a, b, "wilson", 1, ARCHIVE_NEWEST), STR("1")));
	struct archive_arrival x = { .list = DEV,
				     .source = STR("no"),
				     .message = str_from(OTHER) };
	CHECK(archive_add(b, a, &x, &number).kind != ERR_NONE);
	book_close(b);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_accept(a, b);
	test_pages(a, b);
	test_lists(a, b);
	test_search(a, b);
	test_snippets(a, b);
	test_code(a);
	test_aliases(b);
	test_verify(a, b);
	test_reader(a, folder);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
