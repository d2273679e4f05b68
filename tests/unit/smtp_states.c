/* What a session is in beside a transaction: the local door, a message by BDAT, TLS, an end that comes. */
#include "smtp_play.h"

static void local_door(struct arena *a)
{
	static const struct {
		enum smtp_kind kind;
		const char *auth, *want;
	} cases[] = {
		{ SMTP_LOCAL, "AUTH=anna@here.example", "anna@here.example" },
		{ SMTP_LOCAL, "AUTH=e+2Bf@here.example", "e+f@here.example" },
		{ SMTP_LOCAL, "AUTH=<>", "" },
		{ SMTP_MX, "AUTH=anna@here.example", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, cases[i].kind);
		struct smtp_reply r;
		smtp_step(&s, STR("EHLO x\r\n"), &r);
		smtp_step(&s,
			  arena_cat(a, STR("MAIL FROM:<a@here.example> "),
				    str_from(cases[i].auth), STR("\r\n")),
			  &r);
		CHECK(r.code == 250);
		CHECK(str_eq(s.mail.auth, str_from(cases[i].want)));
		smtp_session_free(&s);
	}
}

static void chunks(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	struct smtp_reply r, fine;
	smtp_say(&fine, 250, "2.0.0", STR("ok"));
	smtp_step(&s, STR("BDAT 5\r\n"), &r);
	CHECK(r.next == SMTP_CHUNK && s.chunk.refusal.code == 503 && s.chunk.size == 5);
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	smtp_step(&s, STR("BDAT 5 LAST\r\n"), &r);
	CHECK(r.next == SMTP_CHUNK && s.chunk.refusal.code == 554);
	smtp_session_received(&s, &s.chunk.refusal);
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
	smtp_step(&s, STR("BDAT 5\r\n"), &r);
	CHECK(r.next == SMTP_CHUNK && !s.chunk.refusal.code && !s.chunk.last);
	smtp_session_received(&s, &fine);
	static const struct turn amid[] = {
		{ "DATA", "503 5.5.1 a message is under way by BDAT" },
		{ "MAIL FROM:<>", "503 5.5.1" },
		{ "RCPT TO:<local@here.example>", "503 5.5.1" },
	};
	PLAY(&s, amid);
	smtp_step(&s, STR("bdat 0 last\r\n"), &r);
	CHECK(r.next == SMTP_CHUNK && !s.chunk.refusal.code && s.chunk.last);
	smtp_session_received(&s, &fine);
	CHECK(s.state == SMTP_READY && o.ended == 2);
	o.disk_full = 1;
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	smtp_step(&s, STR("RCPT TO:<local@here.example>\r\n"), &r);
	smtp_step(&s, STR("BDAT 5\r\n"), &r);
	CHECK(r.next == SMTP_CHUNK && s.chunk.refusal.code == 452);
	smtp_session_free(&s);
}

static void tls_forgets(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_SUBMISSION);
	struct smtp_reply r;
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("STARTTLS\r\n"), &r);
	CHECK(r.code == 220 && r.next == SMTP_STARTTLS);
	smtp_session_tls(&s);
	CHECK(s.state == SMTP_FRESH && !s.helo.n);
	smtp_step(&s, STR("STARTTLS\r\n"), &r);
	CHECK(r.code == 503);
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("STARTTLS\r\n"), &r);
	CHECK(r.code == 503 && str_eq(smtp_protocol(&s), STR("ESMTPS")));
	smtp_session_free(&s);
}

static void draining(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_MX);
	atomic_bool drain = true;
	struct smtp_reply r;
	conf.draining = &drain;
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	smtp_step(&s, STR("MAIL FROM:<>\r\n"), &r);
	CHECK(r.code == 421 && !strcmp(r.status, "4.3.2") && r.next == SMTP_CLOSE);
	smtp_session_free(&s);
}

int main(void)
{
	ARENA(a);
	local_door(a);
	chunks(a);
	tls_forgets(a);
	draining(a);
	return check_done();
}
