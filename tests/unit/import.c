/* The real list in the shared data: imported twice, counted, threaded, found, shown,
 * exported. What it took is printed, not judged. */
#include "whole_thread.h"
#include "store_folder.h"

#include "archive/export.h"
#include "archive/import.h"
#include "archive/read.h"
#include "archive/render.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "base/clock.h"
#include "base/file.h"
#include "mail/mbox.h"

#include <time.h>

enum { LIST = 7, REAL_POSTS = 10000, FILE_MAX = 200 * 1024 * 1024 };

static double seconds_since(int64_t start)
{
	return (double)(clock_mono_ms() - start) / 1000;
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool unpacked(struct arena *a, str folder, str *mbox)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	str from = arena_cat(a, str_from(data ? data : "../shared/data"),
			     STR("/lists/linux-mips-10k.mbox.xz"));
	str to = arena_cat(a, folder, STR("/list.mbox"));
	if (access(arena_z(a, from), R_OK))
		return false;
	str command = arena_cat(a, STR("xz -dc '"), from, STR("' > '"), to, STR("'"));
	return !system(arena_z(a, command))
	       && ok(file_read(a, arena_z(a, to), FILE_MAX, mbox));
}

struct seen {
	size_t lines, numbered, explained;
};

static void note_line(void *arg, const struct import_line *line)
{
	struct seen *s = arg;
	s->lines++;
	s->numbered += line->number > 0;
	s->explained += line->why != NULL;
	CHECK(line->n == s->lines);
	CHECK((line->what == IMPORT_KEPT) == (line->why == NULL));
}

static void test_import(struct arena *a, struct book *b, str mbox)
{
	struct import_result r;
	struct seen seen = { 0 };
	struct import_job job = {
		.list = LIST, .mbox = mbox, .report = note_line, .arg = &seen
	};
	int64_t start = clock_mono_ms(), number, version;
	CHECK(ok(archive_import(b, a, &job, &r)));
	double took = seconds_since(start);
	CHECK(r.messages == REAL_POSTS && r.kept == REAL_POSTS);
	CHECK(r.duplicate == 0 && r.unreadable == 0);
	CHECK(seen.lines == REAL_POSTS && seen.numbered == REAL_POSTS);
	CHECK(seen.explained == r.repaired);
	printf("figure: import of %zu posts, %.0f MB: %.2f s, %.0f/s; repaired %zu\n",
	       r.messages, (double)mbox.n / 1e6, took, (double)r.messages / took,
	       r.repaired);
	CHECK(ok(archive_newest(b, LIST, &number, &version)) && number == REAL_POSTS);

	seen = (struct seen){ 0 };
	start = clock_mono_ms();
	CHECK(ok(archive_import(b, a, &job, &r)));
	CHECK(r.messages == REAL_POSTS && r.kept == 0 && r.duplicate == REAL_POSTS);
	CHECK(ok(archive_newest(b, LIST, &number, &version)) && number == REAL_POSTS);
	printf("figure: the same again: %.2f s\n", seconds_since(start));
}

static void test_size(struct arena *a, struct book *b, str folder, str mbox)
{
	struct stat s;
	const char *path = arena_z(a, arena_cat(a, folder, STR("/archive/archive.db")));
	CHECK(ok(book_checkpoint(b)) && !stat(path, &s));
	printf("figure: book %.1f MB of %.1f MB raw: %.3f\n", (double)s.st_size / 1e6,
	       (double)mbox.n / 1e6, (double)s.st_size / (double)mbox.n);
}

/* Every post stands in one thread; every thread's tree holds what it counts. */
static struct archive_thread test_threads(struct arena *a, struct book *b)
{
	struct archive_threads some;
	struct archive_thread longest = { 0 };
	int64_t posts = 0, threads = 0, last_at = 0, id = 0;
	do {
		CHECK(ok(archive_threads_latest(b, a, LIST, last_at, id, 100, &some)));
		for (size_t i = 0; i < some.count; i++) {
			const struct archive_thread *t = &some.list[i];
			CHECK(!last_at || t->last_at < last_at
			      || (t->last_at == last_at && t->id < id));
			last_at = t->last_at;
			id = t->id;
			posts += t->posts;
			threads++;
			CHECK(t->authors >= 1 && t->authors <= t->posts
			      && t->first_at <= t->last_at);
			if (t->posts > longest.posts)
				longest = *t;
		}
	} while (some.count);
	CHECK(posts == REAL_POSTS);
	printf("figure: %lld threads, the longest of %lld posts\n", (long long)threads,
	       (long long)longest.posts);
	return longest;
}

static void test_thread_page(struct book *b, const struct archive_thread *longest)
{
	double best = 1e9;
	size_t octets = 0;
	for (int round = 0; round < 20; round++) {
		ARENA(a);
		struct archive_thread_page t;
		bool found;
		octets = 0;
		double start = now_ms();
		CHECK(ok(whole_thread(b, a, LIST, longest->number, &t, &found)) && found);
		double read = now_ms() - start;
		struct render_memory *m = arena_zero(a, t.count * sizeof *m);
		for (size_t i = 0; i < t.count; i++) {
			const struct archive_leaf *l = &t.leaves[i];
			struct render_memory *above = l->parent < 0 ? NULL
								    : &m[l->parent];
			struct html h = render_post(
				a, l->message,
				&(struct render_how){ .url = STR("/lists/l/1"),
						      .number = l->post.number,
						      .attachments = &l->attachments,
						      .parent = above,
						      .memory = &m[i] });
			octets += h.s.n;
			CHECK(l->depth >= 0 && (l->parent < 0) == (l->depth == 0));
		}
		double ms = now_ms() - start;
		if (round == 0)
			printf("figure: longest thread, first time: read %.2f ms, all "
			       "%.2f ms\n",
			       read, ms);
		best = ms < best ? ms : best;
		CHECK((int64_t)t.count == longest->posts);
	}
	printf("figure: longest thread, %zu octets of HTML: %.2f ms at best\n", octets,
	       best);
}

/* Every message reads and renders. */
static void test_render_all(struct book *b)
{
	int64_t start = clock_mono_ms(), octets = 0, shown = 0;
	for (int64_t after = 0;;) {
		ARENA(a);
		struct archive_posts posts;
		CHECK(ok(archive_posts_after(b, a, LIST, after, 100, &posts)));
		if (!posts.count)
			break;
		for (size_t i = 0; i < posts.count; i++) {
			const struct archive_post *p = &posts.list[i];
			str message;
			CHECK(ok(archive_blob_read(b, a, p->id, (size_t)p->lead,
						   &message)));
			struct html h = render_post(
				a, message, &(struct render_how){ .number = p->number });
			octets += (int64_t)h.s.n;
			shown += h.s.n > 0;
			CHECK(str_find(h.s, STR("cannot be shown")).n == 0);
			after = p->number;
		}
	}
	CHECK(shown > REAL_POSTS - 20); /* a few bodies are empty */
	printf("figure: rendering all: %.2f s, %.1f MB of HTML\n", seconds_since(start),
	       (double)octets / 1e6);
}

static void test_search(struct arena *a, struct book *b)
{
	static const char *const queries[] = {
		"pci",
		"the",
		"from:ralf",
		"\"interrupt controller\"",
		"octeon -pci",
		"subject:patch has:attachment",
		"after:2016-06 before:2016-07 clk",
		"spi OR i2c from:hauke",
		"has:patch octeon",
		"file:patch",
	};
	struct search_list lists[] = { { .id = LIST,
					 .name = STR("linux-mips@lists.example") } };
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		for (int best = 0; best < 2; best++) {
			struct search_found f;
			double start = now_ms();
			CHECK(ok(search_run(
				b, a,
				&(struct search){ .text = str_from(queries[i]),
						  .lists = lists,
						  .list_count = 1,
						  .order = best ? ARCHIVE_BEST
								: ARCHIVE_NEWEST,
						  .limit = 20 },
				&f)));
			double took = now_ms() - start;
			CHECK(f.count > 0 && f.total >= (int64_t)f.count);
			printf("figure: search %s%s: %lld found, %.2f ms\n", queries[i],
			       best ? " (best)" : "", (long long)f.total, took);
		}
	}
}

static void test_export(struct arena *a, struct book *b)
{
	struct export_job x;
	size_t messages = 0;
	export_list(&x, LIST);
	for (bool done = false; !done;) {
		ARENA(piece);
		struct mbox m;
		struct mbox_message one;
		str out;
		CHECK(ok(export_next(&x, b, piece, &out, &done)));
		mbox_open(&m, out);
		while (mbox_next(&m, piece, &one))
			messages++;
	}
	CHECK(messages == REAL_POSTS);
	struct archive_month *months;
	size_t count;
	int64_t posts = 0;
	CHECK(ok(archive_months(b, a, LIST, &months, &count)) && count > 12);
	for (size_t i = 0; i < count; i++)
		posts += months[i].posts;
	CHECK(posts == REAL_POSTS);
	messages = 0;
	int64_t from, until;
	archive_month_span(months[3].year, months[3].month, &from, &until);
	export_between(&x, LIST, from, until);
	for (bool done = false; !done;) {
		ARENA(piece);
		struct mbox m;
		struct mbox_message one;
		str out;
		CHECK(ok(export_next(&x, b, piece, &out, &done)));
		mbox_open(&m, out);
		while (mbox_next(&m, piece, &one))
			messages++;
	}
	CHECK((int64_t)messages == months[3].posts);
}

static void test_verify(struct book *b)
{
	struct verify_result r;
	int64_t start = clock_mono_ms(), posts;
	CHECK(ok(archive_verify(b, LIST, NULL, NULL, &r)));
	CHECK(r.posts == REAL_POSTS && r.unreadable == 0 && r.changed == 0);
	printf("figure: verify: %.2f s\n", seconds_since(start));
	start = clock_mono_ms();
	CHECK(ok(archive_reindex(b, LIST, STR(""), &posts)) && posts == REAL_POSTS);
	printf("figure: reindex: %.2f s\n", seconds_since(start));
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a), mbox;
	if (!unpacked(a, folder, &mbox)) {
		printf("skipped: no shared data with the real list, or no xz\n");
		folder_remove(a, folder);
		return check_done();
	}
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_import(a, b, mbox);
	test_size(a, b, folder, mbox);
	struct archive_thread longest = test_threads(a, b);
	test_thread_page(b, &longest);
	test_search(a, b);
	test_render_all(b);
	test_export(a, b);
	test_verify(b);
	struct archive_thread again = test_threads(a, b);
	CHECK(again.posts == longest.posts && again.number == longest.number);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
