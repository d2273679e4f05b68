/* How long a served session waits, and with whom it has done. */
#include "smtp_peer.h"

#include <stdatomic.h>

/* One line; another answer ends a loop, and is no fault yet. */
static bool says(struct peer *p, const char *want)
{
	str line;
	return !conn_line(p->c, 4096, &line).kind && str_starts(line, str_from(want));
}

/* One octet a chunk, each in good time: the whole is too slow all the same. So it is
 * where commands stand between the chunks, or nothing more comes. */
static void slow_chunks(struct arena *a)
{
	static const struct {
		const char *again;
		int times;
	} cases[] = { { "BDAT 1\r\nx", 600 }, { "NOOP\r\n", 600 }, { "", 0 } };
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct peer *p = arena_alloc(a, sizeof *p);
		*p = peer_make(SMTP_MX);
		p->conf.times = (struct smtp_times){ .command = 20000,
						     .block = 20000,
						     .message = 400,
						     .octets_per_s = 1000 };
		peer_start(p);
		greet(p);
		peer_envelope(p);
		int64_t began = clock_mono_ms();
		CHECK(peer_send(p, STR("BDAT 1\r\nx")) && peer_expect(p, "250"));
		bool more = true;
		for (int i = 0; i < cases[k].times && more; i++) {
			usleep(20000);
			if (!peer_send(p, str_from(cases[k].again)))
				more = false; /* it is gone, and has said why */
			more = says(p, "250") && more;
		}
		CHECK(more == !cases[k].times);
		if (more)
			CHECK(peer_expect(p, "421 4.4.2"));
		CHECK(clock_mono_ms() - began < 10000 && clock_mono_ms() - began >= 380);
		peer_stop(p);
		CHECK(p->end.kind == ERR_TEMP && !strcmp(p->o.limit, "slow"));
	}
}

static void slow(struct arena *a)
{
	struct peer *p = arena_alloc(a, sizeof *p);
	*p = peer_make(SMTP_MX);
	p->conf.times = (struct smtp_times){
		.command = 20000, .block = 20000, .message = 400, .octets_per_s = 1000
	};
	peer_start(p);
	greet(p);
	peer_envelope(p);
	peer_ask(p, "DATA", "354");
	int64_t began = clock_mono_ms();
	for (int i = 0; i < 600 && peer_send(p, STR("x")) && !conn_buffered(p->c); i++)
		usleep(20000); /* 50 octets a second */
	CHECK(peer_expect(p, "421 4.4.2"));
	CHECK(clock_mono_ms() - began < 11000 && clock_mono_ms() - began >= 380);
	CHECK(peer_closed(p));
	peer_stop(p);
	CHECK(p->end.kind == ERR_TEMP && !strcmp(p->o.limit, "slow") && !p->o.accepted);

	*p = peer_make(SMTP_MX); /* fast enough: the time grows with what came */
	p->conf.times = (struct smtp_times){
		.command = 20000, .block = 20000, .message = 2000, .octets_per_s = 1000
	};
	peer_start(p);
	greet(p);
	peer_envelope(p);
	peer_ask(p, "DATA", "354");
	for (int i = 0; i < 150; i++) {
		CHECK(peer_send(
			p, STR("x-a: 01234567890123456789012345678901234567890\r\n")));
		usleep(20000);
	}
	CHECK(peer_send(p, STR(".\r\n")) && peer_expect(p, "250"));
	peer_stop(p);

	slow_chunks(a);

	*p = peer_make(SMTP_MX); /* says nothing; says half a line */
	p->conf.times = (struct smtp_times){ .command = 200 };
	peer_start(p);
	CHECK(peer_expect(p, "220") && peer_expect(p, "421 4.4.2") && peer_closed(p));
	peer_stop(p);
	CHECK(p->end.kind == ERR_TEMP);
	*p = peer_make(SMTP_MX);
	p->conf.times = (struct smtp_times){ .command = 200 };
	peer_start(p);
	CHECK(peer_expect(p, "220") && peer_send(p, STR("EHL")));
	CHECK(peer_expect(p, "421 4.4.2") && peer_closed(p));
	peer_stop(p);
}

static void early_talkers(struct arena *a)
{
	struct peer *p = arena_alloc(a, sizeof *p);
	*p = peer_make(SMTP_MX);
	p->conf.times.greeting = 3000;
	peer_start(p);
	CHECK(peer_send(p, STR("EHLO bot\r\n")));
	CHECK(peer_expect(p, "554 5.5.1") && peer_closed(p));
	peer_stop(p);
	CHECK(p->end.kind == ERR_SYNTAX);

	*p = peer_make(SMTP_MX);
	p->conf.times.greeting = 50;
	peer_start(p);
	greet(p);
	peer_stop(p);
}

static void odd_lines(struct arena *a)
{
	struct peer *p = start(a, SMTP_MX);
	BUF(line);
	while (line.n < 20000)
		buf_add_char(&line, 'x');
	buf_add(&line, STR("\r\n"));
	CHECK(peer_send(p, buf_str(&line)) && peer_expect(p, "500 5.5.2"));
	CHECK(peer_send(p, STR("NOOP\n")) && peer_expect(p, "500 5.5.2"));
	peer_ask(p, "NOOP", "250");
	for (int i = 2; i < SMTP_BAD_MAX; i++)
		peer_ask(p, "RUBBISH", "500");
	peer_ask(p, "RUBBISH", "421 4.7.0");
	CHECK(peer_closed(p));
	peer_stop(p);
	CHECK(!strcmp(p->o.limit, "bad-commands"));
}

static void going_down(struct arena *a)
{
	static atomic_bool drain;
	struct peer *p = arena_alloc(a, sizeof *p);
	*p = peer_make(SMTP_MX);
	p->conf.draining = &drain;
	peer_start(p);
	greet(p);
	peer_envelope(p);
	atomic_store(&drain, true); /* what has begun may end */
	peer_ask(p, "DATA", "354");
	peer_ask(p, "a: b\r\n\r\nx\r\n.", "250");
	peer_ask(p, "MAIL FROM:<>", "421 4.3.2");
	CHECK(peer_closed(p));
	peer_stop(p);
}

int main(void)
{
	ARENA(a);
	slow(a);
	early_talkers(a);
	odd_lines(a);
	going_down(a);
	return check_done();
}
