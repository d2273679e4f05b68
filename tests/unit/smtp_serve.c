#include "smtp_peer.h"

#include <stdatomic.h>
#include <sys/syscall.h>

static atomic_int writes;
static atomic_long server_thread;

/* In place of the system's: counts the writes of the serving thread. */
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	if (syscall(SYS_gettid) == atomic_load(&server_thread))
		atomic_fetch_add(&writes, 1);
	return syscall(SYS_sendmsg, fd, m, flags);
}

static void one_message(struct arena *a)
{
	struct peer *p = start(a, SMTP_MX);
	peer_envelope(p);
	peer_ask(p, "DATA", "354");
	peer_ask(p, "Subject: x\r\n\r\n..dots\r\n.", "250 2.0.0 taken");
	CHECK(str_eq(p->o.text, STR("Subject: x\r\n\r\n.dots\r\n")));
	CHECK(!p->o.from_file && p->o.accepted == 1 && p->o.rcpts == 1);
	CHECK(str_eq(p->o.helo, STR("probe.example")));
	peer_ask(p, "QUIT", "221 2.0.0");
	CHECK(peer_closed(p));
	peer_stop(p);
	CHECK(p->end.kind == ERR_NONE && p->o.ended == 1);
}

static void note_thread(void *ctx, struct smtp_session *s, struct smtp_reply *r)
{
	(void)ctx, (void)s, (void)r;
	atomic_store(&server_thread, syscall(SYS_gettid));
}

static void pipelined(struct arena *a)
{
	static struct smtp_policy policy;
	struct peer *p = arena_alloc(a, sizeof *p);
	*p = peer_make(SMTP_MX);
	policy = test_policy;
	policy.mail = note_thread;
	p->conf.policy = &policy;
	peer_start(p);
	greet(p);
	peer_ask(p, "MAIL FROM:<>", "250");
	atomic_store(&writes, 0);
	CHECK(peer_send(p, STR("RCPT TO:<local@here.example>\r\n"
			       "RCPT TO:<x@far.example>\r\nNOOP\r\nVRFY x\r\nDATA\r\n")));
	CHECK(peer_expect(p, "250 2.1.5") && peer_expect(p, "550 5.7.1"));
	CHECK(peer_expect(p, "250") && peer_expect(p, "252") && peer_expect(p, "354"));
	CHECK(atomic_load(&writes) == 1);
	/* RFC 2920 section 3.1: the next message's commands behind the dot. */
	CHECK(peer_send(p, STR("a: b\r\n\r\nx\r\n.\r\nMAIL FROM:<>\r\n"
			       "RCPT TO:<local@here.example>\r\nDATA\r\n")));
	CHECK(peer_expect(p, "250 2.0.0 taken") && peer_expect(p, "250 2.1.0"));
	CHECK(peer_expect(p, "250 2.1.5") && peer_expect(p, "354"));
	CHECK(atomic_load(&writes) == 2);
	CHECK(peer_send(p, STR("a: b\r\n\r\ny\r\n.\r\nQUIT\r\n")));
	CHECK(peer_expect(p, "250 2.0.0 taken") && peer_expect(p, "221"));
	CHECK(p->o.accepted == 2);
	peer_stop(p);
}

static str block(struct arena *a, size_t lines)
{
	BUF(b);
	buf_add(&b, STR("Subject: large\r\n\r\n"));
	for (size_t i = 0; i < lines; i++)
		buf_addf(&b, "%072zu\r\n", i);
	return arena_copy(a, buf_str(&b));
}

static void sizes(struct arena *a)
{
	static const struct {
		size_t lines;
		bool no_file;
		const char *want;
		bool file;
	} cases[] = {
		{ 800, false, "250", false }, /* 59 KB */
		{ 3000, false, "250", true }, /* 222 KB */
		{ 3000, true, "452 4.3.1", false },
		{ 16000, false, "552 5.3.4", false }, /* over 1 MB */
		{ 1, false, "250", false },
	};
	struct peer *p = start(a, SMTP_MX);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str text = block(a, cases[i].lines);
		int before = p->o.accepted;
		p->o.no_file = cases[i].no_file;
		peer_envelope(p);
		peer_ask(p, "DATA", "354");
		CHECK(peer_send(p, text) && peer_send(p, STR(".\r\n")));
		CHECK(peer_expect(p, cases[i].want));
		if (p->o.accepted > before)
			CHECK(str_eq(p->o.text, text) && p->o.from_file == cases[i].file);
		CHECK((p->o.accepted > before) == (cases[i].want[0] == '2'));
	}
	peer_stop(p);
	CHECK(p->end.kind == ERR_IO && p->o.ended == 5);
}

/* Each is one message, whatever it looks like inside: one reply, and the session goes on. */
static void refused_bodies(struct arena *a)
{
	BUF(circles);
	for (int i = 0; i < 51; i++)
		buf_add(&circles, STR("Received: from a by b; x\r\n"));
	buf_add(&circles, STR("\r\nx\r\n.\r\n"));
	const struct {
		str body;
		const char *want;
	} cases[] = {
		{ STR("a: b\r\n\r\nx\n.\r\nRCPT TO:<t@far.example>\r\n.\r\n"),
		  "554 5.6.0" },
		{ STR("a: b\r\n\r\nx\r\n.\nMAIL FROM:<>\r\n.\r\n"), "554 5.6.0" },
		{ STR("a: b\r\n\r\nx\r\n.\rMAIL FROM:<>\r\n.\r\n"), "554 5.6.0" },
		{ STR("a: b\r\n\r\nx\n.\nMAIL FROM:<>\r\n.\r\n"), "554 5.6.0" },
		{ STR("a: b\r\n\r\nx\r\n\0.\r\n.\r\n"), "554 5.6.0" },
		{ STR("a: b\r\nno field\r\n\r\nx\r\n.\r\n"), "554 5.6.0" },
		{ buf_str(&circles), "554 5.4.6" },
		{ STR("From x Tue Nov 24\r\na: b\r\n\r\nx\r\n.\r\n"), "250" },
		{ STR("a: b\r\n.\r\n"), "250" },
		{ STR(".\r\n"), "250" },
	};
	struct peer *p = start(a, SMTP_MX);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int before = p->o.accepted;
		peer_envelope(p);
		peer_ask(p, "DATA", "354");
		CHECK(peer_send(p, cases[i].body));
		CHECK(peer_expect(p, cases[i].want));
		CHECK((p->o.accepted > before) == (cases[i].want[0] == '2'));
	}
	p->o.verdict = (struct smtp_reply){ 550, "5.7.1", STR("not wanted\nreally"), 0 };
	peer_envelope(p);
	peer_ask(p, "DATA", "354");
	peer_ask(p, "a: b\r\n\r\nx\r\n.", "550 5.7.1 really");
	peer_ask(p, "NOOP", "250");
	peer_stop(p);
}

/* A header that our own fields would make too large to be read is not taken: what was
 * taken is dealt with. */
static void header_room(struct arena *a)
{
	enum {
		FIELDS = HEADER_FIELDS_MAX - HEADER_ROOM_FIELDS,
		OCTETS = HEADER_MAX - HEADER_ROOM
	};
	static const struct {
		size_t fields, octets;
		const char *want;
	} cases[] = {
		{ FIELDS, 0, "250" },
		{ FIELDS + 1, 0, "552 5.3.4" },
		{ HEADER_FIELDS_MAX, 0, "552 5.3.4" },
		{ 1, OCTETS, "250" },
		{ 1, OCTETS + 1, "552 5.3.4" },
		{ 1, HEADER_MAX, "552 5.3.4" },
	};
	struct peer *p = start(a, SMTP_MX);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BUF(text);
		for (size_t k = 1; k < cases[i].fields; k++)
			buf_add(&text, STR("x-a: b\r\n"));
		buf_add(&text, STR("x-b:"));
		while (text.n + 2 + 70 < cases[i].octets)
			buf_add(&text,
				STR(" 012345678901234567890123456789012345678901234"
				    "567890123456789\r\n"));
		while (text.n + 2 < cases[i].octets)
			buf_add_char(&text, ' ');
		buf_add(&text, STR("\r\n"));
		CHECK(!cases[i].octets || text.n == cases[i].octets);
		buf_add(&text, STR("\r\nbody\r\n.\r\n"));
		peer_envelope(p);
		peer_ask(p, "DATA", "354");
		CHECK(peer_send(p, buf_str(&text)) && peer_expect(p, cases[i].want));
	}
	peer_stop(p);
}

/* --- BDAT --- */

static void chunks(struct arena *a)
{
	struct peer *p = start(a, SMTP_MX);
	peer_envelope(p);
	CHECK(peer_send(p, STR("BDAT 5\r\na: b\r")) && peer_expect(p, "250 2.0.0"));
	peer_ask(p, "BDAT 0", "250 2.0.0");
	CHECK(peer_send(p, STR("BDAT 1\r\n\n")) && peer_expect(p, "250 2.0.0"));
	peer_ask(p, "BDAT 8\r\n\r\n.\r\n.", "250");
	CHECK(peer_send(p, STR("BDAT 3 LAST\r\nend")));
	CHECK(peer_expect(p, "250 2.0.0 taken"));
	CHECK(str_eq(p->o.text, STR("a: b\r\n\r\n.\r\n.\r\nend\r\n")));

	/* chunks that nobody wants are read all the same */
	CHECK(peer_send(p, STR("BDAT 10 LAST\r\nQUIT\r\nRSET")));
	CHECK(peer_expect(p, "503 5.5.1 MAIL first"));
	peer_ask(p, "MAIL FROM:<>", "250");
	CHECK(peer_send(p, STR("BDAT 6 LAST\r\nQUIT\r\n")));
	CHECK(peer_expect(p, "554 5.5.1"));

	/* refused in the middle: the rest of what is pipelined is answered, not taken */
	peer_envelope(p);
	CHECK(peer_send(p, STR("BDAT 8\r\na: b\nc\r\nBDAT 3 LAST\r\nx\r\nNOOP\r\n")));
	CHECK(peer_expect(p, "554 5.6.0") && peer_expect(p, "503")
	      && peer_expect(p, "250"));

	/* RSET and EHLO in the middle forget what came */
	peer_envelope(p);
	peer_ask(p, "BDAT 6\r\na: b", "250");
	CHECK(peer_send(p, STR("\n"))); /* an empty line is no command */
	CHECK(peer_expect(p, "500"));
	peer_ask(p, "DATA", "503 5.5.1");
	peer_ask(p, "RSET", "250");
	peer_envelope(p);
	CHECK(peer_send(p, STR("BDAT 9 LAST\r\nc: d\r\n\r\n.")));
	CHECK(peer_expect(p, "250 2.0.0 taken"));
	CHECK(str_eq(p->o.text, STR("c: d\r\n\r\n.\r\n")));

	str text = block(a, 3000);
	peer_envelope(p);
	CHECK(peer_send(p, arena_cat(a, arena_printf(a, "BDAT %zu\r\n", text.n), text,
				     STR("BDAT 0 LAST\r\n"))));
	CHECK(peer_expect(p, "250") && peer_expect(p, "250 2.0.0 taken"));
	CHECK(str_eq(p->o.text, text) && p->o.from_file);

	peer_envelope(p);
	p->o.disk_full = 1;
	CHECK(peer_send(p, STR("BDAT 6 LAST\r\nQUIT\r\n"))
	      && peer_expect(p, "452 4.3.1"));
	p->o.disk_full = 0;
	text = block(a, 16000);
	peer_envelope(p);
	CHECK(peer_send(
		p, arena_cat(a, arena_printf(a, "BDAT %zu LAST\r\n", text.n), text)));
	CHECK(peer_expect(p, "552 5.3.4"));
	peer_ask(p, "BDAT 99999999999 LAST", "552 5.3.4");
	CHECK(peer_closed(p));
	peer_stop(p);
	CHECK(p->end.kind == ERR_LIMIT && !strcmp(p->o.limit, "discarded"));
	CHECK(p->o.accepted == 3);
}

/* --- TLS --- */

static void make_tls(struct arena *a, struct tls **server, struct tls **client)
{
	str chain, key;
	CHECK(!tls_self_signed(a, STR("mail.here.example"), &chain, &key).kind);
	CHECK(!tls_server(a, chain, key, server).kind
	      && !tls_client(a, STR(""), client).kind);
}

static void with_tls(struct arena *a, struct tls *server, struct tls *client)
{
	struct peer *p = arena_alloc(a, sizeof *p);
	*p = peer_make(SMTP_SUBMISSION);
	p->conf.tls = true;
	p->tls = server;
	peer_start(p);
	greet(p);
	peer_ask(p, "AUTH PLAIN AGFubmFAaGVyZS5leGFtcGxlAHNlY3JldA==", "538");
	peer_ask(p, "STARTTLS", "220 2.0.0");
	CHECK(!conn_tls_connect(p->c, client,
				&(struct tls_peer){ .name = STR("mail.here.example") })
		       .kind);
	peer_ask(p, "MAIL FROM:<a@b.example>", "503 5.5.1 EHLO first");
	peer_ask(p, "EHLO x", "250 HELP");
	peer_ask(p, "AUTH PLAIN AGFubmFAaGVyZS5leGFtcGxlAHNlY3JldA==", "235");
	peer_ask(p, "MAIL FROM:<anna@here.example>", "250");
	peer_ask(p, "RCPT TO:<x@far.example>", "250");
	peer_ask(p, "DATA", "354");
	peer_ask(p, "a: b\r\n\r\nx\r\n.", "250 2.0.0 taken");
	CHECK(str_eq(p->o.user, STR("anna@here.example")) && p->o.auths == 1);
	peer_ask(p, "QUIT", "221");
	peer_stop(p);
	CHECK(p->end.kind == ERR_NONE);

	*p = peer_make(SMTP_SUBMISSIONS);
	p->tls = server;
	peer_start(p);
	CHECK(!conn_tls_connect(p->c, client,
				&(struct tls_peer){ .name = STR("mail.here.example") })
		       .kind);
	greet(p);
	peer_ask(p, "QUIT", "221");
	peer_stop(p);
}

/* CVE-2011-0411: what is pipelined behind STARTTLS never acts, inside TLS or out. */
static void injected(struct arena *a, struct tls *server)
{
	static const char *const behind[] = { "NOOP\r\n", "EHLO x\r\nMAIL FROM:<>\r\n",
					      "x" };
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
		struct peer *p = arena_alloc(a, sizeof *p);
		*p = peer_make(SMTP_MX);
		p->conf.tls = true;
		p->tls = server;
		peer_start(p);
		greet(p);
		CHECK(peer_send(p,
				arena_cat(a, STR("STARTTLS\r\n"), str_from(behind[i]))));
		CHECK(peer_expect(p, "503 5.5.1"));
		CHECK(peer_closed(p));
		peer_stop(p);
		CHECK(p->end.kind == ERR_SYNTAX);
	}
}

int main(void)
{
	ARENA(a);
	struct tls *server, *client;
	make_tls(a, &server, &client);
	one_message(a);
	pipelined(a);
	sizes(a);
	refused_bodies(a);
	header_room(a);
	chunks(a);
	with_tls(a, server, client);
	injected(a, server);
	tls_free(server);
	tls_free(client);
	return check_done();
}
