/* The first words of a post: its author's own, and nothing that is hidden. */
#include "archive_posts.h"

#include "archive/opening.h"
#include "base/buf.h"
#include "store/archive/thread.h"

static void test_words(void)
{
	static const struct {
		const char *text, *opening;
	} cases[] = {
		{ "", "" },
		{ "One  word\nand\tanother.\n\nMore.", "One word and another. More." },
		{ "Dear all,\n\nthe map is flat.", "the map is flat." },
		{ "Hi Anna!\nIs it?", "Is it?" },
		{ "In short,\nno.", "no." },
		{ "It is, in the end and after all that was said before,\nflat.",
		  "It is, in the end and after all that was said before, flat." },
		{ "> What?\nThat.", "That." },
		{ "On Tuesday Anna\nwrote:\n> What?\n\nThat.", "That." },
		{ "First.\n\nBen wrote:\n>> What?\n> So.\nThat.", "First. That." },
		{ "Text\n-- \nAnna", "Text" },
		{ "-- \nAnna", "" },
		{ "Text\n_______________________________________________\nlist info",
		  "Text" },
		{ "From: A <a@uni.example>\n\nFix it.\n\nSigned-off-by: A "
		  "<a@uni.example>\n"
		  "---\n a.c | 2 +-\n",
		  "Fix it." },
		{ "diff --git a/x b/x\n--- a/x\n", "" },
		{ "=====\nText\n*****", "Text" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = opening_of(a, str_from(cases[i].text));
		CHECK(str_eq(got, str_from(cases[i].opening)));
	}
}

/* A character is not parted where a long one is cut. */
static void test_long(void)
{
	ARENA(a);
	BUF(text);
	for (int i = 0; i < 100; i++)
		buf_add(&text, STR("\xe6\x97\xa5\xe6\x9c\xac"));
	str got = opening_of(a, buf_str(&text));
	CHECK(got.n > OPENING_MAX - 4 && got.n <= OPENING_MAX + 3);
	CHECK(str_ends(got, STR("\xe6\x97\xa5…")) || str_ends(got, STR("\xe6\x9c\xac…")));
}

static void test_read(struct arena *a, struct book *b)
{
	static const char AT_THE_END[] =
		"From: carl@x.example\r\nSubject: Where\r\nMessage-ID: <9@x.example>\r\n"
		"Date: Sun, 1 Nov 2026 10:00:00 +0000\r\n\r\nWrite to "
		"carol@uni.example.\r\n";
	struct opening list[5] = { { 0 } };
	put(a, b, DEV, "1/dev", FIRST);
	put(a, b, DEV, "2/dev", ANSWER);
	put(a, b, DEV, "3/dev", OTHER);
	put(a, b, DEV, "4/dev", AT_THE_END);
	for (int64_t i = 0; i < 4; i++) {
		struct archive_post p;
		bool found;
		CHECK(ok(archive_post_by_number(b, a, DEV, i + 1, &p, &found)) && found);
		list[i].post = p.id;
	}
	CHECK(ok(openings_read(b, a, list, 5, true)));
	CHECK(str_eq(list[0].text, STR("The Wilson plot of a caf\xc3\xa9 lies.")));
	CHECK(str_eq(list[1].text, STR("It does not. Half map FSC is better.")));
	CHECK(str_eq(list[2].text, STR("Half a tomogram, see FSC map.")));
	CHECK(str_eq(list[3].text, STR("Write to carol@….")));
	CHECK(!list[4].text.n);
	CHECK(ok(openings_read(b, a, list, 4, false)));
	CHECK(str_eq(list[3].text, STR("Write to carol@uni.example.")));
	CHECK(ok(openings_read(b, a, list, 0, false)));
}

/* Threads that began since then and were answered, most posts first. */
static void test_busiest(struct arena *a, struct book *b)
{
	struct archive_threads t;
	CHECK(ok(archive_threads_busiest(b, a, DEV, 0, 5, &t)) && t.count == 1);
	CHECK(t.list[0].number == 1 && t.list[0].posts == 2);
	CHECK(ok(archive_threads_busiest(b, a, DEV, t.list[0].first_at, 5, &t))
	      && t.count == 1);
	CHECK(ok(archive_threads_busiest(b, a, DEV, t.list[0].first_at + 1, 5, &t))
	      && t.count == 0);
	CHECK(ok(archive_threads_busiest(b, a, SECRET, 0, 5, &t)) && t.count == 0);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_words();
	test_long();
	test_read(a, b);
	test_busiest(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
