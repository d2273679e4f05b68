/* Messages in another name, and posts of an archive. */
#include "tests/check.h"
#include "archive/pseudonym.h"
#include "base/enc.h"
#include "mail/mime.h"

static const str ADDRESSES[] = { { "anna@uni.example", 16 },
				 { "a.meyer@home.example", 20 } };
static const str NAMES[] = { { "Anna Meyer", 10 }, { "Anna", 4 } };
static const struct pseudonym ANNA = { ADDRESSES, 2, NAMES, 2, { "former-x", 8 } };

static str done(struct arena *a, str message)
{
	str out = STR("");
	CHECK(!pseudonym_message(a, &ANNA, message, &out).kind);
	return out;
}

static bool has(str text, const char *what)
{
	return str_ifind(text, str_from(what)).n > 0;
}

static const struct {
	const char *before, *after; /* of a body in another's post */
} texts[] = {
	{ "nothing of it", "nothing of it" },
	{ "On Monday Anna Meyer <anna@uni.example> wrote:",
	  "On Monday former-x <former-x@hidden.invalid> wrote:" },
	{ "ask ANNA@uni.example.", "ask former-x@hidden.invalid." },
	{ "johanna@uni.example", "johanna@uni.example" },
	{ "anna@uni.example.org", "anna@uni.example.org" },
	{ "x.anna@uni.example", "x.anna@uni.example" },
	{ "(a.meyer@home.example)", "(former-x@hidden.invalid)" },
	{ "Anna Meyerbeer, Anna", "Anna Meyerbeer, Anna" },
	{ "anna@uni.example,anna@uni.example",
	  "former-x@hidden.invalid,former-x@hidden.invalid" },
};

static void test_texts(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		str head = STR("From: Ben <ben@uni.example>\r\nTo: x@y.example\r\n\r\n");
		str out = done(a, arena_cat(a, head, str_from(texts[i].before)));
		bool same = str_eq(out, arena_cat(a, head, str_from(texts[i].after)));
		if (!same)
			fprintf(stderr, "%s: %.*s\n", texts[i].before, STR_F(out));
		CHECK(same);
	}
}

/* Of their own posts only what threads need is left of the header. */
static void test_own(void)
{
	ARENA(a);
	str out = done(a, STR("Received: from laptop-of-anna\r\n"
			      "From: =?utf-8?q?Anna_Meyer?= <Anna@Uni.example>\r\n"
			      "Reply-To: a.meyer@home.example\r\nX-Mailer: Secret 1.0\r\n"
			      "To: dev@lists.example\r\nSubject: hello\r\n"
			      "Message-ID: <1@x>\r\nReferences: <0@x>\r\n"
			      "Content-Type: text/plain\r\n\r\nwords\r\n-- \r\nAnna "
			      "Meyer\r\n"));
	static const char *const stays[] = { "From: former-x <former-x@hidden.invalid>",
					     "To: dev@lists.example",
					     "Subject: hello",
					     "Message-ID: <1@x>",
					     "References: <0@x>",
					     "words",
					     "-- \r\nformer-x" },
				 *const goes[] = { "Anna", "laptop", "Secret",
						   "home.example", "Reply-To" };
	for (size_t i = 0; i < sizeof stays / sizeof *stays; i++)
		CHECK(has(out, stays[i]));
	for (size_t i = 0; i < sizeof goes / sizeof *goes; i++)
		CHECK(!has(out, goes[i]));
	CHECK(str_eq(done(a, out), out)); /* once more changes nothing */
}

/* A name beside the address goes in whatever charset it is; others stay. */
static void test_named(void)
{
	ARENA(a);
	str out = done(a, STR("From: Ben <ben@uni.example>\r\nX-Mailer: kept\r\n"
			      "To: =?iso-8859-1?q?Anna_M=E9yer?= <anna@uni.example>,\r\n"
			      " Cara <cara@uni.example>\r\nSubject: x\r\n\r\nx\r\n"));
	CHECK(has(out, "former-x <former-x@hidden.invalid>, Cara <cara@uni.example>"));
	CHECK(!has(out, "Anna") && has(out, "X-Mailer: kept")
	      && has(out, "Ben <ben@uni.example>"));
}

static void test_subject(void)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "of Anna Meyer", "of former-x" },
		{ "=?utf-8?q?gr=C3=BC=C3=9Fe_Anna_Meyer?=", "gr\xc3\xbc\xc3\x9f"
							    "e former-x" },
		{ "=?utf-8?b?YW5uYUB1bmkuZXhhbXBsZQ==?=", "former-x@hidden.invalid" },
		{ "=?iso-8859-1?q?gr=FC=DFe?=", "gr\xc3\xbc\xc3\x9f"
						"e" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct header h;
		str out = done(
			a, arena_cat(a, STR("From: Ben <ben@uni.example>\r\nSubject: "),
				     str_from(cases[i].before), STR("\r\n\r\nx\r\n")));
		CHECK(!header_scan(a, out, &h).kind);
		CHECK(str_eq(header_text(a, header_find(&h, STR("Subject"))),
			     str_from(cases[i].after)));
		CHECK(str_eq(done(a, out), out));
	}
}

static str text_of(struct arena *a, str message, size_t part)
{
	struct mime m;
	str used;
	CHECK(!mime_parse(a, message, &m).kind && part < m.count);
	return mime_text(a, &m.parts[part], &used);
}

static void test_encoded(void)
{
	ARENA(a);
	str said = STR("gr\xc3\xbc\xc3\x9f Anna Meyer <anna@uni.example> = here\n");
	str mail = arena_cat(
		a,
		STR("From: Ben <ben@uni.example>\r\nMIME-Version: 1.0\r\nContent-Type: "
		    "multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
		    "charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"),
		enc_base64(a, said),
		STR("\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		    "gr=C3=BC=C3=9F Anna Mey=\r\ner <anna=40uni.example> =3D here\r\n"
		    "--b\r\nContent-Type: application/octet-stream\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\nAAECAwQF\r\n--b--\r\n"));
	str out = done(a, mail);
	str wanted = STR("gr\xc3\xbc\xc3\x9f former-x <former-x@hidden.invalid> = here");
	CHECK(str_eq(str_trim(text_of(a, out, 1)), wanted));
	CHECK(str_eq(str_trim(text_of(a, out, 2)), wanted));
	CHECK(has(out, "AAECAwQF\r\n--b--"));
	CHECK(str_eq(done(a, out), out));
}

int main(void)
{
	test_texts();
	test_own();
	test_named();
	test_subject();
	test_encoded();
	return check_done();
}
