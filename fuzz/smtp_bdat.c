/* A whole server session over what a client sends, commands and chunks and messages:
 * the replies are the same whatever pieces it comes in, and what is accepted is sound.
 * The first octet gives the size of the pieces; from 128 on, the rest is a message that
 * outgrows memory, too, and the octet says what file there is for it. */
#include "smtp_policy.h"
#include "wire.h"

#include "base/log.h"
#include "smtp/body.h"
#include "smtp/serve.h"

#include <sys/mman.h>

static void policy_accept(void *ctx, struct smtp_session *s, const struct smtp_message *m,
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

static const struct smtp_policy test_policy = { .rcpt = policy_rcpt,
						.scram = policy_scram,
						.plain = policy_plain,
						.body_file = policy_file,
						.accept = policy_accept };

static size_t session(str in, size_t piece)
{
	static const struct smtp_config conf = { .kind = SMTP_MX,
						 .hostname = STR("here"),
						 .max_size = 2000,
						 .max_recipients = 5,
						 .policy = &test_policy };
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

static int file_none(void *ctx, struct smtp_session *s)
{
	(void)ctx, (void)s;
	return -1;
}

static int file_good(void *ctx, struct smtp_session *s)
{
	(void)ctx, (void)s;
	return memfd_create("body", MFD_CLOEXEC);
}

static int file_full(void *ctx, struct smtp_session *s)
{
	(void)ctx, (void)s;
	return open("/dev/full", O_RDWR | O_CLOEXEC);
}

static int file_blind(void *ctx, struct smtp_session *s) /* takes all, shows nothing */
{
	(void)ctx, (void)s;
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

/* The text over and over, forgotten once on the way where that is asked. */
static void body(str text, unsigned how)
{
	static int (*const files[])(void *,
				    struct smtp_session *) = { file_good, file_none,
							       file_full, file_blind };
	struct smtp_policy policy = { .body_file = files[how & 3] };
	struct smtp_config conf = { .policy = how & 4 ? &(struct smtp_policy){ 0 }
						      : &policy };
	struct smtp_session s = { .conf = &conf };
	struct smtp_body b;
	BUF(block);
	BUF(want);
	str got = STR_NONE;
	smtp_body_start(&b);
	while (text.n && block.n < 4000)
		buf_add(&block, text);
	for (size_t i = 0; text.n && i <= SMTP_BODY_MEMORY / block.n; i++) {
		smtp_body_add(&b, &s, buf_str(&block));
		buf_add(&want, buf_str(&block));
	}
	bool large = want.n > SMTP_BODY_MEMORY, good = (how & 7) == 0;
	if (how & 8) {
		smtp_body_add(&b, &s, STR("a"));
		buf_add_char(&want, 'a');
	}
	if (how & 16) {
		smtp_body_forget(&b);
		must(b.size == 0 && !b.memory.n);
	} else {
		must(smtp_body_finish(&b, &got) == (!large || good));
		must(large && !good ? !got.n : str_eq(got, buf_str(&want)));
	}
	smtp_body_free(&b);
	must(b.fd == -1 && !b.map && !b.memory.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	log_open("fuzz", (enum log_level)(LOG_ERROR + 1), false);
	str in = { (const char *)data + 1, n - 1 };
	size_t whole = session(in, n);
	BUF(replies);
	buf_add(&replies, buf_str(&wire_out));
	must(session(in, 1 + data[0] % 32) == whole);
	must(str_eq(buf_str(&wire_out), buf_str(&replies)));
	if (data[0] >= 128)
		body(in, data[0]);
	return 0;
}
