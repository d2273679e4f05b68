#include "smtp/session.h"

#include "base/mem.h"
#include "smtp/verbs.h"

#include <stdlib.h>

enum {
	ANY = SMTP_FRESH | SMTP_READY | SMTP_SENDER | SMTP_RECIPIENT | SMTP_CHUNKS,
};

enum { POINTLESS = 1 }; /* gets nobody nearer to a message */

/* The verbs: where each may stand, and what it does. */
static const struct verb {
	str name;
	unsigned states;
	unsigned flags;
	verb_act *act;
} verbs[] = {
	{ STR("EHLO"), ANY, POINTLESS, cmd_ehlo },
	{ STR("HELO"), ANY, POINTLESS, cmd_helo },
	{ STR("MAIL"), SMTP_READY, 0, cmd_mail },
	{ STR("RCPT"), SMTP_SENDER | SMTP_RECIPIENT, 0, cmd_rcpt },
	{ STR("DATA"), SMTP_RECIPIENT, 0, cmd_data },
	{ STR("BDAT"), ANY, 0, cmd_bdat }, /* its octets follow, wanted or not */
	{ STR("RSET"), ANY, POINTLESS, cmd_rset },
	{ STR("NOOP"), ANY, POINTLESS, cmd_noop },
	{ STR("QUIT"), ANY, 0, cmd_quit },
	{ STR("VRFY"), ANY, POINTLESS, cmd_vrfy },
	{ STR("EXPN"), ANY, POINTLESS, cmd_expn },
	{ STR("HELP"), ANY, POINTLESS, cmd_help },
	{ STR("STARTTLS"), SMTP_READY, 0, cmd_starttls },
	{ STR("AUTH"), SMTP_READY, 0, cmd_auth },
	/* Web pages can be made to post to this port; such a session ends at once. */
	{ STR("GET"), ANY, 0, cmd_http },
	{ STR("POST"), ANY, 0, cmd_http },
	{ STR("PUT"), ANY, 0, cmd_http },
	{ STR("HEAD"), ANY, 0, cmd_http },
	{ STR("OPTIONS"), ANY, 0, cmd_http },
	{ STR("CONNECT"), ANY, 0, cmd_http },
	{ STR("PROXY"), ANY, 0, cmd_http },
};

void smtp_session_init(struct smtp_session *s, const struct smtp_config *conf, void *ctx)
{
	*s = (struct smtp_session){ .conf = conf,
				    .ctx = ctx,
				    .state = SMTP_FRESH,
				    .tls = conf->kind == SMTP_SUBMISSIONS };
}

struct arena *smtp_scratch(struct smtp_session *s)
{
	if (!s->scratch)
		s->scratch = arena_new();
	return s->scratch;
}

void smtp_scratch_drop(struct smtp_session *s)
{
	arena_free(s->scratch);
	s->scratch = NULL;
}

void smtp_session_free(struct smtp_session *s)
{
	auth_drop(s);
	session_reset(s);
	smtp_scratch_drop(s);
}

void session_reset(struct smtp_session *s)
{
	if (s->arena && s->conf->policy->end)
		s->conf->policy->end(s->ctx, s);
	arena_free(s->arena);
	free(s->rcpts);
	s->arena = NULL;
	s->rcpts = NULL;
	s->rcpt_count = s->rcpt_room = 0;
	s->mail = (struct smtp_mail){ 0 };
	memset(&s->chunk, 0, sizeof s->chunk);
	s->full = false;
	if (s->state != SMTP_FRESH)
		s->state = SMTP_READY;
}

void smtp_session_tls(struct smtp_session *s)
{
	session_reset(s);
	s->tls = true;
	s->state = SMTP_FRESH;
	s->esmtp = false;
	s->helo = s->user = STR_NONE;
	s->account = 0;
	s->mechanism = NULL;
}

void smtp_greeting(struct smtp_session *s, struct smtp_reply *r)
{
	smtp_say(r, 220, "",
		 arena_cat(smtp_scratch(s), s->conf->hostname, STR(" ESMTP Postern")));
}

void session_limit(struct smtp_session *s, const char *what, struct smtp_reply *r)
{
	if (s->conf->policy->limit)
		s->conf->policy->limit(s->ctx, s, what);
	smtp_say(r, 421, "4.7.0",
		 arena_cat(smtp_scratch(s), s->conf->hostname, STR(" closes: "),
			   str_from(what)));
	r->next = SMTP_CLOSE;
}

bool session_counts(struct smtp_session *s, unsigned *count, unsigned most,
		    const char *what, struct smtp_reply *r)
{
	if (++*count <= most)
		return false;
	session_limit(s, what, r);
	return true;
}

bool session_pointless(struct smtp_session *s, struct smtp_reply *r)
{
	return session_counts(s, &s->pointless, SMTP_POINTLESS_MAX, "pointless-commands",
			      r);
}

/* A verb in the wrong place: which one is missing. */
static void misplaced(const struct smtp_session *s, const struct verb *v,
		      struct smtp_reply *r)
{
	static const struct {
		unsigned states;
		str text;
	} why[] = {
		{ SMTP_FRESH, STR("EHLO first") },
		{ SMTP_READY, STR("MAIL first") },
		{ SMTP_CHUNKS, STR("a message is under way by BDAT; BDAT or RSET") },
		{ SMTP_SENDER, STR("no valid recipient yet; RCPT first") },
		{ SMTP_RECIPIENT, STR("a transaction is under way; RSET ends it") },
	};
	smtp_say(r, 503, "5.5.1", STR("not now"));
	for (size_t i = 0; i < sizeof why / sizeof *why; i++)
		if (s->state & why[i].states)
			r->text = why[i].text;
	if (s->state == SMTP_SENDER && !(v->states & SMTP_RECIPIENT))
		r->text = STR("a transaction is under way; RSET ends it");
	/* RFC 5321 section 3.3: DATA without a recipient that was accepted. */
	if (s->state == SMTP_SENDER && v->act == cmd_data)
		r->code = 554;
}

static const struct verb *verb_find(str word)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (str_ieq(word, verbs[i].name))
			return &verbs[i];
	return NULL;
}

/* A command line without its CRLF. */
static void command(struct smtp_session *s, str line, struct smtp_reply *r)
{
	str word = line, arg = STR_NONE;
	str_cut(line, ' ', &word, &arg);
	const struct verb *v = verb_find(word);
	if (!v) {
		smtp_say(r, 500, "5.5.2", STR("unknown command"));
		return;
	}
	if (line.n > SMTP_LINE_MAX && v->act != cmd_auth) {
		smtp_say(r, 500, "5.5.2", STR("the line is too long"));
		return;
	}
	if (v->flags & POINTLESS && session_pointless(s, r))
		return;
	if (s->state & v->states)
		v->act(s, str_trim(arg), r);
	else
		misplaced(s, v, r);
}

/* RFC 5321 section 2.3.8: a line ends in CRLF, and neither octet stands elsewhere;
 * section 4.1.2: nor does a NUL or another control character. */
static bool line_whole(str *line, struct smtp_reply *r)
{
	if (!str_ends(*line, STR("\r\n"))) {
		smtp_say(r, 500, "5.5.2", STR("a line ends in CRLF"));
		return false;
	}
	line->n -= 2;
	for (size_t i = 0; i < line->n; i++) {
		unsigned char c = (unsigned char)line->p[i];
		if ((c < ' ' && c != '\t') || c == 127) {
			smtp_say(r, 500, "5.5.2", STR("control character in a command"));
			return false;
		}
	}
	return true;
}

/* 554 is DATA without a recipient (misplaced). */
static bool is_bad(const struct smtp_reply *r)
{
	return (r->code >= 500 && r->code <= 504) || r->code == 554;
}

void smtp_step(struct smtp_session *s, str line, struct smtp_reply *r)
{
	smtp_scratch_drop(s);
	smtp_say(r, 500, "5.5.2", STR("unknown command"));
	bool whole = line_whole(&line, r);
	if (s->auth) {
		if (whole)
			auth_answer(s, line, r);
		else
			auth_drop(s);
	} else if (whole) {
		command(s, line, r);
	}
	if (is_bad(r) && r->next == SMTP_GO_ON)
		session_counts(s, &s->bad, SMTP_BAD_MAX, "bad-commands", r);
}

void smtp_step_long(struct smtp_session *s, struct smtp_reply *r)
{
	auth_drop(s);
	smtp_say(r, 500, "5.5.2", STR("the line is too long"));
	session_counts(s, &s->bad, SMTP_BAD_MAX, "bad-commands", r);
}

void smtp_session_received(struct smtp_session *s, const struct smtp_reply *r)
{
	if (s->state == SMTP_CHUNKS && !s->chunk.last && smtp_is_yes(r))
		return;
	if (smtp_is_yes(r))
		s->pointless = 0;
	session_reset(s);
}

str smtp_protocol(const struct smtp_session *s)
{
	static const str names[2][2][2] = {
		{ { STR("ESMTP"), STR("ESMTPA") }, { STR("ESMTPS"), STR("ESMTPSA") } },
		{ { STR("UTF8SMTP"), STR("UTF8SMTPA") },
		  { STR("UTF8SMTPS"), STR("UTF8SMTPSA") } },
	};
	return s->esmtp ? names[s->mail.utf8][s->tls][s->account != 0] : STR("SMTP");
}
