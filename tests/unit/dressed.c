/* Addresses in whatever dress a reader knows them. */
#include "tests/check.h"

#include "archive/bare.h"
#include "archive/dressed.h"
#include "archive/pseudonym.h"
#include "base/enc.h"
#include "mail/mime.h"

#include <stdlib.h>
#include <time.h>

#define GONE "hidden@hidden.invalid"

static const str ADDRESSES[] = { STR("gus@red.example"),
				 STR("ina@xn--mnchen-3ya.example") };

static bool has(str text, const char *what)
{
	return str_ifind(text, str_from(what)).n > 0;
}

static const struct {
	const char *text, *clean; /* NULL: nothing changes */
	unsigned how;
} texts[] = {
	{ "ask gus@red.example.", "ask " GONE ".", 0 },
	/* marks of a diff, of emphasis, of a rule */
	{ "+gus@red.example\n-gus@red.example\n", "+" GONE "\n-" GONE "\n", 0 },
	{ "_gus@red.example_ --gus@red.example--", "_" GONE "_ --" GONE "--", 0 },
	{ "...gus@red.example...", "..." GONE "...", 0 },
	{ "\xe2\x80\x9cgus@red.example\xe2\x80\x9d", "\xe2\x80\x9c" GONE "\xe2\x80\x9d",
	  0 },
	{ "\xc2\xa0gus@red.example\xc2\xa0:", "\xc2\xa0" GONE "\xc2\xa0:", 0 },
	{ "\xe8\xaf\xb7gus@red.example\xe8\xb0\xa2", "\xe8\xaf\xb7" GONE "\xe8\xb0\xa2",
	  0 },
	/* another's */
	{ "x+gus@red.example", NULL, 0 },
	{ "x.gus@red.example x-gus@red.example", NULL, 0 },
	{ "gus@red.example.org gus@red.example-x.org", NULL, 0 },
	{ "angus@red.example \xc3\xbcgus@red.example", NULL, 0 },
	{ "x.gus=red.example@lists.example", NULL, 0 },
	{ "gus, red.example; gus@", NULL, 0 },
	{ "we meet at red.example", NULL, 0 },
	/* of programs */
	{ "<dev-bounces+gus=red.example@lists.example>",
	  "<dev-bounces+hidden=hidden.invalid@lists.example>", 0 },
	{ "SRS0=HhH=TT=red.example=gus@fwd.example",
	  "SRS0=HhH=TT=hidden.invalid=hidden@fwd.example", 0 },
	{ "prvs=1234567890=gus@red.example", "prvs=1234567890=" GONE, 0 },
	{ "http://x.example/?to=gus%40red.example&y=1",
	  "http://x.example/?to=hidden%40hidden.invalid&y=1", 0 },
	{ "http://x.example/?to=%67us%40red%2Eexample",
	  "http://x.example/?to=hidden%40hidden.invalid", 0 },
	{ "gus=40red.example", "hidden=40hidden.invalid", 0 },
	{ "gus%red.example@relay.example red.example!gus",
	  "hidden%hidden.invalid@relay.example hidden.invalid!hidden", 0 },
	/* other characters */
	{ "gus&#64;red.example, gus&#x40;red&#46;example, &#103;us&commat;red.example",
	  GONE ", " GONE ", " GONE, 0 },
	{ "gu\xc2\xads@red.exam\xe2\x80\x8bple", GONE, 0 },
	{ "\xef\xbd\x87us\xef\xbc\xa0red\xe3\x80\x82"
	  "example",
	  GONE, 0 },
	{ "GUS@Red.Example", GONE, 0 },
	{ "ina@xn--mnchen-3ya.example, Ina@M\xc3\x9cnchen.example", GONE ", " GONE, 0 },
	/* said */
	{ "gus at red.example (Gus), gus (at) red (dot) example", GONE " (Gus), " GONE,
	  0 },
	{ "gus[at]red[dot]example gus AT red DOT example!", GONE " " GONE "!", 0 },
	{ "gus @ red.example; \"gus\"@red.example; gus_at_red.example",
	  GONE "; \"" GONE "; " GONE, 0 },
	{ "gus@red.example dot", GONE " dot", 0 },
	{ "gus <at> red.example", GONE, 0 },
	/* HTML */
	{ "<p><b>gus</b>@red.example</p>", "<p><b>" GONE "</b></p>", BARE_HTML },
	{ "gus<span>@</span>red<wbr>.example", GONE "<span></span><wbr>", BARE_HTML },
	{ "gus<!-- not -->@red.example", GONE "<!-- not -->", BARE_HTML },
	{ "gus<i style=\"display:none\">no</i>@red.example",
	  GONE "<i style=\"display:none\">no</i>", BARE_HTML },
	{ "<a href=\"mailto:gus&#64;red.example?x\">gus</a>",
	  "<a href=\"mailto:" GONE "?x\">gus</a>", BARE_HTML },
	{ "<td>an</td><td>gus@red.example</td>", "<td>an</td><td>" GONE "</td>",
	  BARE_HTML },
	{ "<p>an<br>gus@red.example", "<p>an<br>" GONE, BARE_HTML },
	{ "<!-- gus@red.example -->", "<!-- " GONE " -->", BARE_HTML },
	{ "1 < 2 gus@red.example <", "1 < 2 " GONE " <", BARE_HTML },
	/* DelSp */
	{ "gus@ \r\nred.example", GONE, BARE_JOIN },
};

static void test_texts(void)
{
	ARENA(a);
	const struct dressed *d = dressed_new(a, ADDRESSES, 2, STR("hidden"));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		str text = str_from(texts[i].text),
		    wanted = texts[i].clean ? str_from(texts[i].clean) : text,
		    clean = dressed_clean(a, d, text, texts[i].how);
		if (!str_eq(clean, wanted))
			fprintf(stderr, "%s\n  %.*s\n", texts[i].text, STR_F(clean));
		CHECK(str_eq(clean, wanted));
		CHECK(texts[i].clean || clean.p == text.p);
		CHECK(str_eq(dressed_clean(a, d, clean, texts[i].how), clean));
	}
}

/* Whatever octets come, what they stand for lies in the text, in order. */
static void test_places(void)
{
	static const char signs[] =
		"&#64;%40<b>gus@red.example -->\xc2\xad\xff\xef\xbc at";
	char text[40];
	srand(7);
	for (int i = 0; i < 20000; i++) {
		ARENA(a);
		struct bare b, spoken;
		size_t n = (size_t)rand() % sizeof text, last = 0;
		for (size_t k = 0; k < n; k++)
			text[k] = signs[(size_t)rand() % (sizeof signs - 1)];
		bare_text(a, (str){ text, n }, (unsigned)rand() % 4, &b);
		if (bare_spoken(a, &b, &spoken))
			b = spoken;
		for (size_t k = 0; k < b.text.n; k++) {
			size_t from = bare_from(&b, k), to = bare_to(&b, k, 1);
			CHECK(from <= to && to <= n && from >= last);
			last = from;
		}
	}
}

static str done(struct arena *a, str message)
{
	struct pseudonym who = { .addresses = ADDRESSES,
				 .count = 2,
				 .as = STR("hidden"),
				 .address_only = true };
	str out = STR(""), again = STR("");
	CHECK(!pseudonym_message(a, &who, message, &out).kind);
	CHECK(!pseudonym_message(a, &who, out, &again).kind && str_eq(out, again));
	return out;
}

#define PART(fields, body) "--b\r\n" fields "\r\n" body "\r\n"

/* In each place of a message. */
static void test_message(void)
{
	ARENA(a);
	static const char inner[] =
		"From: G. <gus@red.example>\r\nSubject: "
		"=?utf-8?b?Z3VzQHJlZC5leGFtcGxl?=\r\nContent-Type: text/html\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		"<b>gus</b>=40red.exam=\r\nple stays\r\n";
	str mail = arena_cat(
		a,
		STR("Return-Path: <dev-bounces+gus=red.example@lists.example>\r\n"
		    "From: Ben <ben@uni.example>\r\n"
		    "Thread-Topic: =?utf-8?q?of_gus=40red.example?=\r\n"
		    "MIME-Version: 1.0\r\n"
		    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"),
		STR(PART("Content-Type: text/plain; "
			 "name=\"=?utf-8?b?Z3VzQHJlZC5leGFtcGxl?=\"\r\n",
			 "+gus@red.example\r\n")),
		STR("--b\r\nContent-Type: message/rfc822\r\n\r\n"), str_from(inner),
		STR("\r\n--b\r\nContent-Type: application/json\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n"),
		enc_base64(a, STR("{\"a\":\"gus@red.example\"}")),
		STR("\r\n--b\r\nContent-Type: image/jpeg\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n"),
		enc_base64(a, ((str){ "\0\xff by gus@red.example\0", 23 })),
		STR("\r\n--b--\r\n"));
	str out = done(a, mail);
	struct mime m;
	CHECK(!mime_parse(a, out, &m).kind && m.count == 5);
	CHECK(!has(out, "gus") && !has(out, "Z3Vz") && !has(out, "red.example"));
	CHECK(has(out, "stays") && has(out, "Subject: " GONE)
	      && has(out, "Thread-Topic: of " GONE) && has(out, "name=\"" GONE));
	CHECK(str_eq(mime_bytes(a, &m.parts[3]), STR("{\"a\":\"" GONE "\"}")));
	CHECK(str_eq(mime_bytes(a, &m.parts[4]),
		     ((str){ "\0\xff by xxx@xxx.xxxxxxx\0", 23 })));
	CHECK(has(out, "ben@uni.example"));
}

static int64_t milliseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Time is the text's alone, whatever it is made of. */
static void test_long(void)
{
	enum { TEXT = 1024 * 1024, AT_MOST_MS = 2000 };
	static const char *const pieces[] = { "<a",
					      "<!--",
					      "&#",
					      " at ",
					      "-",
					      "%4",
					      "<b style=display:none>",
					      "gus@red.example-" };
	ARENA(a);
	const struct dressed *d = dressed_new(a, ADDRESSES, 2, STR("hidden"));
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		char *p = arena_alloc(a, TEXT + 32);
		size_t n = strlen(pieces[i]);
		for (size_t k = 0; k < TEXT; k++)
			p[k] = pieces[i][k % n];
		memcpy(p + TEXT, " gus@red.example", 16);
		int64_t before = milliseconds();
		str out = dressed_clean(a, d, (str){ p, TEXT + 16 }, BARE_HTML);
		int64_t took = milliseconds() - before;
		if (took >= AT_MOST_MS)
			fprintf(stderr, "%s: %d ms\n", pieces[i], (int)took);
		CHECK(took < AT_MOST_MS && str_ends(out, STR(" " GONE)));
	}
}

int main(void)
{
	test_texts();
	test_places();
	test_message();
	test_long();
	return check_done();
}
