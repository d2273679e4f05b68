/* Sending by BDAT (RFC 3030): a copy is one write, and SMTP_WINDOW of them are under way
 * before the first is answered. */
#include "smtp/client_inside.h"

/* RSET first: where nobody of the copy before was accepted its transaction is still open
 * at some servers, and this MAIL would be refused while its recipients joined that. */
static err write_copy(struct smtp_client *x, struct flight *f)
{
	size_t count;
	int64_t size;
	const str *pieces = flight_pieces(x, f, false, &count, &size);
	buf_add(&x->out, STR("RSET\r\n"));
	for (size_t i = 0; i <= f->copy.to_count; i++)
		flight_command(x, f, i);
	buf_addf(&x->out, "BDAT %lld LAST\r\n", (long long)size);
	f->commands--; /* no DATA */
	err e = client_write(x, pieces, count);
	f->body_sent = !e.kind;
	return e;
}

static err read_copy(struct smtp_client *x, struct flight *f)
{
	TRY(client_read(x, x->times.command)); /* RSET */
	while (f->read < f->commands)
		TRY(flight_answer(x, f));
	if (f->accepted)
		return flight_end(x, f);
	return client_read(x, x->times.end); /* the chunk was for nobody */
}

/* The copies under way, oldest first. */
struct window {
	size_t first, count;
};

static struct flight *window_at(struct smtp_client *x, const struct window *w, size_t i)
{
	return &x->flights[(w->first + i) % FLIGHTS];
}

static err read_oldest(struct smtp_client *x, struct window *w)
{
	struct flight *f = window_at(x, w, 0);
	TRY(read_copy(x, f));
	flight_finish(x, f, NULL);
	w->first = (w->first + 1) % FLIGHTS;
	w->count--;
	return OK;
}

/* One with so many recipients that both sides' buffers could fill goes alone. */
static err send_alone(struct smtp_client *x, struct window *w)
{
	struct flight *f = window_at(x, w, w->count);
	err e = OK;
	while (!e.kind && w->count)
		e = read_oldest(x, w);
	if (!e.kind)
		e = client_reset(x);
	if (e.kind)
		flight_lost(x, f);
	return e.kind ? e : client_send_one(x, f);
}

/* Fills the window, as far as there are copies. */
static err fill(struct smtp_client *x, struct window *w)
{
	while (w->count < SMTP_WINDOW) {
		struct flight *f = window_at(x, w, w->count);
		if (!flight_pull(x, f))
			return OK;
		if (!flight_in_one(x, f)) {
			TRY(send_alone(x, w));
			continue;
		}
		w->count++;
		TRY(write_copy(x, f));
	}
	return OK;
}

err client_send_chunks(struct smtp_client *x)
{
	struct window w = { 0 };
	err e = fill(x, &w);
	/* Where writing failed the answers to what was sent before may be there yet. */
	while (w.count) {
		err heard = read_oldest(x, &w);
		if (heard.kind)
			e = e.kind ? e : heard;
		if (heard.kind)
			break;
		if (!e.kind)
			e = fill(x, &w);
	}
	for (size_t i = 0; i < w.count; i++)
		flight_lost(x, window_at(x, &w, i));
	return e;
}
