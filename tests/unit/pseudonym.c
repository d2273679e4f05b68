/* Messages in another name, and posts of an archive. */
#include "tests/check.h"
#include "archive/pseudonym.h"
#include "base/enc.h"
#include "mail/mime.h"

#include <iconv.h>
#include <time.h>

static const str ADDRESSES[] = { { "anna@uni.example", 16 },
				 { "a.meyer@home.example", 20 } };
static const str NAMES[] = { { "Anna Meyer", 10 }, { "Anna", 4 } };
static const struct pseudonym ANNA = { ADDRESSES, 2, NAMES, 2, { "former-x", 8 }, false };

static str done_as(struct arena *a, const struct pseudonym *p, str message)
{
	str out = STR("");
	CHECK(!pseudonym_message(a, p, message, &out).kind);
	return out;
}

static str done(struct arena *a, str message)
{
	return done_as(a, &ANNA, message);
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
	{ "Anna Meyer says so", "Anna Meyer says so" },
	{ "Anna Meyer anna@uni.example", "Anna Meyer former-x@hidden.invalid" },
	{ "\"Anna Meyer\" [mailto:anna@uni.example]",
	  "\"former-x\" [mailto:former-x@hidden.invalid]" },
	{ "> Anna Meyer\r\n> <anna@uni.example> wrote:",
	  "> former-x\r\n> <former-x@hidden.invalid> wrote:" },
	{ "anna@uni.example (Anna Meyer)", "former-x@hidden.invalid (former-x)" },
	{ "anna@uni.example (Anna Meyer knows)",
	  "former-x@hidden.invalid (Anna Meyer knows)" },
	{ "anna@uni.example, Anna Meyer wrote:\r\nAnna Meyer wrote:\r\n",
	  "former-x@hidden.invalid, former-x wrote:\r\nAnna Meyer wrote:\r\n" },
	{ "anna@uni.example, Anna Meyer a \xc3\xa9"
	  "crit\xc2\xa0:",
	  "former-x@hidden.invalid, former-x a \xc3\xa9"
	  "crit\xc2\xa0:" },
	{ "Anna Meyer &lt;<a href=\"mailto:anna@uni.example\">anna@uni.example</a>&gt;",
	  "former-x &lt;<a href=\"mailto:former-x@hidden.invalid\">"
	  "former-x@hidden.invalid</a>&gt;" },
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
	str out = done(a,
		       STR("Received: from laptop-of-anna\r\n"
			   "From: =?utf-8?q?Anna_Meyer?= <Anna@Uni.example>\r\n"
			   "Reply-To: a.meyer@home.example\r\nX-Mailer: Secret 1.0\r\n"
			   "To: dev@lists.example\r\nSubject: hello\r\n"
			   "Message-ID: <1@x>\r\nReferences: <0@x>\r\n"
			   "Content-Type: text/plain\r\n\r\nwords\r\n> ask Anna Meyer\r\n"
			   "-- \r\nAnna Meyer\r\n"));
	static const char *const stays[] = { "From: former-x <former-x@hidden.invalid>",
					     "To: dev@lists.example",
					     "Subject: hello",
					     "Message-ID: <1@x>",
					     "References: <0@x>",
					     "words",
					     "> ask Anna Meyer",
					     "-- \r\nformer-x" },
				 *const goes[] = { "Anna <", "Anna_",        "laptop",
						   "Secret", "home.example", "Reply-To" };
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
		const char *author, *before, *after;
	} cases[] = {
		{ "Ben <ben@uni.example>", "of Anna Meyer", "of Anna Meyer" },
		{ "Ben <ben@uni.example>", "Anna Meyer <anna@uni.example>",
		  "former-x <former-x@hidden.invalid>" },
		{ "anna@uni.example", "of Anna Meyer", "of former-x" },
		{ "anna@uni.example", "=?utf-8?q?gr=C3=BC=C3=9Fe_Anna_Meyer?=",
		  "gr\xc3\xbc\xc3\x9f"
		  "e former-x" },
		{ "Ben <ben@uni.example>",
		  "=?utf-8?b?YW5uYUB1bmkuZXhhbXBsZQ==?=", "former-x@hidden.invalid" },
		{ "Ben <ben@uni.example>", "=?iso-8859-1?q?gr=FC=DFe?=",
		  "gr\xc3\xbc\xc3\x9f"
		  "e" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct header h;
		str out = done(a,
			       arena_cat(a, STR("From: "), str_from(cases[i].author),
					 STR("\r\nSubject: "), str_from(cases[i].before),
					 STR("\r\n\r\nx\r\n")));
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

/* Text in the octets of a charset, by iconv itself. */
static str octets(struct arena *a, str text, const char *charset)
{
	char *from = (char *)(uintptr_t)text.p, *out = arena_alloc(a, 8 * text.n),
	     *to = out;
	size_t left = text.n, room = 8 * text.n;
	iconv_t cd = iconv_open(charset, "UTF-8");
	CHECK(cd != (iconv_t)-1);
	CHECK(iconv(cd, &from, &left, &to, &room) == 0
	      && iconv(cd, NULL, NULL, &to, &room) == 0);
	iconv_close(cd);
	return (str){ out, (size_t)(to - out) };
}

static str equals_signs(struct arena *a, str bytes)
{
	str out = STR("");
	for (size_t i = 0; i < bytes.n; i++)
		out = arena_cat(a, out,
				arena_printf(a, "%s=%02X", i % 20 ? "" : "=\r\n",
					     (unsigned)(unsigned char)bytes.p[i]));
	return out;
}

/* In whatever charset: what they wrote is read as what it says, and stays in the charset. */
static void test_charsets(void)
{
	static const struct {
		const char *charset, *name, *beside;
	} cases[] = {
		{ "utf-16", "Anna Meyer", "gr\xc3\xbc\xc3\x9f" },
		{ "utf-16le", "Anna Meyer", "\xe7\x8e\x8b" },
		{ "utf-16be", "J\xc3\xb6rg M\xc3\xbcller", "\xf0\x9f\x98\x80" },
		{ "utf-32", "Anna Meyer", "gr\xc3\xbc\xc3\x9f" },
		{ "gb18030", "\xe7\x8e\x8b \xe5\xb0\x8f\xe6\x98\x8e",
		  "\xe4\xb9\xa4\xf0\x9f\x98\x80" },
		{ "big5", "\xe7\x8e\x8b \xe5\xb0\x8f\xe6\x98\x8e", "\xe5\x8a\x9f" },
		{ "iso-2022-jp", "\xe5\xb1\xb1\xe7\x94\xb0 \xe8\x8a\xb1",
		  "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "shift_jis", "\xe5\xb1\xb1\xe7\x94\xb0 \xe8\x8a\xb1", "\xe8\xa1\xa8" },
		{ "iso-8859-1", "J\xc3\xb6rg M\xc3\xbcller", "gr\xc3\xbc\xc3\x9f" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str name = str_from(cases[i].name), beside = str_from(cases[i].beside);
		struct pseudonym p = { ADDRESSES, 2, &name, 1, { "former-x", 8 }, false };
		str text = arena_cat(a, beside, STR(" "), name,
				     STR(" <anna@uni.example>\r\nends "), beside);
		str wanted = arena_cat(a, beside,
				       STR(" former-x <former-x@hidden.invalid>\nends "),
				       beside);
		str bytes = octets(a, text, cases[i].charset);
		str head = arena_cat(a, STR("Content-Type: text/plain; charset="),
				     str_from(cases[i].charset),
				     STR("\r\nContent-Transfer-Encoding: "));
		str mail = arena_cat(
			a,
			STR("From: Anna <anna@uni.example>\r\nMIME-Version: 1.0\r\n"
			    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"),
			head, STR("base64\r\n\r\n"), enc_base64(a, bytes),
			STR("\r\n--b\r\n"), head, STR("quoted-printable\r\n\r\n"),
			equals_signs(a, bytes), STR("\r\n--b\r\n"), head,
			STR("8bit\r\n\r\n"), bytes, STR("\r\n--b--\r\n"));
		str out = done_as(a, &p, mail);
		int parts = str_has(bytes, '\0') ? 2 : 3; /* else no mail bears it */
		for (int k = 1; k <= parts; k++) {
			str now = str_trim(text_of(a, out, (size_t)k));
			if (!str_eq(now, wanted))
				fprintf(stderr, "%s, part %d: %.*s\n", cases[i].charset,
					k, STR_F(now));
			CHECK(str_eq(now, wanted));
		}
		CHECK(str_eq(done_as(a, &p, out), out));
		CHECK(!has(out, "former-x@hidden.invalid>\r\nends") || parts == 3);
	}
}

/* A name is whatever its bearer writes before their address. */
static void test_words_of_others(void)
{
	static const str address[] = { { "mallory@uni.example", 19 } },
			 names[] = { { "do not", 6 },
				     { "we will", 7 },
				     { "Content-Type: text/plain", 24 },
				     { "Fri, 27 Nov", 11 },
				     { "ESMTP for", 9 },
				     { "1@x> <2@x", 9 } };
	static const struct pseudonym mallory = { address,           1,    names, 6,
						  { "former-x", 8 }, false };
	ARENA(a);
	str head = STR("Received: by mx with ESMTP for <ben@uni.example>\r\n"
		       "From: Ben <ben@uni.example>\r\nTo: "),
	    rest = STR("\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\nSubject: we will\r\n"
		       "References: <1@x> <2@x>\r\nMIME-Version: 1.0\r\n"
		       "Content-Type: text/plain; charset=utf-8\r\n\r\n"
		       "we do not agree\r\nwe will (and do not\r\nContent-Type: "
		       "text/plain\r\n"),
	    old = STR("do not <mallory@uni.example>"),
	    new = STR("former-x <former-x@hidden.invalid>");
	CHECK(str_eq(done_as(a, &mallory, arena_cat(a, head, old, rest)),
		     arena_cat(a, head, new, rest)));
}

static str many(struct arena *a, const char *what, size_t n)
{
	str part = str_from(what);
	char *p = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		p[i] = part.p[i % part.n];
	return (str){ p, n };
}

static int64_t milliseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Names and text that have all but the end in common: time is the text's alone. */
static void test_long(void)
{
	enum { COUNT = 20, TEXT = 1024 * 1024, AT_MOST_MS = 200 };
	static const struct {
		const char *text, *name;
		size_t n;
	} cases[] = { { "a", "a", 297 }, { "a", "a", 55 }, { "a ", "a ", 56 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str names[COUNT];
		struct pseudonym p = {
			ADDRESSES, 2, names, COUNT, STR("former-x"), false
		};
		for (int k = 0; k < COUNT; k++)
			names[k] = arena_cat(a, many(a, cases[i].name, cases[i].n),
					     arena_printf(a, " b%d", k));
		str mail = arena_cat(a, STR("From: anna@uni.example\r\n\r\n"),
				     many(a, cases[i].text, TEXT), STR(" "), names[7]);
		int64_t before = milliseconds();
		str out = done_as(a, &p, mail);
		int64_t took = milliseconds() - before;
		if (took >= AT_MOST_MS)
			fprintf(stderr, "case %zu: %d ms\n", i, (int)took);
		CHECK(took < AT_MOST_MS);
		CHECK(str_ends(out, STR(" former-x")) == (cases[i].n < 60));
	}
}

int main(void)
{
	test_texts();
	test_own();
	test_named();
	test_subject();
	test_encoded();
	test_charsets();
	test_words_of_others();
	test_long();
	return check_done();
}
