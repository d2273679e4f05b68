#include "mail/compose.h"

#include "base/utf8.h"
#include "mail/header.h"
#include "tests/check.h"

#include <stdlib.h>

static struct header scanned(struct arena *a, str message)
{
	struct header h = { 0 };
	CHECK(!header_scan(a, message, &h).kind && !h.flags);
	return h;
}

static str value(struct arena *a, const struct header *h, str name)
{
	CHECK(header_count(h, name) == 1);
	return header_text(a, header_find(h, name));
}

static void plain(struct arena *a)
{
	struct compose l = {
		.from = { STR("dev list"), { STR("dev-owner"), STR("lists.example") } },
		.to = { STR("J\xC3\xBCrgen, Dr."), { STR("j"), STR("uni.example") } },
		.subject = STR("Welcome"),
		.text = STR("You are a member.\n\n-- \nthe list\n"),
		.in_reply_to = STR("<a@b>"),
		.host = STR("lists.example"),
		.date = 1795493529,
		.list_id = STR("<dev.lists.example>"),
		.extra = STR("Precedence: bulk\r\n"),
	};
	str m = compose(a, &l);
	struct header h = scanned(a, m);
	CHECK(str_eq(value(a, &h, STR("From")),
		     STR("dev list <dev-owner@lists.example>")));
	CHECK(str_eq(value(a, &h, STR("To")), STR("J\xC3\xBCrgen, Dr. <j@uni.example>")));
	CHECK(str_eq(value(a, &h, STR("Date")), STR("Tue, 24 Nov 2026 04:12:09 +0000")));
	CHECK(str_eq(value(a, &h, STR("Auto-Submitted")), STR("auto-replied")));
	CHECK(str_eq(value(a, &h, STR("References")), STR("<a@b>")));
	CHECK(str_eq(value(a, &h, STR("Precedence")), STR("bulk")));
	CHECK(str_eq(value(a, &h, STR("Content-Transfer-Encoding")), STR("7bit")));
	CHECK(str_ends(value(a, &h, STR("Message-ID")), STR("@lists.example>")));
	CHECK(header_find(&h, STR("Reply-To")) == NULL);
	CHECK(str_eq(h.body, STR("You are a member.\r\n\r\n-- \r\nthe list\r\n")));
}

static void lines_fit(str m)
{
	for (str line; str_line(&m, &line);)
		CHECK(line.n <= 78);
}

static void quoted(struct arena *a)
{
	struct compose l = {
		.from = { STR(""), { STR("a"), STR("b.example") } },
		.to = { STR(""), { STR("c"), STR("d.example") } },
		.subject = STR("Gr\xC3\xBC\xC3\x9F"
			       "e"),
		.host = STR("b.example"),
		.auto_submitted = STR("auto-generated"),
		.text = STR("Gr\xC3\xBC\xC3\x9F"
			    "e =\nspace at the end \n"
			    "a line that is too long for a line of mail and therefore is "
			    "broken softly, so that it comes back as one line\n.\nFrom "
			    "x\n")
	};
	str m = compose(a, &l);
	struct header h = scanned(a, m);
	lines_fit(m);
	CHECK(str_eq(value(a, &h, STR("Subject")), l.subject));
	CHECK(str_eq(value(a, &h, STR("Content-Transfer-Encoding")),
		     STR("quoted-printable")));
	CHECK(str_eq(value(a, &h, STR("Auto-Submitted")), STR("auto-generated")));
	CHECK(str_starts(h.body, STR("Gr=C3=BC=C3=9Fe =3D\r\nspace at the end=20\r\n")));
	CHECK(str_find(h.body, STR("soft=\r\n")).n || str_find(h.body, STR("=\r\n")).n);
}

/* A post that a person wrote on the web, as an answer. */
static void written(struct arena *a)
{
	struct compose l = { .from = { STR("Anna"), { STR("a"), STR("b.example") } },
			     .to = { STR(""), { STR("dev"), STR("d.example") } },
			     .subject = STR("Re: x"),
			     .text = STR("Yes.\n"),
			     .message_id = STR("<m@b>"),
			     .in_reply_to = STR("<p@b>"),
			     .references = STR("<o@b> <p@b>"),
			     .written = true,
			     .host = STR("b.example") };
	str m = compose(a, &l);
	struct header h = scanned(a, m);
	CHECK(!header_find(&h, STR("Auto-Submitted")));
	CHECK(str_eq(value(a, &h, STR("In-Reply-To")), STR("<p@b>")));
	CHECK(str_eq(value(a, &h, STR("References")), STR("<o@b> <p@b>")));
	CHECK(str_eq(value(a, &h, STR("Message-ID")), STR("<m@b>")));
}

static void no_injection(struct arena *a)
{
	str evil = STR("x\r\nBcc: victim@x.example\r\n\r\nbody\0end");
	struct compose l = { .from = { evil, { evil, STR("b.example") } },
			     .to = { evil, { STR("c"), STR("d.example") } },
			     .subject = evil,
			     .message_id = evil,
			     .in_reply_to = evil,
			     .reply_to = evil,
			     .auto_submitted = evil,
			     .list_id = evil,
			     .host = STR("h"),
			     .text = STR("hello\n") };
	struct header h = scanned(a, compose(a, &l));
	CHECK(!header_find(&h, STR("Bcc")) && str_eq(h.body, STR("hello\r\n")));
}

static void attached(struct arena *a)
{
	struct compose l = { .from = { STR(""), { STR("a"), STR("b.example") } },
			     .to = { STR(""), { STR("c"), STR("d.example") } },
			     .subject = STR("Held"),
			     .host = STR("b.example"),
			     .text = STR("See.\n"),
			     .attached = STR("Subject: x\n\nno line end") };
	str m = compose(a, &l);
	struct header h = scanned(a, m);
	const struct field *type = header_find(&h, STR("Content-Type"));
	str boundary = header_param(a, type, STR("boundary"));
	CHECK(str_eq(header_token(a, type), STR("multipart/mixed")) && boundary.n);
	str want = arena_cat(
		a, STR("--"), boundary,
		STR("\r\nContent-Type: text/plain; "
		    "charset=us-ascii\r\nContent-Transfer-Encoding: "
		    "7bit\r\n\r\nSee.\r\n\r\n--"),
		boundary,
		STR("\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: "
		    "7bit\r\n\r\nSubject: x\r\n\r\nno line end\r\n\r\n--"),
		boundary, STR("--\r\n"));
	CHECK(str_eq(h.body, want));
}

static void wrapping(struct arena *a)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "short\n\nlines  stay\n", "short\n\nlines  stay\n" },
		{ "no end", "no end\n" },
		{ "", "" },
		{ "one two three four five six seven eight nine ten eleven twelve "
		  "thirteen fourteen\n",
		  "one two three four five six seven eight nine ten eleven twelve "
		  "thirteen\nfourteen\n" },
		{ "  one two three four five six seven eight nine ten eleven twelve "
		  "thirteen fourteen\n",
		  "  one two three four five six seven eight nine ten eleven twelve "
		  "thirteen\n"
		  "  fourteen\n" },
		{ "https://x.example/"
		  "0123456789012345678901234567890123456789012345678901234567890123 y\n",
		  "https://x.example/"
		  "0123456789012345678901234567890123456789012345678901234567890123\ny"
		  "\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(str_eq(text_wrap(a, str_from(cases[i].text)),
			     str_from(cases[i].want)));
}

int main(void)
{
	ARENA(a);
	plain(a);
	quoted(a);
	written(a);
	no_injection(a);
	attached(a);
	wrapping(a);
	CHECK(!str_eq(message_id_new(a, STR("h")), message_id_new(a, STR("h"))));
	return check_done();
}
