#include "lists/decorate.h"

#include "books.h"
#include "base/buf.h"
#include "mail/mime.h"
#include "mail/reader.h"

#define DEV           "dev@lists.example"
#define TOP           "From: a@b.example\r\nMIME-Version: 1.0\r\n"
#define TEXT          "Content-Type: text/plain\r\n"
#define SET(charset)  "Content-Type: text/plain; charset=" charset "\r\n"
#define CTE(encoding) "Content-Transfer-Encoding: " encoding "\r\n"
#define PART          "\r\n--x\r\n"
#define END           "\r\n--x--\r\n"
#define OWN(text)                                                   \
	"Content-Disposition: inline\r\nContent-Type: text/plain; " \
	"charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" text
#define GROSS "gro\xc3\x9f"

static const struct {
	const char *what, *in, *header, *footer, *out; /* out NULL: as it came */
	const char *how;
} cases[] = {
	{ "ASCII", TOP TEXT "\r\nhi\r\n", "", "foot\n", TOP TEXT "\r\nhi\r\nfoot\r\n",
	  "in the text" },
	{ "both", TOP TEXT "\r\nhi\r\n", "head\n", "foot",
	  TOP TEXT "\r\nhead\r\nhi\r\nfoot\r\n", "in the text" },
	{ "a checksum of what is no more goes",
	  TOP TEXT "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n\r\nhi\r\n", "", "foot",
	  TOP TEXT "\r\nhi\r\nfoot\r\n", "in the text" },
	{ "before alone", TOP TEXT "\r\nhi", "head\n", "", TOP TEXT "\r\nhead\r\nhi\r\n",
	  "in the text" },
	{ "no MIME at all", "From: a@b.example\r\n\r\nhi\r\n", "", "foot",
	  "From: a@b.example\r\n\r\nhi\r\nfoot\r\n", "in the text" },
	{ "no line end", TOP TEXT "\r\nhi", "", "foot", TOP TEXT "\r\nhi\r\nfoot\r\n",
	  "in the text" },
	{ "no text", TOP TEXT "\r\n", "", "foot", TOP TEXT "\r\nfoot\r\n",
	  "in the text" },
	{ "ASCII in a charset of one's own, unknown octets untouched",
	  TOP SET("iso-8859-1") CTE("8bit") "\r\ngr\xfc\xdf"
					    "e\r\n",
	  "", "foot",
	  TOP SET("iso-8859-1") CTE("8bit") "\r\ngr\xfc\xdf"
					    "e\r\nfoot\r\n",
	  "in the text" },
	{ "beyond ASCII in Latin-1",
	  TOP SET("iso-8859-1") CTE("8bit") "\r\ngr\xfc\xdf"
					    "e\r\n",
	  "", GROSS,
	  TOP SET("iso-8859-1") CTE("8bit") "\r\ngr\xfc\xdf"
					    "e\r\ngro\xdf\r\n",
	  "in the text" },
	{ "in UTF-8", TOP SET("utf-8") CTE("8bit") "\r\n\xe2\x82\xac\r\n", "", GROSS,
	  TOP SET("utf-8") CTE("8bit") "\r\n\xe2\x82\xac\r\n" GROSS "\r\n",
	  "in the text" },
	{ "us-ascii becomes utf-8, of which it is a part",
	  TOP TEXT CTE("7bit") "\r\nhi\r\n", "", GROSS,
	  TOP "Content-Type: text/plain; charset=utf-8\r\n" CTE("8bit") "\r\nhi\r\n" GROSS
									"\r\n",
	  "in the text" },
	{ "the same without MIME", "From: a@b.example\r\n\r\nhi\r\n", "", GROSS,
	  "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
	  "charset=utf-8\r\n" CTE("8bit") "\r\nhi\r\n" GROSS "\r\n",
	  "in the text" },
	{ "quoted-printable",
	  TOP SET("utf-8") CTE("quoted-printable") "\r\na=3Db =\r\nc\r\n", "",
	  GROSS " = x",
	  TOP SET("utf-8")
		  CTE("quoted-printable") "\r\na=3Db =\r\nc\r\ngro=C3=9F =3D x\r\n",
	  "in the text" },
	{ "quoted-printable that ends in the middle of a line",
	  TOP SET("utf-8") CTE("quoted-printable") "\r\na=", "", "foot",
	  TOP SET("utf-8") CTE("quoted-printable") "\r\na=\r\n\r\nfoot\r\n",
	  "in the text" },
	{ "base64", TOP SET("utf-8") CTE("base64") "\r\naGkNCg==\r\n", "", "foot",
	  TOP SET("utf-8") CTE("base64") "\r\naGkNCmZvb3QNCg==\r\n", "in the text" },
	{ "format=flowed: what flowed ends, what would be a quote does not begin",
	  TOP "Content-Type: text/plain; format=flowed\r\n"
	      "\r\nflows \r\n",
	  "", "> foot \nFrom x\n-- \nz",
	  TOP "Content-Type: text/plain; format=flowed\r\n\r\nflows \r\n\r\n > foot\r\n "
	      "From x\r\n-- \r\nz\r\n",
	  "in the text" },
	{ "multipart/mixed: its first and last part",
	  TOP "Content-Type: multipart/mixed; boundary=x\r\n\r\npre" PART TEXT
	      "\r\none" PART "Content-Type: image/gif\r\n\r\nGIF" END "post\r\n",
	  "head", "foot",
	  TOP "Content-Type: multipart/mixed; boundary=x\r\n\r\npre" PART OWN("head")
		  PART TEXT "\r\none" PART "Content-Type: image/gif\r\n\r\nGIF" PART OWN(
			  "foot") END "post\r\n",
	  "a part of its own" },
	{ "one that is never closed",
	  TOP "Content-Type: multipart/mixed; boundary=x\r\n" PART TEXT "\r\none\r\n", "",
	  "foot",
	  TOP "Content-Type: multipart/mixed; boundary=x\r\n" PART TEXT
	      "\r\none" PART OWN("foot") END,
	  "a part of its own" },
	{ "what is signed inside of a mixed stays",
	  TOP "Content-Type: multipart/mixed; boundary=x\r\n" PART
	      "Content-Type: multipart/signed; boundary=y\r\n\r\n--y\r\n\r\na "
	      "\r\n--y\r\nContent-Type: application/pgp-signature\r\n\r\ns\r\n--y--" END,
	  "", "foot",
	  TOP
	  "Content-Type: multipart/mixed; boundary=x\r\n" PART
	  "Content-Type: multipart/signed; boundary=y\r\n\r\n--y\r\n\r\na "
	  "\r\n--y\r\nContent-Type: application/pgp-signature\r\n\r\ns\r\n--y--" PART OWN(
		  "foot") END,
	  "a part of its own" },
	{ "alternatives: the text",
	  TOP "Content-Type: multipart/alternative; boundary=x\r\n" PART TEXT
	      "\r\none" PART "Content-Type: text/html\r\n\r\n<p>one" END,
	  "", "foot",
	  TOP "Content-Type: multipart/alternative; boundary=x\r\n" PART TEXT
	      "\r\none\r\nfoot" PART "Content-Type: text/html\r\n\r\n<p>one" END,
	  "in the text of its alternatives" },
	{ "alternatives of 7 bits stay so",
	  TOP "Content-Type: multipart/alternative; boundary=x\r\n" PART TEXT
	      "\r\n1 = 1" PART "Content-Type: text/html\r\n\r\n<p>one" END,
	  "", GROSS,
	  TOP "Content-Type: multipart/alternative; boundary=x\r\n" PART
	      "Content-Type: text/plain; charset=utf-8\r\n" CTE(
		      "quoted-printable") "\r\n1 =3D 1\r\ngro=C3=9F" PART
					  "Content-Type: text/html\r\n\r\n<p>one" END,
	  "in the text of its alternatives" },
	{ "alternatives without text",
	  TOP "Content-Type: multipart/alternative; boundary=x\r\n" PART
	      "Content-Type: text/html\r\n\r\n<p>one" END,
	  "", "foot", NULL, "left out: none of its alternatives takes it" },
	{ "signed",
	  TOP "Content-Type: multipart/signed; boundary=x\r\n" PART TEXT "\r\none" PART
	      "Content-Type: application/pgp-signature\r\n\r\ns" END,
	  "", "foot", NULL, "left out: the post is signed or encrypted" },
	{ "encrypted", TOP "Content-Type: application/pkcs7-mime\r\n\r\nabc\r\n", "",
	  "foot", NULL, "left out: the post is signed or encrypted" },
	{ "odd", TOP "Content-Type: multipart/mixed; boundary=x\r\n\r\n--y--\r\n", "",
	  "foot", NULL,
	  "left out: the post's parts cannot be told apart with certainty" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct decorated d;
		str in = str_from(cases[i].in),
		    out = str_from(cases[i].out ? cases[i].out : cases[i].in);
		CHECK(ok(decorate(a, in, str_from(cases[i].header),
				  str_from(cases[i].footer), STR(""), &d)));
		if (!str_eq(d.message, out))
			fprintf(stderr, "%s: %.*s:\n%.*s\n", cases[i].what, STR_F(d.how),
				STR_F(d.message));
		CHECK(str_eq(d.message, out) && str_eq(d.how, str_from(cases[i].how)));
	}
}

/* What has no place for the words gets them beside it, whole. */
static void test_wrapped(void)
{
	static const char *const bodies[] = {
		"Content-Type: text/html; charset=utf-8\r\n" CTE(
			"8bit") "\r\n<p>\xc3\xa9\r\n",
		"Content-Type: image/gif\r\nContent-Disposition: inline; "
		"filename=a.gif\r\n" CTE("base64") "\r\nR0lG\r\n",
		"Content-Type: text/plain; charset=iso-8859-1\r\n" CTE(
			"8bit") "\r\n\xfc\r\n", /* has no such character */
		"Content-Type: text/plain; charset=utf-16\r\n" CTE(
			"base64") "\r\nAGgAaQ==\r\n",
		"Content-Type: text/plain\r\n" CTE(
			"x-uuencode") "\r\nbegin 644 x\r\n#86)C\r\n`\r\nend\r\n",
		"Content-Type: text/plain; charset=utf-8\r\n" CTE(
			"8bit") "\r\n\xfc is no UTF-8\r\n",
		"Content-Type: multipart/related; boundary=x\r\n" PART
		"Content-Type: text/html\r\n\r\n<p>" END,
		"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhi\r\n",
	};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		ARENA(a);
		struct decorated d;
		struct mime m, n;
		str in = arena_cat(a, STR("Subject: s\r\n"), str_from(bodies[i]));
		CHECK(ok(decorate(a, in, STR("head"), STR("\xe7\x89\xa9\n"), STR(""),
				  &d)));
		CHECK(ok(mime_parse(a, in, &m)) && ok(mime_parse(a, d.message, &n))
		      && !n.flags);
		CHECK(str_eq(d.how, STR("a part of its own")) && n.count == m.count + 3);
		if (n.count != m.count + 3)
			continue;
		CHECK(str_eq(n.parts[0].type, STR("multipart/mixed"))
		      && str_starts(d.message,
				    STR("Subject: s\r\nMIME-Version: 1.0\r\n")));
		CHECK(str_eq(n.parts[2].type, m.parts[0].type)
		      && str_eq(n.parts[2].charset, m.parts[0].charset));
		CHECK(m.parts[0].multipart || str_eq(n.parts[2].raw, m.parts[0].raw));
		CHECK(str_eq(mime_text(a, &n.parts[1], NULL), STR("head"))
		      && str_eq(mime_text(a, &n.parts[n.count - 1], NULL),
				STR("\xe7\x89\xa9")));
	}
}

#define MARK "{aaaaaaaaaaaaaaaa."

static str filled(struct arena *a, str text, const struct reader *who)
{
	BUF(b);
	str before;
	enum reader_word word;
	while (reader_next(text, STR(MARK), &before, &word, &text))
		buf_cat(&b, before, reader_line(a, word, who));
	buf_add(&b, text);
	return arena_copy(a, buf_str(&b));
}

/* The text that a reader of the copy sees; it is ASCII on the wire, whoever reads it. */
static void test_personal(void)
{
	static const char *const words = "Dear " MARK "n}\n> " MARK "a} (" MARK "l})";
	static const struct {
		const char *in, *out, *how;
	} posts[] = {
		{ TOP TEXT "\r\nhi\r\n", "hi\r\nDear %\r\n> l@x.example (Deutsch)\r\n",
		  "in the text" },
		{ TOP SET("iso-8859-1") CTE("8bit") "\r\ngr\xfc\xdf",
		  "gr\xc3\xbc\xc3\x9f\r\nDear %\r\n> l@x.example (Deutsch)\r\n",
		  "in the text" },
		{ TOP SET("iso-8859-1") CTE("quoted-printable") "\r\ngr=FC=\r\n=DF=\r\n",
		  "gr\xc3\xbc\xc3\x9f\r\nDear %\r\n> l@x.example (Deutsch)\r\n",
		  "in the text" },
		{ TOP SET("utf-8") CTE("base64") "\r\naGkNCg==\r\n",
		  "hi\r\nDear %\r\n> l@x.example (Deutsch)\r\n", "in the text" },
		{ TOP SET("utf-8") CTE("quoted-printable") "\r\na=3Db =",
		  "a=b \r\nDear %\r\n> l@x.example (Deutsch)\r\n", "in the text" },
		{ TOP "Content-Type: text/plain; format=flowed\r\n\r\nflows \r\n",
		  "flows \r\n\r\nDear %\r\n > l@x.example (Deutsch)\r\n", "in the text" },
		/* What is not the charset that it says cannot be brought into another. */
		{ TOP SET("us-ascii") CTE("8bit") "\r\ngr\xfc\xdf", NULL,
		  "a part of its own" },
		{ TOP SET("no-such-set") "\r\nhi", NULL, "a part of its own" },
	};
	static const char *const names[] = { "Anna",
					     "\xc5\x81ukasz \xe7\x89\xa9\xe7\x90\x86" };
	for (size_t i = 0; i < 2 * sizeof posts / sizeof *posts; i++) {
		ARENA(a);
		struct decorated d;
		struct mime m;
		struct reader who = { STR("l@x.example"), str_from(names[i % 2]),
				      STR("de") };
		CHECK(ok(decorate(a, str_from(posts[i / 2].in), STR(""), str_from(words),
				  STR(MARK), &d)));
		str text = filled(a, d.message, &who), before, after;
		CHECK(str_eq(d.how, str_from(posts[i / 2].how)));
		CHECK(ok(mime_parse(a, text, &m)) && !m.flags);
		CHECK(!str_find(text, STR(MARK)).n);
		str is = mime_bytes(a, &m.parts[m.count - 1]);
		if (!posts[i / 2].out) {
			CHECK(holds(is, names[i % 2]));
			continue;
		}
		CHECK(str_cut(str_from(posts[i / 2].out), '%', &before, &after));
		str want = arena_cat(a, before, who.name, after);
		if (!str_eq(is, want))
			fprintf(stderr, "%.*s\n", STR_F(text));
		CHECK(str_eq(is, want));
		for (size_t k = 0; k < text.n; k++)
			CHECK(!(text.p[k] & '\x80'));
	}
}

static void test_fill(struct books_test *t)
{
	static const struct {
		const char *text, *filled;
	} texts[] = {
		{ "$list_name ${listname} %(real_name)s", "dev dev@lists.example dev" },
		{ "$list_names $5 50% $ ${ ${x} %(y)s $$",
		  "$list_names $5 50% $ ${ ${x} %(y)s $$" },
		{ "$user_name %(user_email)s", "$user_name %(user_email)s" },
		{ "$listinfo_url ${hyperkitty_url} $user_optionsurl",
		  "https://lists.example/lists/dev/ https://lists.example/lists/dev/7 "
		  "https://lists.example/lists/dev/me" },
		{ "%(host_name)s $request_email $leave_email $owner_email "
		  "%(_internal_name)s $list_id",
		  "lists.example dev-request@lists.example dev-leave@lists.example "
		  "dev-owner@lists.example dev dev.lists.example" },
	};
	struct post p = { .list = books_entry(t, DEV) };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		str got = decorate_fill(t->a, &t->books, &p, 7, STR(""),
					str_from(texts[i].text));
		if (!str_eq(got, str_from(texts[i].filled)))
			fprintf(stderr, "  %.*s\n", STR_F(got));
		CHECK(str_eq(got, str_from(texts[i].filled)));
	}
}

static void test_check(struct books_test *t)
{
	static const struct {
		const char *key, *text, *why;
	} wrong[] = {
		{ "msg_footer", "a\n%(user_password)s", "no passwords" },
		{ "msg_footer",
		  "$user_name $user_name $user_name ${user_email} $user_name $user_name "
		  "$user_name $user_name $user_name",
		  "more than 8 words" },
		{ "digest_footer", "for %(user_address)s", "the same for all" },
		{ "digest_header", "$user_name", "the same for all" },
	};
	int64_t list = books_entry(t, DEV)->id;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		err e = setting_put(t->books.lists, t->a, list, str_from(wrong[i].key),
				    str_from(wrong[i].text));
		CHECK(e.kind == ERR_SYNTAX && holds(str_from(e.msg), wrong[i].why));
	}
	CHECK(setting_put(t->books.lists, t->a, list, STR("msg_header"), STR("\xff")).kind
	      == ERR_SYNTAX);
	char line[600];
	memset(line, 'x', sizeof line);
	CHECK(setting_put(t->books.lists, t->a, list, STR("msg_footer"),
			  (str){ line, sizeof line })
		      .kind
	      == ERR_SYNTAX);
	CHECK(ok(setting_put(
		t->books.lists, t->a, list, STR("msg_footer"),
		STR("_____\n$listname mailing list\n$user_optionsurl $user_name"))));
}

int main(void)
{
	ARENA(a);
	test_cases();
	test_personal();
	test_wrapped();
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	test_fill(&t);
	test_check(&t);
	books_end(&t);
	return check_done();
}
