/* The client against a server that keeps to a script, well or badly. A script is a list
 * of what the server reads and says; a message's text it reads by itself. */
#include "smtp/client.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/tls.h"
#include "smtp/session.h"
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Marks of a script: each step is sent as it is, but for these. */
#define READ(start) "<" start /* a line that starts so */
#define BODY        "<<."     /* lines up to the lone dot */
#define CHUNK       "<<#"     /* the octets of the last BDAT */
#define CLOSE       "<<x"
#define STALL       "<<z" /* says nothing more, and reads nothing */
#define TLS         "<<t"

struct server {
	int fd;
	const char *const *script;
	struct tls *tls;
	bool failed;
	char why[300];
	int bodies;
	size_t chunk;
	struct buf text; /* of all messages */
	pthread_t thread;
};

static bool read_body(struct server *v, struct conn *c)
{
	str line;
	v->bodies++;
	while (!conn_line(c, 4096, &line).kind) {
		if (str_eq(line, STR(".\r\n")))
			return true;
		buf_add(&v->text, line.p[0] == '.' ? str_skip(line, 1) : line);
	}
	return false;
}

static bool read_chunk(struct server *v, struct conn *c)
{
	size_t left = v->chunk;
	v->bodies++;
	while (left) {
		str piece;
		if (conn_peek(c, &piece).kind)
			return false;
		piece = str_first(piece, left);
		buf_add(&v->text, piece);
		left -= piece.n;
		conn_take(c, piece.n);
	}
	return true;
}

static bool read_command(struct server *v, struct conn *c, const char *want)
{
	str line = STR("(end)");
	err e = conn_line(c, 4096, &line);
	if (!e.kind && str_starts(line, STR("BDAT ")))
		v->chunk = (size_t)strtoul(line.p + 5, NULL, 10);
	if (!e.kind && str_starts(line, str_from(want)))
		return true;
	snprintf(v->why, sizeof v->why, "wanted %s, got %.*s", want, (int)line.n, line.p);
	return false;
}

static bool step(struct server *v, struct conn *c, const char *s)
{
	if (!strcmp(s, BODY))
		return read_body(v, c);
	if (!strcmp(s, CHUNK))
		return read_chunk(v, c);
	if (!strcmp(s, TLS))
		return !conn_tls_accept(c, v->tls).kind;
	if (s[0] == '<')
		return read_command(v, c, s + 1);
	return !conn_write(c, str_from(s)).kind;
}

static void *serve(void *arg)
{
	struct server *v = arg;
	struct conn *c = conn_new(v->fd);
	conn_deadline(c, clock_mono_ms() + 20000);
	for (size_t i = 0; v->script[i] && !v->failed; i++) {
		if (!strcmp(v->script[i], CLOSE))
			break;
		if (!strcmp(v->script[i], STALL)) {
			usleep(700000);
			break;
		}
		v->failed = !step(v, c, v->script[i]);
		if (v->failed && !v->why[0])
			snprintf(v->why, sizeof v->why, "at step %zu: %s", i,
				 v->script[i]);
	}
	conn_free(c);
	return NULL;
}

/* --- what is sent, and what became of it --- */

enum { COPIES = 8, RCPTS = 3 };

struct outbox {
	int count, next, done, outcomes;
	size_t rcpts;
	struct smtp_to to[COPIES][150];
	char names[COPIES][150][64];
	struct smtp_part parts[2];
	int code[COPIES][150];
	enum smtp_stage stage[COPIES][150];
	bool unsure[COPIES][150], ours[COPIES][150];
	char status[COPIES][12], text[COPIES][100];
	bool utf8, twice;
	unsigned notify;
};

static bool next(void *ctx, struct smtp_copy *copy)
{
	struct outbox *o = ctx;
	if (o->next == o->count)
		return false;
	int i = o->next++;
	for (size_t k = 0; k < o->rcpts; k++) {
		snprintf(o->names[i][k], sizeof o->names[i][k], "r%d-%zu@far.example", i,
			 k);
		o->to[i][k] = (struct smtp_to){ .address = str_from(o->names[i][k]),
						.notify = o->notify };
	}
	*copy = (struct smtp_copy){ .reverse_path = STR("dev-bounces@here.example"),
				    .to = o->to[i],
				    .to_count = o->rcpts,
				    .parts = o->parts,
				    .part_count = 2,
				    .utf8 = o->utf8,
				    .tag = (void *)(intptr_t)i };
	return true;
}

static void outcome(void *ctx, const struct smtp_copy *copy, size_t i,
		    const struct smtp_outcome *x)
{
	struct outbox *o = ctx;
	int n = (int)(intptr_t)copy->tag;
	o->twice |= o->code[n][i] != -1;
	o->outcomes++;
	o->code[n][i] = x->code;
	o->stage[n][i] = x->stage;
	o->unsure[n][i] = x->unsure;
	o->ours[n][i] = x->ours;
	snprintf(o->status[n], sizeof o->status[n], "%.*s", STR_F(x->status));
	snprintf(o->text[n], sizeof o->text[n], "%.*s", STR_F(x->text));
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	struct outbox *o = ctx;
	(void)copy;
	o->done++;
}

static void outbox_fill(struct outbox *o, int count, size_t rcpts)
{
	memset(o, 0, sizeof *o);
	memset(o->code, -1, sizeof o->code);
	o->count = count;
	o->rcpts = rcpts;
	o->parts[0] = (struct smtp_part){ .bytes = STR("Subject: x\r\n\r\n") };
	o->parts[1] = (struct smtp_part){ .bytes = STR(".dot\r\nend\r\n"),
					  .stuffed = STR("..dot\r\nend\r\n") };
}

struct run {
	struct server server;
	struct outbox o;
	struct smtp_client_conf conf;
	struct smtp_client *x;
	struct smtp_outcome why;
	err opened, sent;
};

static void start(struct run *r, const char *const *script)
{
	int fds[2];
	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
		abort();
	r->server.fd = fds[0];
	r->server.script = script;
	if (thread_start_joinable(&r->server.thread, serve, &r->server).kind)
		abort();
	r->conf.helo = STR("mail.here.example");
	r->x = smtp_client_new(conn_new(fds[1]), &r->conf);
	r->opened = smtp_client_open(r->x, &r->why);
}

static void finish(struct run *r, const char *what)
{
	smtp_client_quit(r->x);
	pthread_join(r->server.thread, NULL);
	if (r->server.failed)
		fprintf(stderr, "%s: the server: %s\n", what, r->server.why);
	CHECK(!r->server.failed);
	buf_free(&r->server.text);
}

static void go(struct run *r, const char *const *script, const char *what)
{
	struct smtp_feed feed = { &r->o, next, outcome, done };
	start(r, script);
	CHECK(!r->opened.kind);
	if (!r->opened.kind)
		r->sent = smtp_client_send(r->x, &feed);
	/* each recipient is told once, and each copy given back once, whatever happened */
	CHECK(!r->o.twice && r->o.done == r->o.next);
	CHECK(r->o.outcomes == (int)((size_t)r->o.next * r->o.rcpts));
	finish(r, what);
}

#define HELLO   "220 far.example\r\n", READ("EHLO mail.here.example\r\n")
#define PLAIN   HELLO, "250-far.example\r\n250-SIZE 1000\r\n250 HELP\r\n"
#define PIPED   HELLO, "250-far.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
#define CHUNKED HELLO, "250-far.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
#define MAIL    READ("MAIL FROM:<dev-bounces@here.example>")
#define QUIT    READ("QUIT\r\n"), "221 bye\r\n"
#define OKS     "250 2.1.0 ok\r\n"

/* The whole conversation, and what recipient 0 and 1 of copies 0 and 1 must be told. */
static const struct talk {
	const char *what;
	int copies;
	size_t rcpts;
	bool lmtp;
	const char *script[48];
	int code[2][2];
	enum smtp_stage stage;
	bool unsure; /* of copy 0 */
	enum err_kind sent;
	int bodies;
} talks[] = {
	{ "lockstep",
	  2,
	  1,
	  false,
	  { PLAIN, READ("MAIL FROM:<dev-bounces@here.example> SIZE=25\r\n"), OKS,
	    READ("RCPT TO:<r0-0@far.example>\r\n"), OKS, READ("DATA"), "354 go\r\n", BODY,
	    OKS, MAIL, OKS, READ("RCPT TO:<r1-0@"), OKS, READ("DATA"), "354 go\r\n", BODY,
	    OKS, QUIT },
	  { { 250 }, { 250 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_NONE,
	  2 },
	{ "lockstep, MAIL refused",
	  2,
	  1,
	  false,
	  { PLAIN, MAIL, "550 5.7.1 no\r\n", READ("RSET"), OKS, MAIL,
	    "451 4.7.1 wait\r\n", READ("RSET"), OKS, QUIT },
	  { { 550 }, { 451 } },
	  SMTP_AT_MAIL,
	  false,
	  ERR_NONE,
	  0 },
	{ "lockstep, one of two",
	  1,
	  2,
	  false,
	  { PLAIN, MAIL, OKS, READ("RCPT"), "550 5.1.1 who\r\n", READ("RCPT"), OKS,
	    READ("DATA"), "354 go\r\n", BODY, OKS, QUIT },
	  { { 550, 250 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_NONE,
	  1 },
	{ "lockstep, nobody",
	  1,
	  2,
	  false,
	  { PLAIN, MAIL, OKS, READ("RCPT"), "550 5.1.1 who\r\n", READ("RCPT"),
	    "451 4.2.0 later\r\n", READ("RSET"), OKS, QUIT },
	  { { 550, 451 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_NONE,
	  0 },
	{ "the next commands behind the dot",
	  2,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "354 go\r\n", BODY, MAIL,
	    READ("RCPT TO:<r1-0@"), READ("DATA"), OKS, OKS OKS "354 go\r\n", BODY, OKS,
	    QUIT },
	  { { 250 }, { 250 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_NONE,
	  2 },
	{ "piped, one of two",
	  1,
	  2,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("RCPT"), READ("DATA"),
	    OKS "550-5.1.1 no\r\n550 5.1.1 one\r\n" OKS "354 go\r\n", BODY, OKS, QUIT },
	  { { 550, 250 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_NONE,
	  1 },
	{ "354 for nobody: a lone dot",
	  2,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS "550 5.1.1 who\r\n354 go\r\n",
	    READ(".\r\n"), "554 5.5.1 nobody\r\n", READ("RSET"), OKS, MAIL, READ("RCPT"),
	    READ("DATA"), OKS OKS "354 go\r\n", BODY, OKS, QUIT },
	  { { 550 }, { 250 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_NONE,
	  1 },
	{ "DATA refused for nobody",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"),
	    OKS "450 4.2.1 later\r\n"
		"554 5.5.1 nobody\r\n",
	    READ("RSET"), OKS, QUIT },
	  { { 450 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_NONE,
	  0 },
	{ "MAIL refused, piped",
	  1,
	  2,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("RCPT"), READ("DATA"),
	    "552 5.3.4 large\r\n503 a\r\n503 b\r\n503 c\r\n", READ("RSET"), OKS, QUIT },
	  { { 552, 552 } },
	  SMTP_AT_MAIL,
	  false,
	  ERR_NONE,
	  0 },
	{ "DATA refused",
	  2,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "451 4.3.0 later\r\n",
	    READ("RSET"), OKS, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "354 go\r\n",
	    BODY, "554 5.7.1 spam\r\n", QUIT },
	  { { 451 }, { 554 } },
	  SMTP_AT_DATA,
	  false,
	  ERR_NONE,
	  1 },
	{ "DATA answered 250",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS OKS, READ("RSET"), OKS,
	    QUIT },
	  { { 0 } },
	  SMTP_AT_DATA,
	  false,
	  ERR_NONE,
	  0 },
	{ "421 behind the first",
	  2,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "354 go\r\n", BODY, MAIL,
	    READ("RCPT"), READ("DATA"), OKS "421 4.3.2 down\r\n", CLOSE },
	  { { 250 }, { 421 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_TEMP,
	  1 },
	{ "421 to RCPT",
	  1,
	  2,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("RCPT"), READ("DATA"),
	    OKS "421 4.3.2 down\r\n", CLOSE },
	  { { 421, 0 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_TEMP,
	  0 },
	{ "closed behind the dot",
	  2,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "354 go\r\n", BODY, CLOSE },
	  { { 0 }, { 0 } },
	  SMTP_AT_BODY,
	  true,
	  ERR_IO,
	  1 },
	{ "closed at once",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, CLOSE },
	  { { 0 } },
	  SMTP_AT_MAIL,
	  false,
	  ERR_IO,
	  0 },
	{ "rubbish for an answer",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS "what?\r\n", CLOSE },
	  { { 0 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_SYNTAX,
	  0 },
	{ "stalls behind the dot",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "354 go\r\n", BODY, STALL },
	  { { 0 } },
	  SMTP_AT_BODY,
	  true,
	  ERR_TEMP,
	  1 },
	{ "stalls at RCPT",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS, STALL },
	  { { 0 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_TEMP,
	  0 },
	{ "a half answer",
	  1,
	  1,
	  false,
	  { PIPED, MAIL, READ("RCPT"), READ("DATA"), OKS OKS "354-go", CLOSE },
	  { { 0 } },
	  SMTP_AT_RCPT,
	  false,
	  ERR_IO,
	  0 },
	{ "LMTP",
	  1,
	  2,
	  true,
	  { "220 far.example\r\n", READ("LHLO mail.here.example\r\n"),
	    "250-far.example\r\n250 PIPELINING\r\n", MAIL, READ("RCPT"), READ("RCPT"),
	    READ("DATA"), OKS OKS OKS "354 go\r\n", BODY,
	    "250 2.0.0 a\r\n452 4.2.2 full\r\n", QUIT },
	  { { 250, 452 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_NONE,
	  1 },
	{ "LMTP, closed between two",
	  1,
	  2,
	  true,
	  { "220 far.example\r\n", READ("LHLO"), "250-far.example\r\n250 PIPELINING\r\n",
	    MAIL, READ("RCPT"), READ("RCPT"), READ("DATA"), OKS OKS OKS "354 go\r\n",
	    BODY, "250 2.0.0 a\r\n", CLOSE },
	  { { 250, 0 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_IO,
	  1 },
	{ "LIMITS MAILMAX",
	  2,
	  1,
	  false,
	  { HELLO, "250-far.example\r\n250-PIPELINING\r\n250 LIMITS MAILMAX=1\r\n", MAIL,
	    READ("RCPT"), READ("DATA"), OKS OKS "354 go\r\n", BODY, OKS, QUIT },
	  { { 250 }, { -1 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_LIMIT,
	  1 },
	{ "BDAT, two at once",
	  2,
	  1,
	  false,
	  { CHUNKED, READ("RSET"), MAIL, READ("RCPT"), READ("BDAT 25 LAST\r\n"), CHUNK,
	    READ("RSET"), MAIL, READ("RCPT"), READ("BDAT 25 LAST\r\n"), CHUNK,
	    OKS OKS OKS OKS,
	    OKS OKS "550 5.1.1 who\r\n"
		    "554 5.5.1 nobody\r\n",
	    QUIT },
	  { { 250 }, { 550 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_NONE,
	  2 },
	{ "BDAT, closed in the window",
	  2,
	  1,
	  false,
	  { CHUNKED, READ("RSET"), MAIL, READ("RCPT"), READ("BDAT"), CHUNK, READ("RSET"),
	    MAIL, READ("RCPT"), READ("BDAT"), CHUNK, OKS OKS OKS OKS OKS, CLOSE },
	  { { 250 }, { 0 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_IO,
	  2 },
	{ "BDAT refused",
	  1,
	  2,
	  false,
	  { CHUNKED, READ("RSET"), MAIL, READ("RCPT"), READ("RCPT"), READ("BDAT"), CHUNK,
	    OKS OKS OKS "550 5.1.1 who\r\n"
			"552 5.2.2 full\r\n",
	    QUIT },
	  { { 552, 550 } },
	  SMTP_AT_BODY,
	  false,
	  ERR_NONE,
	  1 },
};

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
	CHECK(!tls_server(a, chain, key, &server).kind && !tls_client(a, &client).kind);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run *r = calloc(1, sizeof *r);
		r->conf.tls = client;
		r->conf.tls_name = STR("far.example");
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
		"250-x\r\n250-PIPELINING\r\n250-DSN\r\n250-SMTPUTF8\r\n250 SIZE\r\n",
		READ("MAIL FROM:<dev-bounces@here.example> SIZE=25 SMTPUTF8\r\n"),
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
	r->o.utf8 = true;
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
		bool utf8;
		const char *status;
	} cases[] = { { false, "5.3.4" }, { true, "5.6.7" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run *r = calloc(1, sizeof *r);
		outbox_fill(&r->o, 2, 1);
		r->o.utf8 = cases[i].utf8;
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
