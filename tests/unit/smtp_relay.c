/* The relay forms of the watch's catalogue (R1 to R54), as far as they are a matter
 * of the protocol: whatever is said, no recipient elsewhere is ever taken, and the
 * refusal is permanent and comes with RCPT or before. */
#include "smtp_policy.h"

#include "tests/check.h"

#define H "mail.here.example"
#define D "here.example"
#define L "[192.0.2.1]"
#define T "tok@canary.lab"
#define X "out@canary.lab"

struct form {
	const char *name, *from, *to;
	const char *want; /* the start of RCPT's reply, or of MAIL's where that refuses */
};

static const struct form forms[] = {
	{ "R1", X, T, "550 5.7.1" },
	{ "R2", "", T, "550 5.7.1" },
	{ "R3", "postmaster@" H, T, "550 5.7.1" },
	{ "R4", "postmaster@" D, T, "550 5.7.1" },
	{ "R5", "postmaster@" L, T, "550 5.7.1" },
	{ "R6", "postmaster", T, "501 5.1.7" },
	{ "R7", "user@localhost", T, "550 5.7.1" },
	{ "R8", T, T, "550 5.7.1" },
	{ "R9", X, T ".", "5" },
	{ "R12", X, "tok%canary.lab@" H, "550" },
	{ "R13", X, "tok%canary.lab@" L, "550" },
	{ "R14", X, "tok%canary.lab@" D, "550" },
	{ "R15", X, "tok%canary.lab", "501" },
	{ "R16", X, "\"" T "\"", "501" },
	{ "R17", X, "\"tok%canary.lab\"", "501" },
	{ "R18", X, "\"" T "\"@" H, "550" },
	{ "R18 at D", X, "\"" T "\"@" D, "550" },
	{ "R19", X, "\"" T "\"@" L, "550" },
	{ "R20", X, T "@" H, "501" },
	{ "R20 at D", X, T "@" D, "501" },
	{ "R21", X, T "@" L, "501" },
	{ "R22", X, "@" H ":" T, "501" },
	{ "R23", X, "@" L ":" T, "501" },
	{ "R24", X, "@" H ",@" D ":" T, "501" },
	{ "R25", X, "canary.lab!tok", "501" },
	{ "R26", X, "canary.lab!tok@" H, "550" },
	{ "R26 at D", X, "canary.lab!tok@" D, "550" },
	{ "R27", X, "canary.lab!tok@" L, "550" },
	{ "R28", X, H "!tok%canary.lab", "501" },
	{ "R28 bang", X, H "!canary.lab!tok", "501" },
	{ "R29", X, "tok@[198.51.100.9]", "550 5.7.1" },
	{ "R30", X, "tok@[IPv6:2001:db8::9]", "550 5.7.1" },
	{ "R31", X, "tok@CANARY.lab", "550 5.7.1" },
	{ "R31 xn--", X, "tok@xn--bcher-kva.example", "550 5.7.1" },
	{ "R31 U-label", X,
	  "tok@b\xC3\xBC"
	  "cher.example",
	  "553 5.6.7" },
	{ "R32", X, "tok@canary\xE3\x80\x82lab", "5" },
	{ "R32 fullwidth", X,
	  "tok\xEF\xBC\xA0"
	  "canary.lab",
	  "5" },
	{ "R33", X, "\"tok\"@canary.lab", "550 5.7.1" },
	{ "R33 escape", X, "tok\\@canary.lab@" H, "501" },
	{ "R34", X, "tok(c)@canary.lab", "501" },
	{ "R34 behind", X, "tok@canary.lab(c)", "501" },
	{ "R34 group", X, "g:" T ";", "501" },
	{ "R35", X, "user+" T "@" D, "501" },
	{ "R35 equals", X, "user=" T "@" D, "501" },
	{ "R35 quoted", X, "\"user+" T "\"@" D, "550" },
	{ "R38", X,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" T,
	  "501" },
	{ "R38 \\x80", X, "tok\x80@canary.lab", "5" },
};

/* The bare lines behind RCPT's verb, where the form is not a path in brackets. */
static const struct form odd[] = {
	{ "R10", X, "RCPT TO:" T, "550 5.7.1" },
	{ "R11", X, "RCPT TO:< " T " >", "501" },
	{ "R11 tab", X, "RCPT TO:<\t" T ">", "501" },
	{ "R11 outside", X, "RCPT TO: <" T ">", "550 5.7.1" },
	{ "R11 before", X, "RCPT TO :<" T ">", "501" },
	{ "R36", X, "RCPT TO:<" T ">,<" T ">", "501" },
	{ "R36 space", X, "RCPT TO:<" T "> <" T ">", "555" },
	{ "R36 bare", X, "RCPT TO:" T "," T, "501" },
	{ "R10 local and more", X, "RCPT TO:local@" D "," T, "501" },
	{ "R36 local first", X, "RCPT TO:<local@" D "> <" T ">", "555" },
};

struct scene {
	struct policy_fake o;
	struct smtp_config conf;
	struct smtp_session s;
	struct smtp_reply r;
};

static void open_scene(struct scene *v, struct arena *a, enum smtp_kind kind)
{
	*v = (struct scene){ .o = { .a = a }, .conf = policy_conf(kind) };
	smtp_session_init(&v->s, &v->conf, &v->o);
}

static int say(struct scene *v, str line)
{
	BUF(wire);
	buf_cat(&wire, line, STR("\r\n"));
	smtp_step(&v->s, buf_str(&wire), &v->r);
	for (size_t i = 0; i < v->s.rcpt_count; i++)
		CHECK(v->s.account || at_home(&v->s.rcpts[i].to));
	return v->r.code;
}

static void expect(const struct scene *v, const char *name, const char *want)
{
	BUF(wire);
	smtp_reply_add(&wire, &v->r);
	bool fits = str_starts(buf_str(&wire), str_from(want));
	if (!fits)
		fprintf(stderr, "%s: wanted %s, got %.*s", name, want,
			STR_F(buf_str(&wire)));
	CHECK(fits);
}

static int mail(struct scene *v, struct arena *a, const char *from)
{
	return say(v, arena_cat(a, STR("MAIL FROM:<"), str_from(from), STR(">")));
}

/* What the session says to the plain form (R1), in the state it is in. */
static void r1(struct scene *v, struct arena *a, const char *name)
{
	if (mail(v, a, X) == 250)
		say(v, STR("RCPT TO:<" T ">"));
	expect(v, name, "5");
	CHECK(!v->s.rcpt_count);
}

static void paths(struct arena *a)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		for (int utf8 = 0; utf8 < 2; utf8++) {
			struct scene v;
			open_scene(&v, a, SMTP_MX);
			say(&v, STR("EHLO probe.lab"));
			str line = arena_cat(a, STR("MAIL FROM:<"),
					     str_from(forms[i].from), STR(">"),
					     utf8 ? STR(" SMTPUTF8") : STR_NONE);
			if (say(&v, line) == 250)
				say(&v, arena_cat(a, STR("RCPT TO:<"),
						  str_from(forms[i].to), STR(">")));
			expect(&v, forms[i].name, utf8 ? "5" : forms[i].want);
			CHECK(!v.s.rcpt_count);
			CHECK(say(&v, STR("DATA")) / 100 == 5); /* R40 */
			smtp_session_free(&v.s);
		}
}

static void odd_lines(struct arena *a)
{
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct scene v;
		open_scene(&v, a, SMTP_MX);
		say(&v, STR("EHLO probe.lab"));
		CHECK(mail(&v, a, odd[i].from) == 250);
		say(&v, str_from(odd[i].to));
		expect(&v, odd[i].name, odd[i].want);
		CHECK(!v.s.rcpt_count);
		smtp_session_free(&v.s);
	}
}

/* R38: a NUL, which no C string can hold. */
static void nul(struct arena *a)
{
	struct scene v;
	open_scene(&v, a, SMTP_MX);
	say(&v, STR("EHLO probe.lab"));
	mail(&v, a, X);
	say(&v, STR("RCPT TO:<local@" D "\0" T ">"));
	expect(&v, "R38 NUL", "500");
	say(&v, STR("RCPT TO:<tok\0@canary.lab>"));
	expect(&v, "R38 NUL", "500");
	smtp_session_free(&v.s);
}

/* R37, R39: a local recipient changes nothing for the next; ORCPT is no recipient. */
static void beside_a_local_one(struct arena *a)
{
	struct scene v;
	open_scene(&v, a, SMTP_MX);
	say(&v, STR("EHLO probe.lab"));
	mail(&v, a, X);
	CHECK(say(&v, STR("RCPT TO:<postmaster@" D "> ORCPT=rfc822;" T " NOTIFY=SUCCESS"))
	      == 250);
	say(&v, STR("RCPT TO:<" T ">"));
	expect(&v, "R39", "550 5.7.1");
	CHECK(v.s.rcpt_count == 1);
	smtp_session_free(&v.s);
}

/* R40 to R45, R48: what was said before opens nothing. */
static void after_something(struct arena *a)
{
	static const struct {
		const char *name;
		enum smtp_kind kind;
		const char *before[4];
	} cases[] = {
		{ "R41 RSET", SMTP_MX, { "EHLO x", "RSET" } },
		{ "R41 EHLO twice", SMTP_MX, { "EHLO x", "EHLO x" } },
		{ "R41 failed AUTH",
		  SMTP_SUBMISSIONS,
		  { "EHLO x", "AUTH PLAIN AABzZWNyZXQ=" } },
		{ "R43 NUL user", SMTP_SUBMISSIONS, { "EHLO x", "AUTH PLAIN AAAA" } },
		{ "R43 empty user", SMTP_SUBMISSIONS, { "EHLO x", "AUTH PLAIN AAA=" } },
		{ "R43 LOGIN cancelled",
		  SMTP_SUBMISSIONS,
		  { "EHLO x", "AUTH LOGIN", "*" } },
		{ "R43 LOGIN empty",
		  SMTP_SUBMISSIONS,
		  { "EHLO x", "AUTH LOGIN", "", "" } },
		{ "R43 EXTERNAL", SMTP_SUBMISSIONS, { "EHLO x", "AUTH EXTERNAL =" } },
		{ "R43 ANONYMOUS",
		  SMTP_SUBMISSIONS,
		  { "EHLO x", "AUTH ANONYMOUS YQ==" } },
		{ "R43 SCRAM begun",
		  SMTP_SUBMISSION,
		  { "EHLO x", "AUTH SCRAM-SHA-256 biwsbj1hbm5hLHI9YWJj", "" } },
		{ "R44 H", SMTP_MX, { "EHLO " H } },
		{ "R44 D", SMTP_MX, { "HELO " D } },
		{ "R44 L", SMTP_MX, { "EHLO " L } },
		{ "R44 localhost", SMTP_MX, { "EHLO localhost" } },
		{ "R44 loopback", SMTP_MX, { "EHLO [127.0.0.1]" } },
		{ "R45 XCLIENT",
		  SMTP_MX,
		  { "EHLO x", "XCLIENT ADDR=127.0.0.1 LOGIN=anna", "EHLO x" } },
		{ "R45 XFORWARD", SMTP_MX, { "EHLO x", "XFORWARD ADDR=127.0.0.1" } },
		{ "R47 submission", SMTP_SUBMISSION, { "EHLO x" } },
		{ "R47 submissions", SMTP_SUBMISSIONS, { "EHLO x" } },
		{ "R47 HELO", SMTP_SUBMISSIONS, { "HELO x" } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scene v;
		open_scene(&v, a, cases[i].kind);
		for (int k = 0; k < 4 && cases[i].before[k]; k++)
			say(&v, str_from(cases[i].before[k]));
		r1(&v, a, cases[i].name);
		smtp_session_free(&v.s);
	}
}

static void special(struct arena *a)
{
	struct scene v;
	open_scene(&v, a, SMTP_MX);
	say(&v, STR("EHLO x"));
	CHECK(say(&v, STR("MAIL FROM:<" X "> AUTH=postmaster@" D)) == 250);
	CHECK(say(&v, STR("RCPT TO:<" T ">")) == 550); /* R42 */
	smtp_session_tls(&v.s);
	say(&v, STR("EHLO x"));
	r1(&v, a, "R48 TLS");
	smtp_session_free(&v.s);

	open_scene(&v, a, SMTP_MX); /* R45: the PROXY header ends it */
	say(&v, STR("PROXY TCP4 127.0.0.1 127.0.0.1 1 25"));
	CHECK(v.r.next == SMTP_CLOSE);
	smtp_session_free(&v.s);

	open_scene(&v, a, SMTP_MX); /* R50: the chunk is for nobody */
	say(&v, STR("EHLO x"));
	mail(&v, a, X);
	say(&v, STR("RCPT TO:<" T ">"));
	say(&v, STR("BDAT 100 LAST"));
	CHECK(v.r.next == SMTP_CHUNK && v.s.chunk.refusal.code == 554);
	smtp_session_free(&v.s);
}

int main(void)
{
	ARENA(a);
	paths(a);
	odd_lines(a);
	nul(a);
	beside_a_local_one(a);
	after_something(a);
	special(a);
	printf("skipped: R46 (PTR), R49 (IPv6), R53 (vantage): no address is ever looked "
	       "at "
	       "here; R51, R52: lists; R54: no HTTP or SOCKS in this server\n");
	return check_done();
}
