#include "smtp/serve.h"

#include "base/clock.h"
#include "smtp/body.h"
#include "smtp/data.h"
#include "smtp/judge.h"

/* RFC 5321 section 4.5.3.2, in milliseconds. */
enum {
	COMMAND_MS = 5 * 60 * 1000,
	BLOCK_MS = 3 * 60 * 1000,
	MESSAGE_MS = 5 * 60 * 1000,
	OCTETS_PER_S = 1024,
	LAST_WORD_MS = 10 * 1000,
	REPLIES_MAX = 4096, /* gathered at most before they are written */
};

struct serving {
	struct conn *c;
	struct smtp_session *s;
	struct tls *tls;
	struct buf out;
	struct smtp_times times;
	int64_t discarded; /* octets of refused messages, in all */
	bool data_open;    /* a BDAT message is under way in data and body */
	int64_t began;     /* its first octet was waited for, or a refused chunk's */
	struct smtp_data data;
	struct smtp_body body;
};

static int64_t or_else(int64_t value, int64_t standard)
{
	return value ? value : standard;
}

static void times_fill(struct smtp_times *t)
{
	t->command = or_else(t->command, COMMAND_MS);
	t->block = or_else(t->block, BLOCK_MS);
	t->message = or_else(t->message, MESSAGE_MS);
	t->octets_per_s = or_else(t->octets_per_s, OCTETS_PER_S);
}

/* --- replies --- */

static err flush(struct serving *v)
{
	if (!v->out.n)
		return OK;
	conn_deadline(v->c, clock_mono_ms() + v->times.command);
	err e = conn_write(v->c, buf_str(&v->out));
	buf_free(&v->out); /* an idle session keeps no buffer */
	return e;
}

static void say(struct serving *v, const struct smtp_reply *r)
{
	smtp_reply_add(&v->out, r);
	smtp_scratch_drop(v->s);
}

/* Who sends all it has and then closes its half still reads what became of it. */
static void last_replies(struct serving *v)
{
	conn_deadline(v->c, clock_mono_ms() + LAST_WORD_MS);
	err gone = conn_write(v->c, buf_str(&v->out));
	(void)gone;
}

/* Says it at once; whether it still arrives changes nothing. */
static void last_word(struct serving *v, int code, const char *status, str text)
{
	struct smtp_reply r;
	smtp_say(&r, code, status, text);
	say(v, &r);
	last_replies(v);
	buf_clear(&v->out);
}

static err limit(struct serving *v, const char *what, const char *text)
{
	if (v->s->conf->policy->limit)
		v->s->conf->policy->limit(v->s->ctx, v->s, what);
	return FAIL(ERR_LIMIT, text);
}

/* --- the octets of a message --- */

static void body_begin(struct serving *v, bool dots)
{
	smtp_data_start(&v->data, dots, v->s->conf->max_size);
	smtp_body_start(&v->body);
	v->began = clock_mono_ms();
	v->data_open = true;
}

static void body_end(struct serving *v)
{
	if (v->data_open)
		smtp_body_free(&v->body);
	v->data_open = false;
}

/* A piece from the wire. What a refused message brings is read and thrown away, up to
 * a bound: it costs us nothing else than reading. */
static err body_take(struct serving *v, str piece, size_t *taken)
{
	str text;
	*taken = smtp_data_feed(&v->data, piece, &text);
	smtp_body_add(&v->body, v->s, text);
	if (!v->body.failed && !(v->data.flags & SMTP_DATA_REFUSED))
		return OK;
	smtp_body_forget(&v->body);
	v->discarded += (int64_t)*taken;
	if (v->discarded > SMTP_DISCARD_MAX) {
		last_word(v, 552, "5.3.4", STR("too much was sent that was refused"));
		return limit(v, "discarded", "it sent too much that was refused");
	}
	return OK;
}

/* When all of a message must have come: one octet a second ends after MESSAGE_MS, in one
 * piece or in many chunks, with commands between them or without. */
static int64_t body_deadline(const struct serving *v)
{
	return v->began + v->times.message + v->data.size * 1000 / v->times.octets_per_s;
}

static err too_slow(struct serving *v)
{
	last_word(v, 421, "4.4.2", STR("the message comes too slowly"));
	if (v->s->conf->policy->limit)
		v->s->conf->policy->limit(v->s->ctx, v->s, "slow");
	return FAIL(ERR_TEMP, "the message came too slowly");
}

/* Replies go out once the client may be waiting for them, as in next_line. A piece must
 * come within the block time, and the whole within a time that grows with
 * what has come. */
static err wait_piece(struct serving *v, str *piece)
{
	if (v->out.n && !conn_at_hand(v->c))
		TRY(flush(v));
	int64_t now = clock_mono_ms(), whole = body_deadline(v);
	int64_t block = now + v->times.block;
	if (now > whole) /* what is at hand has no deadline of its own */
		return too_slow(v);
	conn_deadline(v->c, block < whole ? block : whole);
	err e = conn_peek(v->c, piece);
	return e.kind == ERR_TEMP ? too_slow(v) : e;
}

static void verdict(struct serving *v, struct smtp_reply *r)
{
	struct smtp_session *s = v->s;
	struct header h;
	struct smtp_message m = { .flags = v->data.flags,
				  .header = &h,
				  .arena = s->arena };
	if (!smtp_data_fine(&v->data, r))
		return;
	if (!smtp_body_finish(&v->body, &m.text)) {
		smtp_say(r, 452, "4.3.1", STR("no room to keep the message; try later"));
		return;
	}
	m.fd = v->body.fd;
	if (!smtp_judge(s->arena, m.text, &h, r))
		return;
	smtp_say(r, 451, "4.3.0", STR("the message could not be taken; try later"));
	s->conf->policy->accept(s->ctx, s, &m, r);
}

static err read_data(struct serving *v)
{
	struct smtp_reply r;
	body_begin(v, true);
	while (!v->data.ended) {
		str piece;
		size_t taken;
		TRY(wait_piece(v, &piece));
		err e = body_take(v, piece, &taken);
		conn_take(v->c, taken);
		TRY(e);
	}
	verdict(v, &r);
	say(v, &r);
	smtp_session_received(v->s, &r);
	body_end(v);
	return OK;
}

/* --- BDAT --- */

/* The chunk is read whole, wanted or not: the next command stands behind it. */
static err read_octets(struct serving *v, bool wanted)
{
	int64_t left = v->s->chunk.size;
	while (left > 0) {
		str piece;
		size_t taken;
		TRY(wait_piece(v, &piece));
		piece = str_first(piece, (size_t)left);
		taken = piece.n;
		err e = OK;
		if (wanted)
			e = body_take(v, piece, &taken);
		else if ((v->discarded += (int64_t)taken) > SMTP_DISCARD_MAX)
			e = limit(v, "discarded", "it sent too much that was refused");
		conn_take(v->c, taken);
		TRY(e);
		left -= (int64_t)taken;
	}
	return OK;
}

/* The reply to a chunk that was wanted and is in. */
static void chunk_verdict(struct serving *v, struct smtp_reply *r)
{
	if (!v->s->chunk.last) {
		if (v->body.failed)
			smtp_say(r, 452, "4.3.1", STR("no room to keep the message"));
		else
			smtp_data_fine(&v->data, r);
		return;
	}
	/* A message that goes on by DATA has a last CRLF; here it is given the one it
	 * lacks. */
	if (smtp_data_finish(&v->data) && smtp_data_fine(&v->data, r))
		smtp_body_add(&v->body, v->s, STR("\r\n"));
	verdict(v, r);
}

static err read_chunk(struct serving *v, struct smtp_reply *r)
{
	bool wanted = v->s->chunk.refusal.code == 0;
	if (wanted && !v->data_open)
		body_begin(v, false);
	else if (!wanted) { /* for the least rate only */
		smtp_data_start(&v->data, false, 0);
		v->began = clock_mono_ms();
	}
	if (v->s->chunk.size > v->s->conf->max_size + SMTP_DISCARD_MAX) {
		last_word(v, 552, "5.3.4", STR("the chunk is far too large"));
		return limit(v, "discarded", "it announced far too large a chunk");
	}
	TRY(read_octets(v, wanted));
	if (wanted)
		chunk_verdict(v, r);
	else
		*r = v->s->chunk.refusal;
	say(v, r);
	smtp_session_received(v->s, r);
	if (v->s->state != SMTP_CHUNKS)
		body_end(v);
	return OK;
}

/* --- the session --- */

/* RFC 3207 section 4.2, CVE-2011-0411: what was sent behind STARTTLS came in clear and
 * may be another's; it is not acted on. */
static err start_tls(struct serving *v)
{
	if (conn_buffered(v->c)) {
		buf_clear(&v->out);
		last_word(v, 503, "5.5.1",
			  STR("nothing may follow STARTTLS before TLS is up"));
		return FAIL(ERR_SYNTAX, "it pipelined commands behind STARTTLS");
	}
	TRY(flush(v));
	conn_deadline(v->c, clock_mono_ms() + v->times.command);
	err e = conn_tls_accept(v->c, v->tls);
	if (e.kind)
		return e.kind == ERR_IO || e.kind == ERR_TEMP ? e
							      : FAIL(ERR_SYNTAX, e.msg);
	smtp_session_tls(v->s);
	return OK;
}

/* Who talks before being greeted does not speak SMTP, or does not listen. */
static err greet(struct serving *v)
{
	struct smtp_reply r;
	int64_t now = clock_mono_ms();
	if (v->s->conf->kind == SMTP_SUBMISSIONS) {
		conn_deadline(v->c, now + v->times.command);
		TRY(conn_tls_accept(v->c, v->tls));
	}
	if (v->times.greeting) {
		conn_deadline(v->c, now + v->times.greeting);
		err e = conn_wait(v->c);
		if (e.kind == ERR_IO)
			return e;
	}
	if (v->s->conf->kind == SMTP_MX && conn_buffered(v->c)) {
		last_word(v, 554, "5.5.1", STR("you spoke before the greeting"));
		return FAIL(ERR_SYNTAX, "it spoke before the greeting");
	}
	smtp_greeting(v->s, &r);
	say(v, &r);
	return OK;
}

/* The next line. Replies are written once nothing waits to be read: then the client
 * waits for them (RFC 2920 section 3.2). */
static err next_line(struct serving *v, str *line)
{
	const struct smtp_config *conf = v->s->conf;
	if (v->out.n && (v->out.n > REPLIES_MAX || !conn_at_hand(v->c)))
		TRY(flush(v));
	int64_t deadline = clock_mono_ms() + v->times.command;
	bool slow = v->data_open && body_deadline(v) < deadline;
	conn_deadline(v->c, slow ? body_deadline(v) : deadline);
	err e = conn_line(v->c, SMTP_AUTH_LINE_MAX, line);
	if (e.kind == ERR_TEMP && slow)
		return too_slow(v);
	if (e.kind == ERR_TEMP)
		last_word(v, 421, "4.4.2", STR("nothing was said for too long"));
	else if (e.kind == ERR_IO && conf->draining && atomic_load(conf->draining))
		last_word(v, 421, "4.3.2", STR("this server is going down"));
	return e;
}

/* The rest of the line is still to be skipped, and would look like input that waits: so
 * the reply is written now. */
static err long_line(struct serving *v, bool *more)
{
	struct smtp_reply r;
	smtp_step_long(v->s, &r);
	say(v, &r);
	*more = r.next != SMTP_CLOSE;
	return flush(v);
}

static err one_command(struct serving *v, bool *more)
{
	struct smtp_reply r;
	str line;
	err e = next_line(v, &line);
	if (e.kind == ERR_LIMIT)
		return long_line(v, more);
	TRY(e);
	smtp_step(v->s, line, &r);
	if (v->s->state != SMTP_CHUNKS) /* RSET or EHLO in the middle of it */
		body_end(v);
	if (r.next == SMTP_CHUNK)
		return read_chunk(v, &r);
	say(v, &r);
	switch (r.next) {
	case SMTP_BODY:
		return read_data(v);
	case SMTP_STARTTLS:
		return start_tls(v);
	case SMTP_CLOSE:
		*more = false;
		return flush(v);
	default:
		return OK;
	}
}

err smtp_serve(struct conn *c, struct smtp_session *s, struct tls *tls)
{
	struct serving v = { .c = c, .s = s, .tls = tls, .times = s->conf->times };
	bool more = true;
	times_fill(&v.times);
	err e = greet(&v);
	while (!e.kind && more)
		e = one_command(&v, &more);
	body_end(&v);
	last_replies(&v);
	buf_free(&v.out);
	return e;
}
