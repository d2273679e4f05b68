/* Many posts of one list: their dictionary, and that all of them go in steps. */
#include "archive_posts.h"

#include "archive/purge.h"
#include "archive/read.h"
#include "archive/verify.h"
#include "store/archive/words.h"

/* After 500 posts a list has a dictionary; old and new posts still read back. */
static void test_dictionary(struct arena *a, struct book *b)
{
	bool wanted, found;
	CHECK(ok(archive_dictionary_wanted(b, 30, &wanted)) && wanted);
	CHECK(ok(book_begin(b)));
	for (int i = 1; i <= 520; i++) {
		ARENA(one);
		int64_t number;
		str text = arena_printf(
			one,
			"From: p%d@x.example\r\nSubject: post %d\r\n"
			"Message-ID: <d%d@x.example>\r\n\r\nThe same words in every "
			"post, and %d beside the numbers %d and %d.\r\n",
			i % 7, i, i, i, i * i, i % 97);
		struct archive_arrival x = { .list = 30,
					     .source = arena_printf(one, "d%d", i),
					     .message = text,
					     .received_at = 1795500000 };
		CHECK(ok(archive_add(b, one, &x, &number)) && number == i);
	}
	CHECK(ok(book_commit(b)));
	CHECK(ok(archive_dictionary_wanted(b, 30, &wanted)) && !wanted);
	for (int n = 1; n <= 520; n += 173) {
		str raw;
		CHECK(ok(archive_read_raw(b, a, 30, n, &raw, &found)) && found);
		CHECK(str_find(raw, arena_printf(a, "Subject: post %d\r\n", n)).n);
	}
	struct archive_post p;
	str some;
	CHECK(ok(archive_post_by_number(b, a, 30, 519, &p, &found)) && found);
	CHECK(ok(archive_blob_read(b, a, p.id, 10, &some))
	      && str_eq(some, STR("From: p1@x")));
}

static int64_t count_of(struct book *b, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(b, &n, &found, sql)));
	return n;
}

/* Few large posts are a step as many small ones are. */
static void test_purge_large(struct arena *a, struct book *b)
{
	enum { SIZE = 5 * 1024 * 1024, POSTS = 6 };
	char *text = malloc(SIZE);
	size_t head = (size_t)snprintf(text, SIZE,
				       "From: carl@x.example\r\nSubject: large\r\n"
				       "Content-Type: application/octet-stream\r\n\r\n");
	memset(text + head, '\n', SIZE - head - 1);
	text[SIZE - 1] = '\0';
	for (int i = 0; i < POSTS; i++)
		put(a, b, 31, arena_z(a, arena_printf(a, "large%d", i)), text);
	bool more = false;
	CHECK(ok(archive_purge(b, a, 31, 50, &more)) && more);
	CHECK(count_of(b, "SELECT count(*) FROM post WHERE list = 31") == 2);
	CHECK(ok(archive_purge(b, a, 31, 50, &more)) && !more);
	CHECK(count_of(b, "SELECT count(*) FROM post WHERE list = 31") == 0);
	free(text);
}

/* All of one list goes, in steps, and nothing of another. */
static void test_purge(struct arena *a, struct book *b)
{
	static const char *const tables[] = {
		"SELECT count(*) FROM post WHERE list = 30",
		"SELECT count(*) FROM thread WHERE list = 30",
		"SELECT count(*) FROM month WHERE list = 30",
		"SELECT count(*) FROM month_author WHERE list = 30",
		"SELECT count(*) FROM numbering WHERE list = 30",
		"SELECT count(*) FROM dictionary WHERE list = 30",
		"SELECT count(*) FROM blob WHERE id NOT IN (SELECT id FROM post)",
		"SELECT count(*) FROM attachment WHERE post NOT IN (SELECT id FROM post)",
	};
	struct verify_result r;
	int64_t before = count_of(b, "SELECT count(*) FROM post WHERE list <> 30");
	int64_t there = count_of(b, tables[0]);
	bool more = true;
	int steps = 0;
	CHECK(there > 500 && count_of(b, tables[1]) > 0);
	for (; more && steps < 100; steps++)
		CHECK(ok(archive_purge(b, a, 30, 50, &more)));
	CHECK(steps == there / 50 + 1);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		CHECK(count_of(b, tables[i]) == 0);
	CHECK(count_of(b, "SELECT count(*) FROM post") == before);
	CHECK(ok(archive_words_check(b)));
	CHECK(ok(archive_verify(b, 0, NULL, NULL, &r)) && r.unreadable == 0
	      && r.changed == 0 && r.posts == before);
	CHECK(ok(archive_purge(b, a, 30, 50, &more)) && !more);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	put(a, b, DEV, "1/dev", FIRST);
	put(a, b, SECRET, "2/secret", HIDDEN);
	test_dictionary(a, b);
	test_purge(a, b);
	test_purge_large(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
