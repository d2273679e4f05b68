/* Sending by BDAT (RFC 3030): SMTP_WINDOW copies are under way before the first is answered,
 * and those that find room in it at one time leave in one write. */
#include "smtp/client_inside.h"

/* Octets from which copies leave without waiting for the next: small ones share a write,
 * large ones have the time of one each (RFC 5321 section 4.5.3.2.5). */
enum { TOGETHER = 64 * 1024 };

/* The copies under way, oldest first; the commands of the last of them may be in x->out
 * still. */
struct window {
	size_t first, count;
	size_t unsent;
	int64_t octets; /* of those that are unsent, without their commands */
};

static struct flight *window_at(struct smtp_client *x, const struct window *w, size_t i)
{
	return &x->flights[(w->first + i) % FLIGHTS];
}

/* --- writing --- */

/* RSET first: where nobody of the copy before was accepted its transaction is still open
 * at some servers, and this MAIL would be refused while its recipients joined that. */
static void add_copy(struct smtp_client *x, struct window *w)
{
	struct flight *f = window_at(x, w, w->count);
	size_t before = x->out.n;
	buf_add(&x->out, STR("RSET\r\n"));
	for (size_t i = 0; i <= f->copy.to_count; i++)
		flight_command(x, f, i);
	buf_addf(&x->out, "BDAT %lld LAST\r\n", (long long)flight_size(f));
	f->commands--; /* no DATA */
	f->command_octets = x->out.n - before;
	w->octets += flight_size(f);
	w->count++;
	w->unsent++;
}

static void add_piece(struct smtp_client *x, str s)
{
	buf_add(&x->pieces, (str){ (const char *)&s, sizeof s });
}

static void add_pieces(struct smtp_client *x, struct flight *f, str commands)
{
	add_piece(x, commands);
	for (size_t i = 0; i < f->copy.part_count; i++)
		add_piece(x, f->copy.parts[i].bytes);
}

/* All that is unsent in one write. Where it fails the connection knows which of them it
 * took whole. */
static err write_unsent(struct smtp_client *x, struct window *w)
{
	size_t from = w->count - w->unsent;
	struct buf commands = x->out;
	str rest = buf_str(&commands);
	uint64_t end = conn_written(x->c);
	x->out = (struct buf){ 0 };
	buf_clear(&x->pieces);
	for (size_t i = from; i < w->count; i++) {
		struct flight *f = window_at(x, w, i);
		add_pieces(x, f, str_first(rest, f->command_octets));
		rest = str_skip(rest, f->command_octets);
	}
	err e = client_write(x, (const str *)(void *)x->pieces.p,
			     x->pieces.n / sizeof(str));
	for (size_t i = from; i < w->count; i++) {
		struct flight *f = window_at(x, w, i);
		end += f->command_octets + (uint64_t)flight_size(f);
		f->body_sent = end <= conn_written(x->c);
	}
	buf_free(&x->out);
	x->out = commands;
	buf_clear(&x->out);
	w->unsent = 0;
	w->octets = 0;
	return e;
}

/* --- answers --- */

static err read_copy(struct smtp_client *x, struct flight *f)
{
	TRY(client_read(x, x->times.command)); /* RSET */
	while (f->read < f->commands)
		TRY(flight_answer(x, f));
	if (f->accepted)
		return flight_end(x, f);
	return client_read(x, x->times.end); /* the chunk was for nobody */
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
	err e = w->unsent ? write_unsent(x, w) : OK;
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
			break;
		if (!flight_in_one(x, f)) {
			TRY(send_alone(x, w));
			continue;
		}
		add_copy(x, w);
		if (w->octets >= TOGETHER)
			TRY(write_unsent(x, w));
	}
	return w->unsent ? write_unsent(x, w) : OK;
}

/* Answers that came together make room together. But a server that answers the next
 * copy's commands with the end of this one is not left without work. */
static bool makes_room(const struct smtp_client *x, const struct window *w)
{
	return w->count <= SMTP_WINDOW / 2 || !conn_at_hand(x->c);
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
		if (!e.kind && makes_room(x, &w))
			e = fill(x, &w);
	}
	for (size_t i = 0; i < w.count; i++)
		flight_lost(x, window_at(x, &w, i));
	return e;
}
