#include "smtp/client_inside.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

/* RFC 5321 section 4.5.3.2, in milliseconds; RFC 1123 for the end. */
static const struct smtp_client_times standard = {
	.greeting = 5 * 60 * 1000,
	.command = 5 * 60 * 1000,
	.data = 2 * 60 * 1000,
	.block = 3 * 60 * 1000,
	.end = 10 * 60 * 1000,
};

enum { GOODBYE_MS = 2000, MUTE_MS = 2000 };

struct smtp_client *smtp_client_new(struct conn *c, const struct smtp_client_conf *conf)
{
	struct smtp_client *x = mem_zero(sizeof *x);
	const struct smtp_client_times *t = &conf->times;
	x->c = c;
	x->conf = conf;
	x->times = (struct smtp_client_times){
		.greeting = t->greeting ? t->greeting : standard.greeting,
		.command = t->command ? t->command : standard.command,
		.data = t->data ? t->data : standard.data,
		.block = t->block ? t->block : standard.block,
		.end = t->end ? t->end : standard.end,
	};
	x->scratch = arena_new();
	return x;
}

static void client_free(struct smtp_client *x)
{
	for (size_t i = 0; i < FLIGHTS; i++)
		free(x->flights[i].told);
	buf_free(&x->out);
	buf_free(&x->pieces);
	arena_free(x->scratch);
	conn_free(x->c);
	free(x);
}

static err die(struct smtp_client *x, err e)
{
	if (e.kind && !x->dead.kind)
		x->dead = e;
	return e;
}

/* --- one answer, one write --- */

static err read_line(struct smtp_client *x, int64_t deadline, str *line)
{
	conn_deadline(x->c, deadline);
	err e = conn_line(x->c, SMTP_ANSWER_LINE, line);
	if (e.kind == ERR_LIMIT)
		e = FAIL(ERR_SYNTAX, "the server sent a line that is far too long");
	else if (e.kind == ERR_TEMP)
		e = FAIL(ERR_TEMP, "the server did not answer in time");
	return e;
}

/* offers: the answer to EHLO is read, whose lines behind the first are offers. */
static err read_answer(struct smtp_client *x, int64_t ms, struct smtp_offers *offers)
{
	/* Who closes in the middle of a message often says why before. */
	int64_t deadline = clock_mono_ms()
			   + (x->mute.kind && ms > MUTE_MS ? MUTE_MS : ms);
	bool whole = false;
	if (x->dead.kind)
		return x->dead;
	if (x->closing)
		return die(x, FAIL(ERR_TEMP, "the server closes the connection (421)"));
	smtp_answer_reset(&x->answer);
	while (!whole) {
		str line;
		err e = read_line(x, deadline, &line);
		if (!e.kind)
			e = smtp_answer_line(&x->answer, line, &whole);
		if (e.kind)
			return die(x, e);
		if (offers && x->answer.lines > 1)
			smtp_offer(offers, str_trim(str_skip(line, 4)));
	}
	x->closing = x->answer.code == 421; /* RFC 5321 section 3.8 */
	return OK;
}

err client_read(struct smtp_client *x, int64_t ms)
{
	return read_answer(x, ms, NULL);
}

err client_write(struct smtp_client *x, const str *parts, size_t count)
{
	enum { FEW = 16 };
	str few[FEW] = { buf_str(&x->out) };
	if (x->dead.kind || x->mute.kind)
		return x->dead.kind ? x->dead : x->mute;
	conn_deadline(x->c, clock_mono_ms() + x->times.block);
	err e;
	if (count < FEW) {
		if (count)
			memcpy(few + 1, parts, count * sizeof *parts);
		e = conn_write_all(x->c, few, count + 1);
	} else {
		e = conn_write(x->c, buf_str(&x->out));
		if (!e.kind)
			e = conn_write_all(x->c, parts, count);
	}
	buf_clear(&x->out);
	x->mute = e;
	return e;
}

static err say(struct smtp_client *x, str word, str rest, int64_t ms,
	       struct smtp_offers *offers)
{
	buf_cat(&x->out, word, rest, STR("\r\n"));
	TRY(client_write(x, NULL, 0));
	return read_answer(x, ms, offers);
}

err client_reset(struct smtp_client *x)
{
	return say(x, STR("RSET"), STR_NONE, x->times.command, NULL);
}

/* --- outcomes --- */

struct smtp_outcome client_said(const struct smtp_client *x, enum smtp_stage stage)
{
	return (struct smtp_outcome){ .code = x->answer.code,
				      .status = str_from(x->answer.status),
				      .text = smtp_answer_text(&x->answer),
				      .stage = stage };
}

struct smtp_outcome client_lost(const struct smtp_client *x, enum smtp_stage stage)
{
	const err *e = x->mute.kind ? &x->mute : &x->dead;
	return (struct smtp_outcome){ .text = str_from(e->msg),
				      .stage = stage,
				      .ours = true };
}

/* The answer decides whether the opening goes on. */
static err judge(struct smtp_client *x, err e, enum smtp_stage stage,
		 struct smtp_outcome *why)
{
	if (e.kind) {
		*why = client_lost(x, stage);
		return e;
	}
	if (x->answer.code / 100 == 2)
		return OK;
	*why = client_said(x, stage);
	return x->answer.code / 100 == 5 ? FAIL(ERR_DENIED, "the server refuses")
					 : FAIL(ERR_TEMP, "the server wants it later");
}

/* --- opening --- */

static err hello(struct smtp_client *x, struct smtp_outcome *why)
{
	x->offers = (struct smtp_offers){ 0 };
	err e = say(x, x->conf->lmtp ? STR("LHLO ") : STR("EHLO "), x->conf->helo,
		    x->times.command, &x->offers);
	/* RFC 5321 section 3.2: a server that knows no EHLO may know HELO. */
	if (!e.kind && x->answer.code / 100 == 5 && !x->conf->lmtp) {
		x->offers = (struct smtp_offers){ 0 };
		e = say(x, STR("HELO "), x->conf->helo, x->times.command, NULL);
	}
	return judge(x, e, SMTP_AT_EHLO, why);
}

static err start_tls(struct smtp_client *x, struct smtp_outcome *why)
{
	TRY(judge(x, say(x, STR("STARTTLS"), STR_NONE, x->times.command, NULL),
		  SMTP_AT_TLS, why));
	conn_deadline(x->c, clock_mono_ms() + x->times.command);
	err e = conn_tls_connect(x->c, x->conf->tls, &x->conf->tls_peer);
	TRY(judge(x, die(x, e), SMTP_AT_TLS, why));
	return hello(
		x,
		why); /* RFC 3207 section 4.2: what was offered before counts no more */
}

err smtp_client_open(struct smtp_client *x, struct smtp_outcome *why)
{
	TRY(judge(x, client_read(x, x->times.greeting), SMTP_AT_GREETING, why));
	TRY(hello(x, why));
	if (x->conf->tls && x->offers.starttls)
		return start_tls(x, why);
	if (!x->conf->tls_must)
		return OK;
	*why = (struct smtp_outcome){ .text = STR("the server offers no TLS, and none is "
						  "sent without"),
				      .stage = SMTP_AT_TLS,
				      .ours = true };
	return FAIL(ERR_TEMP, "the server offers no TLS");
}

/* --- sending and closing --- */

err smtp_client_send(struct smtp_client *x, const struct smtp_feed *feed)
{
	x->feed = feed;
	err e = x->offers.chunking && x->offers.pipelining && !x->conf->no_chunking
			? client_send_chunks(x)
			: client_send_data(x);
	if (e.kind)
		return e;
	if (x->closing)
		return FAIL(ERR_TEMP, "the server closes the connection (421)");
	return client_is_full(x)
		       ? FAIL(ERR_LIMIT, "the server wants no more in this connection")
		       : OK;
}

/* Anything that can be read now is a 421 or the end. */
bool smtp_client_alive(struct smtp_client *x)
{
	if (x->dead.kind || x->mute.kind || x->closing)
		return false;
	conn_deadline(x->c, clock_mono_ms());
	return conn_wait(x->c).kind == ERR_TEMP;
}

void smtp_client_quit(struct smtp_client *x)
{
	if (!x)
		return;
	if (!x->dead.kind && !x->mute.kind && !x->closing) {
		x->times.block = GOODBYE_MS;
		err e = say(x, STR("QUIT"), STR_NONE, GOODBYE_MS, NULL);
		(void)e; /* all that mattered was answered before */
	}
	client_free(x);
}

const struct smtp_offers *smtp_client_offers(const struct smtp_client *x)
{
	return &x->offers;
}

enum tls_fault smtp_client_fault(const struct smtp_client *x)
{
	return conn_tls_fault(x->c);
}

str smtp_client_tls(struct arena *a, const struct smtp_client *x)
{
	return conn_is_tls(x->c) ? conn_tls_text(a, x->c) : STR_NONE;
}
