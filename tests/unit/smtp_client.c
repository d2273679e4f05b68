/* The client against servers that behave well or badly. */
#include "tests/unit/smtp_script.h"
#include "tests/unit/smtp_talks.h"

static void conversations(void)
{
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		const struct talk *t = &talks[i];
		struct run *r = calloc(1, sizeof *r);
		int before = check_failed;
		outbox_fill(&r->o, t->copies, t->rcpts);
		r->conf.lmtp = t->lmtp;
		r->conf.times = (struct smtp_client_times){ .command = 400, .end = 400 };
		go(r, t->script, t->what);
		for (int k = 0; k < t->copies; k++)
			for (size_t n = 0; n < t->rcpts; n++)
				CHECK(r->o.code[k][n] == t->code[k][n]);
		CHECK(r->o.stage[0][0] == t->stage && r->o.unsure[0][0] == t->unsure);
		CHECK(r->sent.kind == t->sent && r->server.bodies == t->bodies);
		if (check_failed > before)
			fprintf(stderr, "  in %s: codes %d %d, stage %d, sent %d %s\n",
				t->what, r->o.code[0][0], r->o.code[1][0],
				(int)r->o.stage[0][0], (int)r->sent.kind,
				r->sent.msg ? r->sent.msg : "");
		free(r);
	}
}

/* --- opening --- */

static void openings(struct arena *a)
{
	static const struct {
		const char *what;
		const char *script[12];
		enum err_kind want;
		int code;
		enum smtp_stage stage;
		bool must;
	} cases[] = {
		{ "refused",
		  { "554 5.7.1 go away\r\n", QUIT },
		  ERR_DENIED,
		  554,
		  SMTP_AT_GREETING,
		  false },
		{ "busy",
		  { "421 4.3.2 busy\r\n" },
		  ERR_TEMP,
		  421,
		  SMTP_AT_GREETING,
		  false },
		{ "closed", { CLOSE }, ERR_IO, 0, SMTP_AT_GREETING, false },
		{ "silent", { STALL }, ERR_TEMP, 0, SMTP_AT_GREETING, false },
		{ "no SMTP",
		  { "SSH-2.0-OpenSSH\r\n" },
		  ERR_SYNTAX,
		  0,
		  SMTP_AT_GREETING,
		  false },
		{ "HELO only",
		  { "220 x\r\n", READ("EHLO"), "502 5.5.1 no\r\n", READ("HELO mail"), OKS,
		    QUIT },
		  ERR_NONE,
		  0,
		  0,
		  false },
		{ "neither",
		  { "220 x\r\n", READ("EHLO"), "502 no\r\n", READ("HELO"), "550 no\r\n",
		    QUIT },
		  ERR_DENIED,
		  550,
		  SMTP_AT_EHLO,
		  false },
		{ "EHLO later",
		  { "220 x\r\n", READ("EHLO"), "451 wait\r\n", QUIT },
		  ERR_TEMP,
		  451,
		  SMTP_AT_EHLO,
		  false },
		{ "STARTTLS refused",
		  { HELLO, "250-x\r\n250 STARTTLS\r\n", READ("STARTTLS"),
		    "454 4.7.0 no\r\n", QUIT },
		  ERR_TEMP,
		  454,
		  SMTP_AT_TLS,
		  false },
		{ "STARTTLS broken",
		  { HELLO, "250-x\r\n250 STARTTLS\r\n", READ("STARTTLS"), "220 go\r\n",
		    "rubbish, not TLS at all\r\n", CLOSE },
		  ERR_SYNTAX,
		  0,
		  SMTP_AT_TLS,
		  false },
		{ "no TLS though it must",
		  { HELLO, "250 x\r\n", QUIT },
		  ERR_TEMP,
		  0,
		  SMTP_AT_TLS,
		  true },
		{ "TLS, and EHLO again",
		  { HELLO, "250-x\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
		    READ("STARTTLS"), "220 go\r\n", TLS, READ("EHLO"),
		    "250-x\r\n250 CHUNKING\r\n", QUIT },
		  ERR_NONE,
		  0,
		  0,
		  true },
	};
	struct tls *server, *client;
	str chain, key;
	CHECK(!tls_self_signed(a, STR("far.example"), &chain, &key).kind);
	CHECK(!tls_server(a, chain, key, &server).kind
	      && !tls_client(a, STR(""), &client).kind);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run *r = calloc(1, sizeof *r);
		r->conf.tls = client;
		r->conf.tls_peer.name = STR("far.example");
		r->conf.tls_must = cases[i].must;
		r->conf.times = (struct smtp_client_times){ .greeting = 300,
							    .command = 2000 };
		r->server.tls = server;
		start(r, cases[i].script);
		bool tls = strstr(cases[i].what, "again") != NULL;
		/* a handshake may fail as closed or as no TLS, as the library sees it
		 * first */
		CHECK(r->opened.kind == cases[i].want
		      || (cases[i].want == ERR_SYNTAX && r->opened.kind == ERR_IO));
		CHECK(!r->opened.kind
		      || (r->why.code == cases[i].code && r->why.stage == cases[i].stage
			  && r->why.text.n));
		CHECK((smtp_client_tls(a, r->x).n > 0) == tls);
		CHECK(!tls
		      || (smtp_client_offers(r->x)->chunking
			  && !smtp_client_offers(r->x)->pipelining));
		finish(r, cases[i].what);
		free(r);
	}
	tls_free(server);
	tls_free(client);
}

/* --- the rest --- */

static void what_was_sent(void)
{
	static const char *const script[] = { PIPED,
					      READ("MAIL"),
					      READ("RCPT TO:<r0-0@far.example>\r\n"),
					      READ("DATA"),
					      OKS OKS "354 go\r\n",
					      BODY,
					      OKS,
					      QUIT,
					      NULL };
	for (int stuffed = 0; stuffed < 2; stuffed++) {
		struct run *r = calloc(1, sizeof *r);
		struct smtp_feed feed = { &r->o, next, outcome, done };
		outbox_fill(&r->o, 1, 1);
		r->o.notify = SMTP_NOTIFY_NEVER; /* DSN is not offered: not said */
		if (!stuffed)
			r->o.parts[1].stuffed = STR_NONE;
		start(r, script);
		CHECK(!r->opened.kind && !smtp_client_send(r->x, &feed).kind);
		CHECK(smtp_client_alive(r->x));
		CHECK(str_eq(buf_str(&r->server.text),
			     STR("Subject: x\r\n\r\n.dot\r\nend\r\n")));
		finish(r, "what was sent");
		free(r);
	}
}

static void parameters(void)
{
	static const char *const script[] = {
		HELLO,
		"250-x\r\n250-PIPELINING\r\n250-DSN\r\n250-SMTPUTF8\r\n250-"
		"REQUIRETLS\r\n250 SIZE\r\n",
		READ("MAIL FROM:<dev-bounces@here.example> SIZE=25 SMTPUTF8 REQUIRETLS "
		     "AUTH=e+2Bf@here.example\r\n"),
		READ("RCPT TO:<r0-0@far.example> NOTIFY=FAILURE,DELAY\r\n"),
		READ("DATA"),
		OKS OKS "354 go\r\n",
		BODY,
		OKS,
		QUIT,
		NULL
	};
	struct run *r = calloc(1, sizeof *r);
	outbox_fill(&r->o, 1, 1);
	r->o.utf8 = r->o.require_tls = true;
	r->o.auth = STR("e+f@here.example");
	r->o.notify = SMTP_NOTIFY_FAILURE | SMTP_NOTIFY_DELAY;
	go(r, script, "parameters");
	CHECK(r->o.code[0][0] == 250 && !strcmp(r->o.status[0], "2.1.0"));
	free(r);
}

/* What the server has said that it cannot have is not tried. */
static void not_even_tried(void)
{
	static const char *const script[] = { HELLO, "250-x\r\n250 SIZE 20\r\n", QUIT,
					      NULL };
	static const struct {
		bool utf8, require_tls;
		const char *status;
	} cases[] = { { false, false, "5.3.4" },
		      { true, false, "5.6.7" },
		      { false, true, "5.7.30" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run *r = calloc(1, sizeof *r);
		outbox_fill(&r->o, 2, 1);
		r->o.utf8 = cases[i].utf8;
		r->o.require_tls = cases[i].require_tls;
		go(r, script, cases[i].status);
		CHECK(r->o.code[0][0] / 100 == 5 && r->o.ours[0][0]);
		CHECK(!strcmp(r->o.status[0], cases[i].status) && r->o.text[0][0]);
		free(r);
	}
}

static bool one_dirty(void *ctx, struct smtp_copy *copy)
{
	static const struct smtp_to to = { .address = STR("a@b.example>\r\nRSET") };
	struct outbox *o = ctx;
	if (o->next++)
		return false;
	*copy = (struct smtp_copy){ .to = &to, .to_count = 1 };
	return true;
}

static void nothing_is_smuggled_in_an_address(void)
{
	static const char *const script[] = { PIPED, QUIT, NULL };
	struct run *r = calloc(1, sizeof *r);
	struct smtp_feed feed = { &r->o, one_dirty, outcome, done };
	outbox_fill(&r->o, 0, 1);
	start(r, script);
	CHECK(!smtp_client_send(r->x, &feed).kind);
	CHECK(r->o.code[0][0] == 550 && r->o.done == 1);
	finish(r, "a dirty address");
	free(r);
}

/* 150 recipients go in batches, with and without BDAT. */
static void many_recipients(void)
{
	for (int chunked = 0; chunked < 2; chunked++) {
		const char *script[400] = { HELLO };
		size_t n = 2;
		script[n++] = chunked ? "250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
				      : "250-x\r\n250 PIPELINING\r\n";
		if (chunked) {
			script[n++] = READ("RSET");
			script[n++] = OKS;
		}
		script[n++] = MAIL;
		for (int i = 0; i < 99; i++)
			script[n++] = READ("RCPT");
		for (int i = 0; i < 100; i++)
			script[n++] = OKS;
		for (int i = 0; i < 51; i++)
			script[n++] = READ("RCPT");
		script[n++] = READ("DATA");
		for (int i = 0; i < 50; i++)
			script[n++] = OKS;
		script[n++] = "550 5.1.1 the last\r\n";
		script[n++] = "354 go\r\n";
		script[n++] = BODY;
		script[n++] = OKS;
		script[n++] = READ("QUIT");
		struct run *r = calloc(1, sizeof *r);
		outbox_fill(&r->o, 1, 150);
		go(r, script, "many");
		CHECK(r->o.code[0][0] == 250 && r->o.code[0][148] == 250);
		CHECK(r->o.code[0][149] == 550);
		free(r);
	}
}

/* Servers that say why and then close in the middle of a large message: what they said
 * counts, and what was answered before is not sent twice. */
static void closed_in_the_middle(void)
{
	static const char *const data[] = { PIPED,
					    MAIL,
					    READ("RCPT"),
					    READ("DATA"),
					    OKS OKS "354 go\r\n",
					    "552 5.3.4 large\r\n",
					    CLOSE,
					    NULL };
	static const char *const chunks[] = { CHUNKED,         READ("RSET"), MAIL,
					      READ("RCPT"),    READ("BDAT"), CHUNK,
					      READ("RSET"),    MAIL,         READ("RCPT"),
					      OKS OKS OKS OKS, CLOSE,        NULL };
	enum { LARGE = 4 << 20 };
	char *text = malloc(LARGE);
	for (int i = 0; i < LARGE; i++)
		text[i] = "0123456789\r\n"[i % 12];
	for (int chunked = 0; chunked < 2; chunked++) {
		struct run *r = calloc(1, sizeof *r);
		outbox_fill(&r->o, 2, 1);
		r->o.parts[1] = (struct smtp_part){ .bytes = { text, LARGE },
						    .stuffed = { text, LARGE } };
		go(r, chunked ? chunks : data, "closed in the middle");
		CHECK(r->sent.kind == ERR_IO && r->o.next == 2);
		CHECK(r->o.code[0][0] == (chunked ? 250 : 552));
		CHECK(r->o.code[1][0] == 0 && !r->o.unsure[1][0] && !r->o.unsure[0][0]);
		free(r);
	}
	free(text);
}

static void kept_idle(void)
{
	static const char *const script[] = { PIPED, "421 4.4.2 idle\r\n", CLOSE, NULL };
	struct run *r = calloc(1, sizeof *r);
	start(r, script);
	for (int i = 0; i < 100 && smtp_client_alive(r->x); i++)
		usleep(10000);
	CHECK(!r->opened.kind && !smtp_client_alive(r->x));
	finish(r, "kept idle");
	free(r);
	smtp_client_quit(NULL);
}

int main(void)
{
	ARENA(a);
	conversations();
	openings(a);
	what_was_sent();
	parameters();
	not_even_tried();
	nothing_is_smuggled_in_an_address();
	many_recipients();
	closed_in_the_middle();
	kept_idle();
	return check_done();
}
