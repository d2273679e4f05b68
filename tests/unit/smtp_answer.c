#include "smtp/answer.h"

#include "smtp/client.h"
#include "tests/check.h"

static void answers(void)
{
	static const struct {
		const char *lines[4];
		int code;
		const char *status, *text;
		enum err_kind want;
	} cases[] = {
		{ { "250 2.1.0 Ok\r\n" }, 250, "2.1.0", "Ok", ERR_NONE },
		{ { "250-2.1.0 a\r\n", "250 2.1.0 b\r\n" },
		  250,
		  "2.1.0",
		  "a\nb",
		  ERR_NONE },
		{ { "250-a\r\n", "250-\r\n", "250 c\r\n" }, 250, "", "a\n\nc", ERR_NONE },
		{ { "250\r\n" }, 250, "", "", ERR_NONE },
		{ { "250\n" }, 250, "", "", ERR_NONE },
		{ { "250 \r\n" }, 250, "", "", ERR_NONE },
		{ { "354 go\n" }, 354, "", "go", ERR_NONE },
		{ { "550 5.1.1\r\n" }, 550, "5.1.1", "", ERR_NONE },
		{ { "550 5.7.509 x\r\n" }, 550, "5.7.509", "x", ERR_NONE },
		/* a status of another class contradicts the code: it is words */
		{ { "550 4.1.1 x\r\n" }, 550, "", "4.1.1 x", ERR_NONE },
		{ { "550 5.1 x\r\n" }, 550, "", "5.1 x", ERR_NONE },
		{ { "550 5..1 x\r\n" }, 550, "", "5..1 x", ERR_NONE },
		{ { "550 5.1111.1 x\r\n" }, 550, "", "5.1111.1 x", ERR_NONE },
		{ { "550 5.1.1.1 x\r\n" }, 550, "", "5.1.1.1 x", ERR_NONE },
		{ { "550 5.1.\r\n" }, 550, "", "5.1.", ERR_NONE },
		{ { "550 a\tb\x01\r\n" }, 550, "", "a?b?", ERR_NONE },
		{ { "hello\r\n" }, 0, "", "", ERR_SYNTAX },
		{ { "25\r\n" }, 0, "", "", ERR_SYNTAX },
		{ { "2500 x\r\n" }, 0, "", "", ERR_SYNTAX },
		{ { "150 x\r\n" }, 0, "", "", ERR_SYNTAX },
		{ { "650 x\r\n" }, 0, "", "", ERR_SYNTAX },
		{ { "\r\n" }, 0, "", "", ERR_SYNTAX },
		{ { "" }, 0, "", "", ERR_SYNTAX },
		{ { "250-a\r\n", "550 b\r\n" }, 250, "", "a", ERR_SYNTAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct smtp_answer x = { 0 };
		bool whole = false;
		err e = OK;
		for (int k = 0; k < 4 && cases[i].lines[k] && !e.kind; k++) {
			CHECK(!whole);
			e = smtp_answer_line(&x, str_from(cases[i].lines[k]), &whole);
		}
		CHECK(e.kind == cases[i].want && (whole || e.kind));
		CHECK(x.code == cases[i].code && !strcmp(x.status, cases[i].status));
		CHECK(str_eq(smtp_answer_text(&x), str_from(cases[i].text)));
	}
}

static void endless(void)
{
	struct smtp_answer x = { 0 };
	bool whole = false;
	int lines = 0;
	while (!smtp_answer_line(&x, STR("250-and so on and so on\r\n"), &whole).kind)
		lines++;
	CHECK(lines == SMTP_ANSWER_LINES && !whole && x.n <= SMTP_ANSWER_TEXT);
	smtp_answer_reset(&x);
	CHECK(!smtp_answer_line(&x, STR("221 bye\r\n"), &whole).kind && whole);
	CHECK(x.code == 221 && str_eq(smtp_answer_text(&x), STR("bye")));
}

static void offers(void)
{
	static const char *const lines[] = {
		"PIPELINING", "size 1000",
		"8bitmime",   "SMTPUTF8",
		"CHUNKING",   "DSN",
		"STARTTLS",   "LIMITS MAILMAX=5 RCPTMAX=x FOO=1",
		"AUTH PLAIN", "X-UNKNOWN y",
		"",           "requiretls",
	};
	struct smtp_offers o = { 0 };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		smtp_offer(&o, str_from(lines[i]));
	CHECK(o.pipelining && o.eight_bit && o.utf8 && o.chunking && o.dsn && o.starttls);
	CHECK(o.require_tls);
	CHECK(o.size_known && o.size == 1000 && o.mail_max == 5 && o.rcpt_max == 0);
	o = (struct smtp_offers){ 0 };
	smtp_offer(&o, STR("SIZE"));
	CHECK(o.size_known && o.size == 0 && !o.pipelining);
	smtp_offer(&o, STR("SIZE -5"));
	CHECK(o.size == 0);
}

static void stuffing(struct arena *a)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "a\r\n", "a\r\n" },
		{ ".\r\n", "..\r\n" },
		{ ".a\r\n..b\r\nc.\r\n", "..a\r\n...b\r\nc.\r\n" },
		{ "a\r\n.", "a\r\n.." },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str in = str_from(cases[i].in), out = smtp_stuff(a, in);
		CHECK(str_eq(out, str_from(cases[i].out)));
		CHECK((out.p == in.p) == str_eq(in, out));
	}
}

int main(void)
{
	ARENA(a);
	answers();
	endless();
	offers();
	stuffing(a);
	return check_done();
}
