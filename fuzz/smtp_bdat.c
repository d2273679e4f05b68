/* A whole server session over what a client sends, commands and chunks and messages:
 * the replies are the same whatever pieces it comes in, and what is accepted is sound.
 * The first octet gives the size of the pieces. */
#include "smtp_office.h"
#include "wire.h"

#include "smtp/serve.h"

static void office_accept(void *ctx, struct smtp_session *s, const struct smtp_message *m,
			  struct smtp_reply *r)
{
	size_t *accepted = ctx;
	session_is_sound(s);
	must(s->rcpt_count > 0 && !str_has(m->text, '\0'));
	for (size_t i = 0; i < m->text.n; i++) {
		bool cr = i && m->text.p[i - 1] == '\r';
		must(m->text.p[i] != '\n' || cr);
		must(m->text.p[i] != '\r'
		     || (i + 1 < m->text.n && m->text.p[i + 1] == '\n'));
	}
	must(!m->text.n || str_ends(m->text, STR("\r\n")));
	(*accepted)++;
	smtp_say(r, 250, "2.0.0", STR("taken"));
}

static const struct smtp_policy office = { .rcpt = office_rcpt,
					   .scram = office_scram,
					   .plain = office_plain,
					   .body_file = office_file,
					   .accept = office_accept };

static size_t session(str in, size_t piece)
{
	static const struct smtp_config conf = { .kind = SMTP_MX,
						 .hostname = STR("here"),
						 .max_size = 2000,
						 .max_recipients = 5,
						 .policy = &office };
	struct smtp_session s;
	size_t accepted = 0;
	struct conn *c = wire_open(in, piece);
	smtp_session_init(&s, &conf, &accepted);
	err e = smtp_serve(c, &s, NULL);
	must(e.kind != ERR_TEMP);
	smtp_session_free(&s);
	conn_free(c);
	return accepted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	str in = { (const char *)data + 1, n - 1 };
	size_t whole = session(in, n);
	BUF(replies);
	buf_add(&replies, buf_str(&wire_out));
	must(session(in, 1 + data[0] % 32) == whole);
	must(str_eq(buf_str(&wire_out), buf_str(&replies)));
	return 0;
}
