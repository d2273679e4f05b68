/* Sending by DATA. With PIPELINING a body, its dot and the next copy's commands leave in
 * one write (RFC 2920 section 3.1): a round trip a copy. */
#include "smtp/client_inside.h"

/* Nobody gets the message. Where DATA was answered 354 all the same, a lone dot
 * ends what was begun (RFC 2920 section 3.1); RSET clears the rest. */
static err give_up(struct smtp_client *x, struct flight *f)
{
	struct smtp_outcome o = client_said(x, SMTP_AT_DATA);
	if (o.code / 100 == 2) { /* no answer that DATA can have */
		o.code = 0;
		o.ours = true;
	}
	flight_finish(x, f, f->accepted ? &o : NULL);
	if (f->data_code == 354) {
		buf_add(&x->out, STR(".\r\n"));
		TRY(client_write(x, NULL, 0));
		TRY(client_read(x, x->times.end));
	}
	return client_reset(x);
}

/* The body of f, its dot, and all commands of next where it may leave with them. */
static err write_body(struct smtp_client *x, struct flight *f, struct flight *next)
{
	size_t count;
	int64_t size;
	str *pieces = (str *)(uintptr_t)flight_pieces(x, f, true, &count, &size);
	buf_add(&x->out, STR(".\r\n"));
	for (size_t i = 0; next && i < next->commands; i++)
		flight_command(x, next, i);
	struct buf tail = x->out;
	x->out = (struct buf){ 0 };
	pieces[count++] = buf_str(&tail);
	err e = client_write(x, pieces, count);
	f->body_sent = !e.kind;
	buf_free(&x->out);
	x->out = tail;
	buf_clear(&x->out);
	return e;
}

/* f's commands are sent or still to be. *more: next was taken in the meantime. */
static err send_copy(struct smtp_client *x, struct flight *f, struct flight *next,
		     bool *more)
{
	*more = false;
	TRY(flight_envelope(x, f));
	if (f->data_code != 354 || !f->accepted)
		return give_up(x, f);
	*more = next && flight_pull(x, next);
	err e = write_body(x, f, *more && flight_in_one(x, next) ? next : NULL);
	err end = flight_end(
		x, f); /* a refusal may be there although the body was not taken */
	return e.kind ? e : end;
}

static void settle(struct smtp_client *x, struct flight *f, err e)
{
	if (e.kind)
		flight_lost(x, f);
	else
		flight_finish(x, f, NULL);
}

err client_send_one(struct smtp_client *x, struct flight *f)
{
	bool more;
	err e = send_copy(x, f, NULL, &more);
	settle(x, f, e);
	return e;
}

err client_send_data(struct smtp_client *x)
{
	struct flight *f = &x->flights[0], *next = &x->flights[1];
	bool more = flight_pull(x, f);
	while (more) {
		err e = send_copy(x, f, next, &more);
		settle(x, f, e);
		if (e.kind && more)
			flight_lost(x, next);
		if (e.kind)
			return e;
		if (!more)
			more = flight_pull(x, next);
		struct flight *last = f;
		f = next;
		next = last;
	}
	return OK;
}
