/* A list's default_charset: what is read in it, what is not, and an index that knows in which
 * charset each post was read when it changes. */
#include "archive_posts.h"

#include "archive/content.h"
#include "archive/redact.h"
#include "archive/search.h"
#include "archive/verify.h"
#include "mail/charset.h"

static const char UNSAID[] = /* "мир и труд" in KOI8-R, in subject and text */
	"From: \xe1\xce\xce\xc1 <anna@x.example>\r\nSubject: \xcd\xc9\xd2\r\n"
	"Message-ID: <u@x.example>\r\nDate: Sun, 1 Nov 2026 10:00:00 +0000\r\n\r\n"
	"\xcd\xc9\xd2 \xc9 \xd4\xd2\xd5\xc4\r\n";

static void test_decode(struct arena *a)
{
	static const struct {
		str declared, assumed, bytes, text, used;
	} rows[] = {
		{ STR(""), STR("koi8-r"), STR("\xcd\xc9\xd2"), STR("мир"),
		  STR("koi8-r") },
		{ STR("x-none"), STR("KOI8-R"), STR("\xcd\xc9\xd2"), STR("мир"),
		  STR("koi8-r") },
		{ STR("us-ascii"), STR("koi8-r"), STR("\xcd\xc9\xd2"), STR("мир"),
		  STR("koi8-r") },
		/* what is declared and can be so, and UTF-8, are stronger */
		{ STR("windows-1251"), STR("koi8-r"), STR("\xec\xe8\xf0"), STR("мир"),
		  STR("windows-1251") },
		{ STR(""), STR("koi8-r"), STR("мир"), STR("мир"), STR("utf-8") },
		{ STR(""), STR("koi8-r"), STR("plain"), STR("plain"), STR("utf-8") },
		{ STR(""), STR("euc-jp"), STR("\xc5\xec\xb5\xfe"), STR("東京"),
		  STR("euc-jp") },
		/* wrong in more than some places: guessed as before */
		{ STR(""), STR("euc-jp"), STR("caf\xe9 e\xe9 x"), STR("café eé x"),
		  STR("") },
		{ STR(""), STR("iso-2022-jp"), STR("\x1b$BEl5~\x1b(B"), STR("東京"),
		  STR("iso-2022-jp") },
		{ STR(""), STR("koi8-r"), STR("a\x1b[0m"), STR("a\x1b[0m"),
		  STR("utf-8") },
		{ STR(""), STR("utf-8"), STR("caf\xe9 au lait"), STR("café au lait"),
		  STR("") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		str used, before = charset_assume(rows[i].assumed);
		str text = charset_decode(a, rows[i].bytes, rows[i].declared, &used);
		CHECK(!before.n && str_eq(charset_assumed(), rows[i].assumed));
		charset_assume(before);
		if (!str_eq(text, rows[i].text))
			fprintf(stderr, "row %zu: %.*s (%.*s)\n", i, STR_F(text),
				STR_F(used));
		CHECK(str_eq(text, rows[i].text)
		      && (!rows[i].used.n || str_eq(used, rows[i].used)));
	}
	CHECK(charset_known(STR("koi8-r")) && charset_known(STR("EUC-JP"))
	      && !charset_known(STR("no-such-set")) && !charset_known(STR("")));
}

/* It is a request's memory that names it, and the next one's that asks. */
static void test_name_stays(void)
{
	char name[] = "koi8-r";
	str before = charset_assume(str_from(name));
	memset(name, 'x', sizeof name - 1);
	CHECK(str_eq(charset_assumed(), STR("koi8-r")));
	CHECK(str_eq(charset_assume(STR("windows-1251")), STR("koi8-r")));
	charset_assume(before);
	CHECK(!charset_assumed().n);
}

static int64_t add(struct arena *a, struct book *b, const char *source, str charset)
{
	int64_t number = 0;
	struct archive_arrival x = { .list = DEV,
				     .source = str_from(source),
				     .message = str_from(UNSAID),
				     .received_at = 1795500000,
				     .charset = charset };
	CHECK(ok(archive_add(b, a, &x, &number)));
	return number;
}

static size_t finds(struct arena *a, struct book *b, const char *what)
{
	static const struct search_list list = { .id = DEV,
						 .name = STR("dev@lists.example") };
	struct search_found f = { 0 };
	CHECK(ok(search_run(b, a,
			    &(struct search){ .text = str_from(what),
					      .lists = &list,
					      .list_count = 1,
					      .limit = 9 },
			    &f)));
	if (f.count)
		CHECK(str_find(f.hits[0].snippet.s, STR("труд")).n);
	return f.count;
}

static void test_row(struct arena *a, struct book *b, int64_t number, const char *subject,
		     const char *charset)
{
	struct archive_post p;
	bool found;
	CHECK(ok(archive_post_by_number(b, a, DEV, number, &p, &found)) && found);
	CHECK(str_eq(p.subject, str_from(subject))
	      && str_eq(p.charset, str_from(charset)));
}

static void test_index(struct arena *a, struct book *b)
{
	struct verify_result r;
	int64_t posts;
	CHECK(add(a, b, "1/dev", STR("koi8-r")) == 1
	      && add(a, b, "2/dev", STR("windows-1252")) == 2);
	test_row(a, b, 1, "мир", "koi8-r");
	test_row(a, b, 2, "ÍÉÒ", "windows-1252");
	CHECK(finds(a, b, "труд") == 1);
	CHECK(finds(a, b, "from:анна") == 1);
	CHECK(finds(a, b, "subject:мир") == 1);
	/* each is as the index has it, whatever the list says by now */
	CHECK(ok(archive_verify(b, 0, NULL, NULL, &r)) && r.posts == 2 && !r.changed);
	CHECK(ok(archive_reindex(b, DEV, STR("koi8-r"), &posts)) && posts == 2);
	test_row(a, b, 2, "мир", "koi8-r");
	CHECK(finds(a, b, "труд") == 2 && finds(a, b, "from:анна") == 2);
	CHECK(ok(archive_verify(b, 0, NULL, NULL, &r)) && !r.changed);
	/* and the index forgets what it was told */
	CHECK(ok(archive_hide(b, a,
			      &(struct redact){ .list = DEV, .number = 2, .at = 1 })));
	CHECK(finds(a, b, "труд") == 1);
	CHECK(ok(archive_show(b, a,
			      &(struct redact){ .list = DEV, .number = 2, .at = 1 })));
	CHECK(finds(a, b, "труд") == 2);
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_decode(a);
	test_name_stays();
	test_index(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}
