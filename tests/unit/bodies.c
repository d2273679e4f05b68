#include "web/pages/bodies.h"

#include "store_folder.h"

#include "archive/add.h"
#include "base/buf.h"

enum { DEV = 1, POSTS = 60, LARGE = 3 };

/* Answers quote the post before, so that halves need what stands in the other; some are
 * nothing but text, some carry an attachment that is packed to no less. */
static str letter(struct arena *a, int i)
{
	BUF(b);
	buf_addf(&b, "From: p%d@uni.example\r\nSubject: %sMaps\r\nMessage-ID: <%d@x>\r\n",
		 i, i ? "Re: " : "", i);
	if (i)
		buf_addf(&b, "In-Reply-To: <%d@x>\r\n", i - 1);
	buf_addf(&b, "Date: Tue, 17 Nov 2026 %02d:%02d:00 +0000\r\n", i / 60, i % 60);
	bool plain = i % 3 == 1;
	buf_add(&b, plain ? STR("\r\n")
			  : STR("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
				"--b\r\n\r\n"));
	for (int k = 0; i && k < 8; k++)
		buf_addf(&b, "> line %d of %d, %x\r\n", k, i - 1,
			 (unsigned)(i - 1) * 2654435761U);
	for (int k = 0; k < 8; k++)
		buf_addf(&b, "line %d of %d, %x\r\n", k, i, (unsigned)i * 2654435761U);
	if (plain)
		return arena_copy(a, buf_str(&b));
	buf_add(&b, STR("--b\r\nContent-Type: application/pdf; name=x.pdf\r\n\r\n"));
	for (unsigned k = 0, x = (unsigned)i + 1; i % 40 == LARGE && k < 60000; k++)
		buf_addf(&b, "%08x%s", x = x * 1664525 + 1013904223, k % 8 ? "" : "\r\n");
	buf_add(&b, STR("\r\n--b--\r\n"));
	return arena_copy(a, buf_str(&b));
}

static void fill(struct arena *a, struct book *b)
{
	for (int i = 0; i < POSTS; i++) {
		int64_t number;
		struct archive_arrival x = {
			.list = DEV,
			.source = arena_printf(a, "%d/dev", i),
			.message = letter(a, i),
			.received_at = 1795500000,
		};
		CHECK(ok(archive_add(b, a, &x, &number)) && number == i + 1);
	}
}

static err make(struct worker *w, struct arena *a, str *all)
{
	struct archive_thread_page t;
	bool found;
	struct part part;
	TRY(archive_read_outline(w->books.archive, a, DEV, 1, &t, &found));
	CHECK(found && part_find(&t, 0, &part) && part.count == POSTS);
	struct bodies_post *posts = arena_zero(a, part.count * sizeof *posts);
	for (size_t i = 0; i < part.count; i++)
		posts[i] = (struct bodies_post){ .url = arena_printf(a, "/%zu", i),
						 .parent_name = STR("Anna") };
	TRY(bodies_make(w, a, &(struct bodies){ .t = &t, .part = part, .posts = posts }));
	*all = STR("");
	for (size_t i = 0; i < part.count; i++)
		*all = arena_cat(a, *all, posts[i].body.s);
	return OK;
}

/* The same octets, whoever makes them. */
static void test_halves(struct worker *w, struct arena *a)
{
	struct helper *helper = w->web->helper;
	str alone, both;
	w->web->helper = NULL;
	CHECK(ok(make(w, a, &alone)));
	w->web->helper = helper;
	for (int i = 0; i < 50; i++) {
		CHECK(ok(make(w, a, &both)) && str_eq(alone, both));
	}
	int folded = 0;
	for (str mark = STR("<summary>Quotes"); (alone = str_find(alone, mark)).n;
	     folded++)
		alone = str_skip(alone, mark.n);
	CHECK(folded == POSTS - 1);
}

/* A damaged message in either half is said, and nothing leaks. */
static void test_damaged(struct worker *w, struct arena *a)
{
	static const int at[] = { 2, POSTS - 2 };
	str all;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		CHECK(ok(book_begin(w->books.archive))
		      && ok(book_run(w->books.archive,
				     "UPDATE blob SET bytes = x'28b52ffd20ff' "
				     "WHERE id = ?1",
				     SQL_I(at[i]))));
		CHECK(make(w, a, &all).kind == ERR_IO);
		book_rollback(w->books.archive);
	}
	CHECK(ok(make(w, a, &all)));
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct web web = { .helper = helper_new(), .unpacker = archive_unpacker_new() };
	struct worker w = { .web = &web };
	CHECK(ok(book_create(a, data, BOOK_ARCHIVE))
	      && ok(book_open(a, data, BOOK_ARCHIVE, BOOK_WRITE, &w.books.archive)));
	fill(a, w.books.archive);
	test_halves(&w, a);
	test_damaged(&w, a);
	book_close(w.books.archive);
	archive_unpacker_free(web.unpacker);
	folder_remove(a, data);
	return check_done();
}
