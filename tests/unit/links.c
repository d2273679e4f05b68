/* Large files become links. */
#include "books.h"

#include "archive/read.h"
#include "mail/encode.h"
#include "mail/mime.h"

#define DEV "dev@lists.example"

/* A file of that many octets, all of them the same letter. */
static str file(struct arena *a, char letter, size_t octets, const char *name)
{
	char *p = arena_alloc(a, octets);
	memset(p, letter, octets);
	memcpy(p, "%PDF-", 5);
	return arena_cat(a,
			 STR("Content-Type: application/pdf\r\n"
			     "Content-Transfer-Encoding: base64\r\n"
			     "Content-Disposition: attachment; filename=\""),
			 str_from(name), STR("\"\r\n\r\n"),
			 encode_base64_lines(a, (str){ p, octets }));
}

#define TEXT STR("Content-Type: text/plain\r\n\r\nhello\r\n")

static str parts(struct arena *a, const char *type, const char *boundary, const str *part,
		 size_t n)
{
	str delimiter = arena_cat(a, STR("--"), str_from(boundary)), out;
	out = arena_cat(a, STR("Content-Type: multipart/"), str_from(type),
			STR("; boundary="), str_from(boundary), STR("\r\n\r\n"));
	for (size_t i = 0; i < n; i++)
		out = arena_cat(a, out, delimiter, STR("\r\n"), part[i]);
	return arena_cat(a, out, delimiter, STR("--\r\n"));
}

/* The copy of a post of such a part. */
static str copy_of(struct books_test *t, str part)
{
	static int n;
	struct outbound_message m;
	str head = arena_printf(t->a,
				"From: anna@uni.example\r\nTo: " DEV
				"\r\nSubject: files\r\nMessage-ID: <f%d@x>\r\n"
				"MIME-Version: 1.0\r\n",
				++n);
	BOOKS_MUST(t, books_arrives(t, "anna@uni.example", DEV,
				    arena_cat(t->a, head, part)));
	return books_newest(t, &m);
}

static size_t count(str text, const char *what)
{
	size_t n = 0;
	for (str at; (at = str_find(text, str_from(what))).n; n++)
		text = str_skip(at, strlen(what));
	return n;
}

static const char TWO_FILES[] = "These files are kept in the archive:\n\n"
				"a b.pdf (application/pdf, 5 KB)\n"
				"<https://lists.example/lists/dev/2/a/1/a%20b.pdf>\n"
				"\xC3\xBC.pdf (application/pdf, 3.0 MB)\n"
				"<https://lists.example/lists/dev/2/a/3/%C3%BC.pdf>";

static void test_mixed(struct books_test *t)
{
	struct arena *a = t->a;
	struct archive_attachment x;
	struct mime m;
	str bytes, used;
	bool found;
	str whole = parts(a, "mixed", "b",
			  (str[]){ TEXT, file(a, 'x', 5000, "a b.pdf"),
				   file(a, 'y', 500, "small.pdf"),
				   file(a, 'z', 3 << 20, "\xC3\xBC.pdf") },
			  4);
	str copy = copy_of(t, whole);
	CHECK(!holds(copy, "/a/1/")
	      && str_ends(copy,
			  str_find(whole, STR("--b")))); /* not without the setting */
	books_set(t, DEV, "attachment_link_size", "2");
	copy = copy_of(t, whole);
	CHECK(ok(mime_parse(a, copy, &m)) && !m.flags && m.count == 4);
	CHECK(str_eq(m.parts[1].raw, STR("hello")));
	CHECK(str_eq(m.parts[2].filename, STR("small.pdf"))
	      && mime_bytes(a, &m.parts[2]).n == 500);
	str text = str_trim(mime_text(a, &m.parts[3], &used));
	if (!str_eq(text, str_from(TWO_FILES)))
		fprintf(stderr, "  %.*s\n", STR_F(text));
	CHECK(str_eq(text, str_from(TWO_FILES)));
	CHECK(holds(books_noted(t, "accepted"), "; files as links: 2"));
	/* what the links lead to is what hung on it */
	CHECK(ok(archive_read_attachment(t->books.archive, a, books_entry(t, DEV)->id, 2,
					 3, &x, &bytes, &found))
	      && found && bytes.n == 3 << 20 && bytes.p[5] == 'z');
}

static void test_footer(struct books_test *t)
{
	str part = parts(t->a, "mixed", "b",
			 (str[]){ TEXT, file(t->a, 'x', 5000, "a.pdf") }, 2);
	books_set(t, DEV, "msg_footer", "All about it");
	str copy = copy_of(t, part);
	CHECK(holds(copy, "All about it") && holds(copy, "/a/1/a.pdf>")
	      && !holds(copy, "eHh4"));
	books_set(t, DEV, "dmarc_mitigate_unconditionally", "yes");
	books_set(t, DEV, "dmarc_mitigate_action", "wrap_message");
	copy = copy_of(t, part); /* inside it is as it came */
	CHECK(!holds(copy, "/a/1/a.pdf>"));
	CHECK(holds(copy, "eHh4"));
	CHECK(!holds(books_noted(t, "accepted"), "as links"));
	books_set(t, DEV, "dmarc_mitigate_action", "munge_from");
	books_set(t, DEV, "dmarc_mitigate_unconditionally", "no");
	books_set(t, DEV, "msg_footer", "");
}

/* What is bound to what stands beside it, or is kept nowhere, stays. */
static void test_bound(struct books_test *t)
{
	struct arena *a = t->a;
	static const char *const types[] = { "signed", "encrypted", "related",
					     "alternative", "report" };
	str big = file(a, 'x', 5000, "a.pdf");
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		str inner = parts(a, types[i], "i", (str[]){ TEXT, big }, 2);
		str copy = copy_of(t, inner);
		CHECK(holds(copy, "eHh4") && !holds(copy, "/a/1/"));
		copy = copy_of(t, parts(a, "mixed", "o", (str[]){ inner, big }, 2));
		/* the free one goes; the same file inside is the same */
		CHECK(count(copy, "filename=\"a.pdf\"") == 1
		      && count(copy, "/a.pdf>") == 1);
	}
	CHECK(holds(copy_of(t, big), "eHh4")); /* nothing but a file */
	str mixed = parts(a, "mixed", "b", (str[]){ TEXT, big }, 2);
	CHECK(holds(copy_of(t, arena_cat(a, STR("X-No-Archive: yes\r\n"), mixed)),
		    "eHh4"));
	books_set(t, DEV, "archive_policy", "never");
	CHECK(holds(copy_of(t, mixed), "eHh4"));
	books_set(t, DEV, "archive_policy", "private");
	CHECK(!holds(copy_of(t, mixed), "eHh4"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_set(&t, DEV, "posts_per_hour", "0");
	test_mixed(&t);
	test_footer(&t);
	test_bound(&t);
	books_end(&t);
	return check_done();
}
