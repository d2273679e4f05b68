/* What a search has at hand of each post: always what stands in post, whether its row is
 * there, is stale, or was made before something changed. */
#include "archive_posts.h"

#include "archive/refill.h"
#include "archive/search.h"
#include "store/archive/facts.h"
#include "store/archive/facts_kept.h"
#include "store/archive/post.h"
#include "store/sqlite.h"

enum { POSTS = 3 * FACTS_BLOCK + 20 };

static void fill(struct arena *a, struct book *b)
{
	CHECK(ok(book_begin(b)));
	for (int i = 1; i <= POSTS; i++) {
		struct archive_post p = {
			.list = i % 3 ? DEV : SECRET,
			.number = i,
			.source = arena_printf(a, "f%d", i),
			.thread = i / 2 + 1,
			.date = 1000000000 + i % 7 * 86400,
			.from_address = arena_printf(a, "A%d@x.example", i % 5),
			.attachments = i % 11 == 0,
			.flags = i % 4 ? 0 : ARCHIVE_PATCH,
		};
		CHECK(ok(archive_post_add(b, &p)));
	}
	CHECK(ok(book_commit(b)));
}

static void make_rows(struct book *b)
{
	for (bool more = true; more;)
		CHECK(ok(archive_refill(b, &more)));
}

static int64_t rows(struct book *b, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number_values(b, &n, &found, sql, NULL, 0)));
	return n;
}

/* Newest first, as a search asks, and each again from a place that is far away. */
static void compare(struct arena *a, struct book *b)
{
	struct facts down, apart;
	int wrong = 0;
	facts_begin(b, &down);
	facts_begin(b, &apart);
	for (int64_t id = POSTS + 5; id > 0; id--) {
		struct fact x, y, far;
		struct archive_post p;
		bool found;
		CHECK(ok(archive_post_by_id(b, a, id, &p, &found)));
		CHECK(ok(facts_of(&down, id, &x)) && ok(facts_of(&apart, id, &y)));
		CHECK(ok(facts_of(&apart, POSTS - id + 6, &far)));
		wrong += x.list != (found ? p.list : 0) || y.list != x.list;
		if (found)
			wrong += x.thread != p.thread || x.date != p.date
				 || x.flags != p.flags
				 || x.attached != (p.attachments > 0)
				 || y.author != x.author;
	}
	CHECK(ok(facts_end(&down)) && ok(facts_end(&apart)));
	CHECK(wrong == 0);
}

static uint32_t author(struct book *b, int64_t id)
{
	struct facts f;
	struct fact x;
	facts_begin(b, &f);
	CHECK(ok(facts_of(&f, id, &x)) && ok(facts_end(&f)));
	return x.author;
}

static void change(struct book *b, const char *sql)
{
	CHECK(ok(book_run_values(b, sql, NULL, 0)));
}

static void test_changes(struct arena *a, struct book *b)
{
	fill(a, b);
	CHECK(rows(b, "SELECT count(*) FROM facts") == 0);
	compare(a, b);
	make_rows(b);
	CHECK(rows(b, "SELECT count(*) FROM facts") == 3);
	CHECK(rows(b, "SELECT count(*) FROM stale") == 1); /* the newest */
	compare(a, b);
	CHECK(author(b, 1) == author(b, 6) && author(b, 1) != author(b, 2));
	change(b, "UPDATE post SET from_address = 'a2@X.example' WHERE id = 1");
	CHECK(rows(b, "SELECT count(*) FROM facts") == 2);
	CHECK(author(b, 1) == author(b, 2)); /* in whatever case */
	change(b, "UPDATE post SET thread = 7, flags = 3 WHERE id = 260");
	change(b, "DELETE FROM post WHERE id BETWEEN 600 AND 610");
	CHECK(rows(b, "SELECT count(*) FROM facts") == 0);
	compare(a, b);
	make_rows(b);
	CHECK(rows(b, "SELECT count(*) FROM facts") == 3);
	compare(a, b);
	change(b, "UPDATE post SET subject = 'other', lead = 3 WHERE id = 300");
	CHECK(rows(b, "SELECT count(*) FROM facts") == 3); /* of no search's interest */
}

/* By block and number; who comes into the same place takes it. */
static void test_kept(void)
{
	enum { BLOCK = 1000000, PLACES = 4096 };
	unsigned char one[FACTS_BLOCK * FACT_OCTETS] = { 1 }, other[sizeof one] = { 2 };
	unsigned char got[sizeof one] = { 9 };
	CHECK(!facts_kept(BLOCK, 7, got) && got[0] == 9);
	facts_keep(BLOCK, 7, one);
	CHECK(facts_kept(BLOCK, 7, got) && got[0] == 1);
	CHECK(!facts_kept(BLOCK, 8, got) && !facts_kept(BLOCK + PLACES, 7, got));
	facts_keep(BLOCK, 8, other);
	CHECK(!facts_kept(BLOCK, 7, got));
	CHECK(facts_kept(BLOCK, 8, got) && got[0] == 2);
	facts_keep(BLOCK + PLACES, 8, one);
	CHECK(!facts_kept(BLOCK, 8, got) && facts_kept(BLOCK + PLACES, 8, got));
}

static int64_t count(struct arena *a, struct book *b, const char *text, bool secret,
		     int64_t since)
{
	const struct search_list lists[] = {
		{ .id = SECRET, .name = STR("secret@lists.example"), .since = since },
		{ .id = DEV, .name = STR("dev@lists.example") },
	};
	struct search s = { .text = str_from(text),
			    .lists = secret ? lists : lists + 1,
			    .list_count = secret ? 2 : 1,
			    .limit = 5,
			    .bare = true };
	struct search_found f;
	CHECK(ok(search_run(b, a, &s, &f)));
	CHECK(f.count == (f.total < 5 ? (size_t)f.total : 5));
	return f.total;
}

/* By conditions alone: what SQL would count. */
static void test_conditions(struct arena *a, struct book *b)
{
	static const struct {
		const char *text, *sql;
		bool secret;
	} cases[] = {
		{ "after:2001", "SELECT count(*) FROM post", true },
		{ "after:2001", "SELECT count(*) FROM post WHERE list = 1", false },
		{ "has:attachment", "SELECT count(*) FROM post WHERE attachments", true },
		{ "has:patch", "SELECT count(*) FROM post WHERE flags & 4", true },
		{ "has:patch -has:attachment",
		  "SELECT count(*) FROM post WHERE flags & 4 AND NOT attachments", true },
		{ "before:2001-09-10",
		  "SELECT count(*) FROM post WHERE date < 1000080000", true },
		{ "date:2001-09-10 has:patch",
		  "SELECT count(*) FROM post WHERE date >= 1000080000 AND date < "
		  "1000166400 AND flags & 4",
		  true },
		{ "date:2005", "SELECT 0", true },
		{ "thread:260", "SELECT count(*) FROM post WHERE thread = 7", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t found = count(a, b, cases[i].text, cases[i].secret, 0);
		CHECK(found > 0 || i == 7);
		CHECK(found == rows(b, cases[i].sql));
	}
	change(b, "UPDATE post SET received_at = id");
	CHECK(count(a, b, "after:2001", true, 400)
	      == rows(b, "SELECT count(*) FROM post WHERE list = 1 OR id >= 400"));
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_kept();
	test_changes(a, b);
	test_conditions(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
