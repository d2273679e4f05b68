/* What ends a session that does nothing but ask. */
#include "smtp_policy.h"

#include "tests/check.h"

static void limits(struct arena *a)
{
	static const struct {
		const char *line;
		int times;
		const char *limit;
	} cases[] = {
		{ "RUBBISH\r\n", SMTP_BAD_MAX, "bad-commands" },
		{ "DATA\r\n", SMTP_BAD_MAX, "bad-commands" },
		{ "NOOP\r\n", SMTP_POINTLESS_MAX - 1, "pointless-commands" },
		{ "RSET\r\n", SMTP_POINTLESS_MAX - 1, "pointless-commands" },
		{ "BDAT 0\r\n", SMTP_BAD_MAX, "bad-commands" }, /* no MAIL */
		{ "BDAT 0 LAST\r\n", SMTP_BAD_MAX, "bad-commands" },
		{ "MAIL FROM:<a@b.example> FOO\r\n", SMTP_REFUSED_MAX,
		  "refused-senders" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, SMTP_MX);
		struct smtp_reply r;
		smtp_step(&s, STR("EHLO x\r\n"), &r);
		for (int k = 0; k < cases[i].times; k++) {
			smtp_step(&s, str_from(cases[i].line), &r);
			CHECK(r.next != SMTP_CLOSE && !o.limits);
		}
		smtp_step(&s, str_from(cases[i].line), &r);
		CHECK(r.code == 421 && r.next == SMTP_CLOSE && o.limits == 1);
		CHECK(!strcmp(o.limit, cases[i].limit));
		smtp_session_free(&s);
	}
}

/* Within a transaction. */
static void limits_of_messages(struct arena *a)
{
	static const struct {
		const char *before, *line;
		int times;
		const char *limit;
	} cases[] = {
		{ "NOOP\r\n", "DATA\r\n", SMTP_BAD_MAX, "bad-commands" },
		{ "NOOP\r\n", "BDAT 0 LAST\r\n", SMTP_BAD_MAX, "bad-commands" },
		{ "RCPT TO:<postmaster>\r\n", "BDAT 0\r\n", SMTP_POINTLESS_MAX - 2,
		  "pointless-commands" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, SMTP_MX);
		struct smtp_reply r;
		smtp_step(&s, STR("EHLO x\r\n"), &r);
		smtp_step(&s, STR("MAIL FROM:<a@b.example>\r\n"), &r);
		smtp_step(&s, str_from(cases[i].before), &r);
		if (i < 2) /* NOOP counts, too; EHLO did */
			s.pointless = 0;
		else
			s.pointless = 2;
		for (int k = 0; k < cases[i].times; k++) {
			smtp_step(&s, str_from(cases[i].line), &r);
			CHECK(r.next != SMTP_CLOSE && !o.limits);
			if (r.next == SMTP_CHUNK && !s.chunk.refusal.code)
				smtp_session_received(&s, &r);
		}
		smtp_step(&s, str_from(cases[i].line), &r);
		CHECK(r.code == 421 && r.next == SMTP_CLOSE && o.limits == 1);
		CHECK(!strcmp(o.limit, cases[i].limit));
		smtp_session_free(&s);
	}
}

/* No room, again and again: who goes on all the same is sent away. */
static void put_off(struct arena *a)
{
	static const char *const lines[] = { "DATA\r\n", "BDAT 5 LAST\r\n" };
	for (size_t i = 0; i < 2; i++) {
		WITH_SESSION(s, o, SMTP_MX);
		struct smtp_reply r;
		o.disk_full = 1;
		smtp_step(&s, STR("EHLO x\r\n"), &r);
		for (int k = 0; k <= SMTP_REFUSED_MAX; k++) {
			smtp_step(&s, STR("MAIL FROM:<a@b.example>\r\n"), &r);
			smtp_step(&s, STR("RCPT TO:<postmaster>\r\n"), &r);
			CHECK(r.code == 250 && !o.limits);
			smtp_step(&s, str_from(lines[i]), &r);
			if (r.next == SMTP_CHUNK) {
				CHECK(s.chunk.refusal.code == 452);
				smtp_session_received(&s, &s.chunk.refusal);
			}
		}
		CHECK(r.code == 421 && !strcmp(o.limit, "refused-messages"));
		smtp_session_free(&s);
	}
}

static void many_recipients(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	struct smtp_reply r;
	conf.max_recipients = 150;
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	for (int i = 0; i < 150; i++) {
		smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
		CHECK(r.code == 250);
	}
	smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
	CHECK(r.code == 452 && !strcmp(r.status, "4.5.3") && s.rcpt_count == 150);
	CHECK(o.limits == 1 && !strcmp(o.limit, "recipients"));
	smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
	CHECK(r.code == 452
	      && o.limits == 1); /* said once a message, counted each time */
	for (int i = 2; i < SMTP_REFUSED_MAX; i++) {
		smtp_step(&s, STR("RSET\r\n"), &r);
		s.pointless = 0;
		smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
		smtp_step(&s, STR("RCPT TO:<x@far.example>\r\n"), &r);
		CHECK(r.code == 550 && r.next == SMTP_GO_ON);
	}
	smtp_step(&s, STR("RCPT TO:<x@far.example>\r\n"), &r);
	CHECK(r.code == 421 && !strcmp(o.limit, "refused-recipients"));
	smtp_session_free(&s);
}

/* Who asks for ever more than fits in one message. */
static void too_many_for_one(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	struct smtp_reply r;
	conf.max_recipients = 3;
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	for (int i = 0; i < 3 + SMTP_REFUSED_MAX; i++) {
		smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
		CHECK(r.code == (i < 3 ? 250 : 452) && r.next == SMTP_GO_ON);
	}
	smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
	CHECK(r.code == 421 && !strcmp(o.limit, "refused-recipients") && o.limits == 2);
	smtp_session_free(&s);
}

/* One with a parameter that nobody knows is refused like any other. */
static void recipients_with_rubbish(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	struct smtp_reply r;
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	for (int i = 0; i < SMTP_REFUSED_MAX; i++) {
		smtp_step(&s, STR("RCPT TO:<local@here.example> FOO=1\r\n"), &r);
		CHECK(r.code == 555 && r.next == SMTP_GO_ON);
	}
	smtp_step(&s, STR("RCPT TO:<local@here.example> FOO=1\r\n"), &r);
	CHECK(r.code == 421 && !strcmp(o.limit, "refused-recipients"));
	smtp_session_free(&s);
}

int main(void)
{
	ARENA(a);
	limits(a);
	limits_of_messages(a);
	put_off(a);
	too_many_for_one(a);
	many_recipients(a);
	recipients_with_rubbish(a);
	return check_done();
}
