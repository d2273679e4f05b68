/* A session as a server has it, line by line: a transaction, its parameters and its limits. */
#include "smtp_play.h"

static void a_transaction(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	static const struct turn turns[] = {
		{ "NOOP", "250 2.0.0" },
		{ "MAIL FROM:<a@b.example>", "503 5.5.1 EHLO first" },
		{ "EHLO mail.b.example", "250-mail.here.example\r\n250-PIPELINING\r\n" },
		{ "RCPT TO:<local@here.example>", "503 5.5.1 MAIL first" },
		{ "DATA", "503 5.5.1 MAIL first" },
		{ "MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME", "250 2.1.0" },
		{ "MAIL FROM:<a@b.example>", "503 5.5.1" },
		{ "DATA", "554 5.5.1 no valid recipient" },
		{ "RCPT TO:<x@elsewhere.example>", "550 5.7.1" },
		{ "RCPT TO:<nobody@here.example>", "550 5.1.1" },
		{ "DATA", "554 5.5.1" },
		{ "rcpt to:<local@here.example> NOTIFY=SUCCESS,DELAY", "250 2.1.5" },
		{ "RCPT TO:<postmaster>", "250 2.1.5" },
		{ "RCPT TO:<PostMaster>", "250 2.1.5" },
		{ "STARTTLS", "503 5.5.1" },
		{ "DATA", "354 " },
	};
	PLAY(&s, turns);
	CHECK(s.rcpt_count == 3 && s.rcpts[0].notify == 5 && s.mail.eight_bit);
	CHECK(s.mail.size == 1000 && str_eq(smtp_protocol(&s), STR("ESMTP")));
	struct smtp_reply r;
	smtp_say(&r, 250, "2.0.0", STR("ok"));
	smtp_session_received(&s, &r);
	CHECK(s.state == SMTP_READY && !s.arena && o.ended == 1 && !s.rcpt_count);
	smtp_session_free(&s);
}

static void offers(struct arena *a)
{
	static const struct {
		enum smtp_kind kind;
		bool tls, have_tls;
		const char *has, *lacks;
	} cases[] = {
		{ SMTP_MX, false, true, "STARTTLS", "AUTH" },
		{ SMTP_MX, true, true, "CHUNKING", "STARTTLS" },
		{ SMTP_MX, false, false, "LIMITS RCPTMAX=1000", "STARTTLS" },
		{ SMTP_SUBMISSION, false, true, "AUTH SCRAM-SHA-256\r\n", "PLAIN" },
		{ SMTP_SUBMISSION, true, true, "AUTH SCRAM-SHA-256 PLAIN LOGIN",
		  "STARTTLS" },
		{ SMTP_SUBMISSIONS, true, true, "PLAIN LOGIN", "STARTTLS" },
		{ SMTP_LOCAL, false, false, "DSN", "AUTH" },
		{ SMTP_MX, false, true, "SIZE 1048576\r\n", "BINARYMIME" },
		{ SMTP_MX, false, true, "\r\n250-8BITMIME\r\n", "XCLIENT" },
		{ SMTP_MX, false, true, "SMTPUTF8", "EXPN" },
		{ SMTP_MX, false, true, "ENHANCEDSTATUSCODES", "VRFY" },
		{ SMTP_MX, false, true, "STARTTLS", "REQUIRETLS" },
		{ SMTP_MX, true, true, "\r\n250-REQUIRETLS\r\n", "STARTTLS" },
		{ SMTP_LOCAL, false, false, "REQUIRETLS", "STARTTLS" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, cases[i].kind);
		BUF(wire);
		struct smtp_reply r;
		conf.tls = cases[i].have_tls;
		if (cases[i].tls)
			smtp_session_tls(&s);
		smtp_step(&s, STR("EHLO x\r\n"), &r);
		smtp_reply_add(&wire, &r);
		CHECK(str_find(buf_str(&wire), str_from(cases[i].has)).n);
		CHECK(!str_find(buf_str(&wire), str_from(cases[i].lacks)).n);
		CHECK(str_find(buf_str(&wire), STR("\r\n250 HELP\r\n")).n);
		smtp_session_free(&s);
	}
}

/* Each alone, in a session that has said EHLO. */
static void single_lines(struct arena *a)
{
	static const struct turn cases[] = {
		{ "VRFY anna", "252 2.5.0" },
		{ "VRFY", "501 5.5.4" },
		{ "EXPN dev", "502 5.5.1" },
		{ "HELP", "214-2.0.0 " },
		{ "NOOP anything at all", "250 2.0.0" },
		{ "RSET", "250 2.0.0" },
		{ "QUIT", "221 2.0.0 mail.here.example" },
		{ "noop", "250 2.0.0" },
		{ "", "500 5.5.2" },
		{ "WHATISTHIS", "500 5.5.2" },
		{ "MAILFROM:<a@b.example>", "500 5.5.2" },
		{ "XCLIENT ADDR=127.0.0.1", "500 5.5.2" },
		{ "XFORWARD NAME=localhost", "500 5.5.2" },
		{ "GET / HTTP/1.1", "502 5.7.0" },
		{ "PROXY TCP4 127.0.0.1 127.0.0.1 1 25", "502 5.7.0" },
		{ "EHLO", "501 5.5.4" },
		{ "EHLO two words", "501 5.5.4" },
		{ "HELO other", "250 mail.here.example" },
		{ "STARTTLS now", "501 5.5.4" },
		{ "AUTH PLAIN", "502 5.5.1" },
		{ "MAIL", "501 5.5.4" },
		{ "MAIL FROM", "501 5.5.4" },
		{ "MAIL LALA:<a@b.example>", "501 5.5.4" },
		{ "MAIL FROM:", "501 5.1.7" },
		{ "MAIL FROM:<>", "250 2.1.0" },
		{ "MAIL FROM: <>", "250 2.1.0" },
		{ "MAIL FROM:a@b.example", "250 2.1.0" },
		{ "MAIL FROM:<a>", "501 5.1.7" },
		{ "MAIL FROM:<postmaster>", "501 5.1.7" },
		{ "MAIL FROM:<a@b.example", "501 5.1.7" },
		{ "MAIL FROM:<a@b.example>x", "501 5.1.7" },
		{ "MAIL FROM:<@x.example:a@b.example>", "501 5.1.7" },
		{ "MAIL FROM:<\"a b\"@b.example>", "250 2.1.0" },
		{ "MAIL FROM:<a@[192.0.2.1]>", "250 2.1.0" },
		/* VERP and SRS of others */
		{ "MAIL FROM:<bounces+0123456789-0123456789-0123456789-0123456789-"
		  "anna=uni.example@b.example>",
		  "250 2.1.0" },
		{ "MAIL FROM:<a@b.example> SIZE=1048577", "552 5.3.4" },
		{ "MAIL FROM:<a@b.example> SIZE=-1", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=99999999999999999999", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=1 SIZE=2", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> BODY=BINARYMIME", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> BODY=7BIT", "250 2.1.0" },
		{ "MAIL FROM:<a@b.example> SMTPUTF8=1", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> RET=HDRS ENVID=a+2Bb", "250 2.1.0" },
		{ "MAIL FROM:<a@b.example> REQUIRETLS", "530 5.7.10" },
		{ "MAIL FROM:<a@b.example> REQUIRETLS=1", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> RET=NONE", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> ENVID=a+2", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> ENVID=a=b", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> ENVID=+0D+0A", "501 5.5.4" },
		{ "MAIL FROM:<a@b.example> AUTH=<>", "250 2.1.0" },
		{ "MAIL FROM:<a@b.example> AUTH=postmaster@here.example", "250 2.1.0" },
		{ "MAIL FROM:<a@b.example> FOO=1", "555 5.5.4" },
		{ "MAIL FROM:<a@b.example> FOO", "555 5.5.4" },
		{ "MAIL FROM:<\xC3\xBC@b.example>", "553 5.6.7" },
		{ "MAIL FROM:<\xC3\xBC@b.example> SMTPUTF8", "250 2.1.0" },
		{ "MAIL FROM:<\xC3@b.example> SMTPUTF8", "501 5.1.7" },
		{ "MAIL FROM:<a\x01@b.example>", "500 5.5.2" },
		{ "BDAT", "501 5.5.4" },
		{ "BDAT x", "501 5.5.4" },
		{ "BDAT -1", "501 5.5.4" },
		{ "BDAT 10 FIRST", "501 5.5.4" },
		{ "BDAT 10 LAST x", "501 5.5.4" },
		{ "BDAT 9999999999999999999", "501 5.5.4" },
		{ "DATA", "503 5.5.1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, SMTP_MX);
		static const struct turn ehlo[] = { { "EHLO x", "250-" } };
		PLAY(&s, ehlo);
		play(&s, &cases[i], 1);
		smtp_session_free(&s);
	}
}

static void recipients(struct arena *a)
{
	static const struct turn cases[] = {
		{ "RCPT TO:<local@here.example>", "250" },
		{ "RCPT TO: <local@here.example>", "250" },
		{ "RCPT TO:local@here.example", "250" },
		{ "RCPT TO:<local@HERE.example>", "250" },
		{ "RCPT TO:<>", "501 5.1.3" },
		{ "RCPT TO:", "501 5.1.3" },
		{ "RCPT FROM:<local@here.example>", "501 5.5.4" },
		{ "RCPT TO:<local>", "501 5.1.3" },
		{ "RCPT TO:<local@here.example> NOTIFY=NEVER", "250" },
		{ "RCPT TO:<local@here.example> NOTIFY=NEVER,DELAY", "501 5.5.4" },
		{ "RCPT TO:<local@here.example> NOTIFY=DELAY,DELAY", "501 5.5.4" },
		{ "RCPT TO:<local@here.example> NOTIFY=", "501 5.5.4" },
		{ "RCPT TO:<local@here.example> NOTIFY=,", "501 5.5.4" },
		{ "RCPT TO:<local@here.example> ORCPT=rfc822;x+2By@b.example", "250" },
		{ "RCPT TO:<local@here.example> ORCPT=x@b.example", "501 5.5.4" },
		{ "RCPT TO:<local@here.example> ORCPT=rfc822;", "501 5.5.4" },
		{ "RCPT TO:<local@here.example> SIZE=1", "555 5.5.4" },
		{ "RCPT TO:<\xC3\xBC@here.example>", "553 5.6.7" },
		{ "RCPT TO:<local@here.example>,<local@here.example>", "501 5.1.3" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, SMTP_MX);
		static const struct turn before[] = { { "EHLO x", "250-" },
						      { "MAIL FROM:<>", "250" } };
		PLAY(&s, before);
		play(&s, &cases[i], 1);
		smtp_session_free(&s);
	}
}

static void helo_has_no_parameters(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	static const struct turn turns[] = {
		{ "HELO x", "250 mail.here.example" },
		{ "MAIL FROM:<a@b.example> SIZE=1", "555 5.5.4 parameters need EHLO" },
		{ "MAIL FROM:<a@b.example>", "250" },
		{ "HELO x", "250" }, /* ends the transaction (RFC 5321 section 4.1.4) */
		{ "RCPT TO:<local@here.example>", "503 5.5.1 MAIL first" },
	};
	PLAY(&s, turns);
	CHECK(o.ended == 1 && str_eq(smtp_protocol(&s), STR("SMTP")));
	smtp_session_free(&s);
}

static void lines(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	static const struct {
		str line;
		int code;
	} cases[] = {
		{ STR("NOOP\r\n"), 250 },      { STR("NOOP\n"), 500 },
		{ STR("NOOP"), 500 },          { STR("NOOP\r"), 500 },
		{ STR("NOOP \0 x\r\n"), 500 }, { STR("NOOP\rNOOP\r\n"), 500 },
		{ STR("NOOP\tx\r\n"), 500 },   { STR(""), 500 },
		{ STR("\r\n"), 500 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct smtp_reply r;
		smtp_step(&s, cases[i].line, &r);
		CHECK(r.code == cases[i].code);
	}
	BUF(long_line);
	struct smtp_reply r;
	buf_add(&long_line, STR("NOOP "));
	while (long_line.n < SMTP_LINE_MAX)
		buf_add_char(&long_line, 'x');
	buf_add(&long_line, STR("x\r\n"));
	smtp_step(&s, buf_str(&long_line), &r);
	CHECK(r.code == 500);
	smtp_session_free(&s);
}

/* What was read in the scratch is the transaction's once it is accepted. */
static void recipients_are_kept(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	static const struct turn turns[] = {
		{ "EHLO x", "250-" },
		{ "MAIL FROM:<a@b.example>", "250" },
		{ "RCPT TO:<Local@here.example> ORCPT=RFC822;x+2By@b.example", "550" },
		{ "RCPT TO:<local@HERE.example> ORCPT=RFC822;x+2By@b.example", "250" },
		{ "NOOP", "250" },
	};
	PLAY(&s, turns);
	CHECK(s.rcpt_count == 1 && str_eq(s.rcpts[0].to.local, STR("local"))
	      && str_eq(s.rcpts[0].to.domain, STR("here.example"))
	      && str_eq(s.rcpts[0].orcpt_type, STR("rfc822"))
	      && str_eq(s.rcpts[0].orcpt, STR("x+y@b.example")));
	smtp_session_free(&s);
}

static void refuse_sender(void *ctx, struct smtp_session *s, struct smtp_reply *r)
{
	(void)ctx, (void)s;
	smtp_say(r, 451, "4.7.0", STR("later"));
}

/* What mail took, end gives back: once each, whatever mail said. */
static void ends_pair_with_mails(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	struct smtp_policy policy = test_policy;
	static const struct turn turns[] = {
		{ "EHLO x", "250-" },
		{ "MAIL FROM:<a@b.example>", "451 4.7.0" },
		{ "RCPT TO:<local@here.example>", "503" },
		{ "MAIL FROM:<a@b.example>", "451 4.7.0" },
		{ "MAIL FROM:<a b>", "501" },
		{ "RSET", "250" },
	};
	policy.mail = refuse_sender;
	conf.policy = &policy;
	PLAY(&s, turns);
	CHECK(o.ended == 2);
	smtp_session_free(&s);
	CHECK(o.ended == 2);
}

/* A reply never becomes two, whatever a text holds. */
static void replies(void)
{
	static const struct {
		struct smtp_reply r;
		const char *wire;
	} cases[] = {
		{ { 250, "2.0.0", STR("a\nb"), 0 }, "250-2.0.0 a\r\n250 2.0.0 b\r\n" },
		{ { 250, "", STR("a"), 0 }, "250 a\r\n" },
		{ { 334, "", STR(""), 0 }, "334 \r\n" },
		{ { 550, "5.7.1", STR("x\r\ny\x7F\t"), 0 },
		  "550-5.7.1 x?\r\n550 5.7.1 y??\r\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BUF(b);
		smtp_reply_add(&b, &cases[i].r);
		CHECK(str_eq(buf_str(&b), str_from(cases[i].wire)));
	}
	struct smtp_reply r;
	smtp_reply_from(&r, FAIL(ERR_DENIED, "no"));
	CHECK(r.code == 550 && !strcmp(r.status, "5.7.1"));
	smtp_reply_from(&r, FAIL(ERR_IO, "disk"));
	CHECK(r.code == 451);
}

int main(void)
{
	ARENA(a);
	a_transaction(a);
	offers(a);
	single_lines(a);
	recipients(a);
	helo_has_no_parameters(a);
	lines(a);
	recipients_are_kept(a);
	ends_pair_with_mails(a);
	replies();
	return check_done();
}
