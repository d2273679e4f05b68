#include "mail/header.h"

#include "base/buf.h"
#include "mail/downgrade.h"
#include "tests/check.h"

static struct header scanned(struct arena *a, str message)
{
	struct header h = { 0 };
	CHECK(!header_scan(a, message, &h).kind);
	return h;
}

static void blocks(struct arena *a)
{
	static const struct {
		str message;
		size_t count;
		const char *body;
		unsigned flags;
	} cases[] = {
		{ STR("A: 1\r\nB: 2\r\n 3\r\n\r\nbody"), 2, "body", 0 },
		{ STR("A: 1\nB: 2\n\t3\n\nbody"), 2, "body", HEADER_BARE_LF },
		{ STR("A: 1\r\nB: 2\r\n"), 2, "", 0 },
		{ STR("A: 1"), 1, "", 0 },
		{ STR("\r\nbody"), 0, "body", 0 },
		{ STR("\nbody"), 0, "body", 0 },
		{ STR(""), 0, "", 0 },
		{ STR("A : 1\r\n\r\n"), 1, "", 0 },
		{ STR("From x Mon Nov 1\r\nA: 1\r\n\r\nb"), 1, "b", HEADER_STRAY_LINE },
		{ STR(" folded\r\nA: 1\r\n\r\nb"), 1, "b", HEADER_STRAY_LINE },
		{ STR("A: 1\r\nstray\r\n more\r\nB: 2\r\n\r\nb"), 2, "b",
		  HEADER_STRAY_LINE },
		{ STR("A: 1\r\nno empty line: text\r\nB: 2\r\n"), 1,
		  "no empty line: text\r\nB: 2\r\n", HEADER_STRAY_LINE },
		{ STR("A: 1\r\n: no name\r\n\r\nb"), 1, "b", HEADER_STRAY_LINE },
		{ STR("A: \0\r\n\r\nb"), 1, "b", HEADER_NUL },
		{ STR("A: x\ry\r\n\r\nb"), 1, "b", HEADER_BARE_CR },
		{ STR("A: \xE9\r\n\r\nb"), 1, "b", HEADER_8BIT },
		{ STR("From: a\r\nfrom: b\r\n\r\nb"), 2, "b", HEADER_REPEATED },
		{ STR("Received: a\r\nReceived: b\r\n\r\nb"), 2, "b", 0 },
		{ STR("A: 1\r\n \r\n\r\nb"), 1, "b", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct header h = scanned(a, cases[i].message);
		if (h.count != cases[i].count || h.flags != cases[i].flags)
			fprintf(stderr, "case %zu: %zu fields, flags %x\n", i, h.count,
				h.flags);
		CHECK(h.count == cases[i].count && h.flags == cases[i].flags);
		CHECK(str_eq(h.body, str_from(cases[i].body)));
		str again = header_apply(a, &h, &(struct header_edit){ 0 });
		CHECK(str_eq(again, h.raw) || !str_ends(h.raw, STR("\n")));
	}
}

static void bounds(struct arena *a)
{
	BUF(m);
	struct header h = { .count = 77 };
	for (int i = 0; i < HEADER_FIELDS_MAX; i++)
		buf_add(&m, STR("A: b\r\n"));
	CHECK(!header_scan(a, buf_str(&m), &h).kind && h.count == HEADER_FIELDS_MAX);
	buf_add(&m, STR("A: b\r\n"));
	h.count = 77;
	CHECK(header_scan(a, buf_str(&m), &h).kind == ERR_LIMIT && h.count == 77);
	buf_clear(&m);
	buf_add(&m, STR("A: "));
	while (m.n < HEADER_MAX)
		buf_add_char(&m, 'x');
	CHECK(!header_scan(a, buf_str(&m), &h).kind && h.flags == HEADER_LONG_LINE);
	buf_add_char(&m, 'x');
	CHECK(header_scan(a, buf_str(&m), &h).kind == ERR_LIMIT);
}

static void finding(struct arena *a)
{
	struct header h = scanned(
		a, STR("Subject: one\r\nX: y\r\nsubject:  two \r\n\tlines\r\n\r\n"));
	const struct field *f = header_find(&h, STR("SUBJECT"));
	CHECK(f && str_eq(f->name, STR("Subject"))
	      && str_eq(header_value(a, f), STR("one")));
	f = header_next(&h, f);
	CHECK(f && str_eq(f->value, STR("  two \r\n\tlines"))
	      && str_eq(f->raw, STR("subject:  two \r\n\tlines\r\n")));
	CHECK(str_eq(header_value(a, f), STR("two \tlines")));
	CHECK(str_eq(header_text(a, f), STR("two lines")));
	CHECK(!header_next(&h, f) && header_count(&h, STR("subject")) == 2);
	CHECK(!header_find(&h, STR("Nope")) && header_value(a, NULL).n == 0);
}

static const struct field *field(struct arena *a, const char *value)
{
	struct field *f = arena_zero(a, sizeof *f);
	f->value = str_from(value);
	return f;
}

static void texts(struct arena *a)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ " =?iso-8859-1?q?Caf=E9?=", "Caf\xC3\xA9" },
		{ "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
		{ "=?ISO-8859-1?Q?a?=  \r\n   =?ISO-8859-2?Q?_b?=", "a b" },
		{ "=?utf-8?B?w6k=?= plain =?utf-8?B?w6k=?=", "\xC3\xA9 plain \xC3\xA9" },
		{ "=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "\xC3\xA9" }, /* cut in two */
		{ "=?iso-2022-jp?B?GyRCJCIbKEI=?=", "\xE3\x81\x82" },
		{ "=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore" },
		{ "[x]=?utf-8?q?y?=", "[x]y" },
		{ "=?utf-8?q?this is text?=", "this is text" },
		{ "=?utf-8 =? =?x?q =?utf-8?z?a?=", "=?utf-8 =? =?x?q =?utf-8?z?a?=" },
		{ "=?utf-8?q?a=0D=0ABcc:_b?=", "a  Bcc: b" },
		{ "Caf\xE9 raw", "Caf\xC3\xA9 raw" },
		{ "Caf\xC3\xA9 raw", "Caf\xC3\xA9 raw" },
		{ "=?no-such-set?q?Caf=E9?=", "Caf\xC3\xA9" },
		{ "=?utf-8?q?=ZZ=4?=", "=ZZ=4" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = header_text(a, field(a, cases[i].value));
		if (!str_eq(got, str_from(cases[i].text)))
			fprintf(stderr, "%s -> %.*s\n", cases[i].value, STR_F(got));
		CHECK(str_eq(got, str_from(cases[i].text)));
	}
}

static void params(struct arena *a)
{
	static const struct {
		const char *value, *token, *name, *param;
	} cases[] = {
		{ " Text/Plain; charset=\"UTF-8\"", "text/plain", "charset", "UTF-8" },
		{ "text / plain ; CharSet = utf-8 (really)", "text/plain", "charset",
		  "utf-8" },
		{ "(hello) text (plain) / (x) html (y); a=b", "text/html", "a", "b" },
		{ "attachment; filename=My File.pdf", "attachment", "filename",
		  "My File.pdf" },
		{ "a/b; filename*=utf-8''%e2%82%ac%20rates", "a/b", "filename",
		  "\xE2\x82\xAC rates" },
		{ "a/b; t*0*=us-ascii'en'This%20is%20; t*1*=%2A%2Afun; t*2=\" isn't "
		  "it!\"",
		  "a/b", "t", "This is **fun isn't it!" },
		{ "a/b\r\n t*0*=us-ascii'en'x%20\r\n t*1=\"y\"", "a/b", "t", "x y" },
		{ "a/b; URL*0=\"ftp://\";\r\n URL*1=\"x.example/y\"", "a/b", "url",
		  "ftp://x.example/y" },
		{ "a/b; name=\"=?utf-8?q?=C3=A9?=.png\"", "a/b", "name", "\xC3\xA9.png" },
		{ "a/b; x=1; x=2", "a/b", "x", "1" },
		{ "a/b; filename=f; filename*=utf-8''g", "a/b", "filename", "g" },
		{ "a/b; boundary=\"a b", "a/b", "boundary", "a b" },
		{ "a/b; x=\"a\\\"b\"; y=z", "a/b", "y", "z" },
		{ "a/b ;;;; = ;; y=z", "a/b", "y", "z" },
		{ "a/b; filename*=utf-8''x%0D%0Ay", "a/b", "filename", "x  y" },
		{ "a/b; yy=z", "a/b", "y", "" },
		{ "a/b", "a/b", "y", "" },
		{ "", "", "y", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct field *f = field(a, cases[i].value);
		str token = header_token(a, f),
		    param = header_param(a, f, str_from(cases[i].name));
		if (!str_eq(token, str_from(cases[i].token))
		    || !str_eq(param, str_from(cases[i].param)))
			fprintf(stderr, "%s -> %.*s, %.*s\n", cases[i].value,
				STR_F(token), STR_F(param));
		CHECK(str_eq(token, str_from(cases[i].token)));
		CHECK(str_eq(param, str_from(cases[i].param)));
	}
	CHECK(header_param_count(a, field(a, "a/b; x=1; X=2; y=3"), STR("x")) == 2);
}

static void ids(struct arena *a)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "<a@b> (x <no@no>) <c@d>", "a@b c@d" },
		{ " <a@b>\r\n\t<c\r\n @d>", "a@b c@d" },
		{ "<a@b><c@d>", "a@b c@d" },
		{ "bare@id", "bare@id" },
		{ "Your message of Tue, from a@b", "" },
		{ "\"Tue\" <a@b> from me", "a@b" },
		{ "<<a@b>>", "a@b" },
		{ "<>", "" },
		{ "<a@b", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str *got, all = STR_NONE;
		size_t n = header_ids(a, field(a, cases[i].value), &got);
		for (size_t k = 0; k < n; k++)
			all = arena_cat(a, all, k ? STR(" ") : STR_NONE, got[k]);
		CHECK(str_eq(all, str_from(cases[i].want)));
	}
}

/* Whatever is encoded folds below 79 columns and reads back. */
static void encoding(struct arena *a)
{
	static const char *const texts[] = {
		"short",
		"two  spaces",
		"J\xC3\xBCrgen at the end",
		"=?utf-8?q?literal?=",
		"a long subject that is only ASCII and goes on and on, past the end of "
		"the line, twice, "
		"so that it must be folded somewhere in the middle of all this",
		"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE9\x95\xB7\xE3\x81\x84"
		"\xE9\xA1\x8C"
		"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE9\x95\xB7\xE3\x81\x84"
		"\xE9\xA1\x8C"
		"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE9\x95\xB7\xE3\x81\x84"
		"\xE9\xA1\x8C",
		"Stra\xC3\x9F"
		"e, Stra\xC3\x9F"
		"e und noch einmal Stra\xC3\x9F"
		"e, bis die Zeile "
		"l\xC3\xA4nger wird als erlaubt, und noch ein wenig l\xC3\xA4nger",
		"",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		str whole = header_encode(a, STR("Subject"), str_from(texts[i])),
		    rest = whole, line;
		struct header h = scanned(a, whole);
		CHECK(h.count == 1 && !h.flags && str_ends(whole, STR("\r\n")));
		while (str_line(&rest, &line))
			CHECK(line.n <= 78 && str_trim(line).n);
		if (h.count)
			CHECK(str_eq(header_text(a, &h.fields[0]), str_from(texts[i])));
	}
	str evil = header_encode(a, STR("Subject"), STR("x\r\nBcc: y\0z"));
	CHECK(str_eq(evil, STR("Subject: x  Bcc: y z\r\n")));
	CHECK(str_eq(header_fold(a, STR("To"), STR("a\nb")), STR("To: a b\r\n")));
}

/* A guess for each of eighty thousand pieces would take a minute. */
static void few_guesses(struct arena *a)
{
	BUF(m);
	buf_add(&m, STR("Subject: "));
	while (m.n < HEADER_MAX - 8)
		buf_add(&m, STR("\xE9=?"));
	struct header h = scanned(a, buf_str(&m));
	str text = header_text(a, header_find(&h, STR("Subject")));
	CHECK(str_starts(text, STR("\xC3\xA9=?\xC3\xA9=?")));
	CHECK(str_ends(text, STR("\xEF\xBF\xBD=?\xEF\xBF\xBD=?")));
}

static void edits(struct arena *a)
{
	struct header h = scanned(
		a, STR("A: 1\r\nDrop: 2\r\n 3\r\nB: 4\r\ndrop: 5\r\nC: 6\r\n\r\nbody"));
	str drop[] = { STR("DROP"), STR("Nope") };
	struct header_edit e = { drop, 2, STR("First: x\r\n"), STR("Last: y\r\n") };
	CHECK(str_eq(header_apply(a, &h, &e),
		     STR("First: x\r\nA: 1\r\nB: 4\r\nC: 6\r\nLast: y\r\n")));
	h = scanned(a, STR("A: 1"));
	CHECK(str_eq(header_apply(a, &h, &e), STR("First: x\r\nA: 1\r\nLast: y\r\n")));
	h = scanned(a, STR("\r\nbody"));
	CHECK(str_eq(header_apply(a, &h, &e), STR("First: x\r\nLast: y\r\n")));
}

/* RFC 6532 -> RFC 5322 and 2047; NULL: it has no such form. */
static void downgraded(struct arena *a)
{
	static const struct {
		str in;
		const char *out;
	} cases[] = {
		{ STR("From: a@b.example\r\nSubject:  as\r\n it is\r\n"),
		  "From: a@b.example\r\nSubject:  as\r\n it is\r\n" },
		{ STR("From: J\u00fcrgen <j@x.example>\r\nX-Odd: a\r\n"),
		  "From: =?utf-8?Q?J=C3=BCrgen?= <j@x.example>\r\nX-Odd: a\r\n" },
		{ STR("Subject: Gr\u00fc\u00dfe\r\n"),
		  "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n" },
		{ STR("To: a@b.example, x@b\u00fccher.example\r\n"),
		  "To: a@b.example, x@xn--bcher-kva.example\r\n" },
		{ STR("From: j\u00fcrgen@x.example\r\n"), NULL },
		{ STR("Cc: a@b.example, \u00e9@x.example\r\n"), NULL },
		{ STR("Message-ID: <\u00e9@x.example>\r\n"), NULL },
		{ STR("Content-Type: text/plain; name=\u00e9\r\n"), NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct header h = scanned(a, arena_cat(a, cases[i].in, STR("\r\nbody")));
		str out = STR("");
		bool can = header_downgrade(a, &h, &out);
		CHECK(can == (cases[i].out != NULL));
		if (can && cases[i].out && !str_ieq(out, str_from(cases[i].out)))
			fprintf(stderr, "case %zu: %.*s", i, STR_F(out));
		CHECK(!can || !cases[i].out || str_ieq(out, str_from(cases[i].out)));
	}
}

int main(void)
{
	ARENA(a);
	blocks(a);
	bounds(a);
	finding(a);
	texts(a);
	params(a);
	ids(a);
	encoding(a);
	few_guesses(a);
	edits(a);
	downgraded(a);
	return check_done();
}
