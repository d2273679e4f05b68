/* bench/bare.c: the limit: threads that only send, one message a recipient. By DATA: MAIL,
 * RCPT and DATA in one write and the body in the next. By BDAT: a message in one write,
 * and WINDOW of them before the first is answered.
 *
 *     bare COUNT THREADS DESTINATIONS PORT WINDOW   (the sink's destinations; 0: DATA)
 *
 * prints: sent=N seconds=S rate=N */
#include "base/buf.h"
#include "net/addr.h"
#include "net/conn.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	int count, destinations, window;
	unsigned port;
	_Atomic int next;
	str body; /* with its dot, for DATA */
} job;

static void must(err e)
{
	if (e.kind) {
		fprintf(stderr, "bare: %s\n", e.msg);
		exit(1);
	}
}

static void expect(struct conn *c, char first)
{
	str line;
	do
		must(conn_line(c, 1000, &line));
	while (line.n > 3 && line.p[3] == '-');
	if (line.p[0] != first)
		must(FAIL(ERR_DENIED, "a refusal"));
}

static void envelope(struct buf *out, int i)
{
	int d = i % job.destinations + 1;
	buf_clear(out);
	buf_addf(out,
		 "MAIL FROM:<big-bounces+%d.abcdefghijklmnop@list.test>\r\nRCPT "
		 "TO:<user%06d@d%03d.test>\r\n",
		 i, i, d);
}

static void by_data(struct conn *c, struct buf *out, int i)
{
	envelope(out, i);
	buf_add(out, STR("DATA\r\n"));
	must(conn_write(c, buf_str(out)));
	expect(c, '2');
	expect(c, '2');
	expect(c, '3');
	must(conn_write(c, job.body));
	expect(c, '2');
}

static void write_chunk(struct conn *c, struct buf *out, int i)
{
	str body = str_first(job.body, job.body.n - 3);
	envelope(out, i);
	buf_addf(out, "BDAT %zu LAST\r\n", body.n);
	must(conn_write_all(c, (str[]){ buf_str(out), body }, 2));
}

static void read_chunk(struct conn *c)
{
	for (int k = 0; k < 3; k++)
		expect(c, '2');
}

static void send_all(struct conn *c, struct buf *out)
{
	int i, open = 0;
	while ((i = atomic_fetch_add(&job.next, 1)) < job.count) {
		if (!job.window) {
			by_data(c, out, i);
			continue;
		}
		write_chunk(c, out, i);
		if (++open == job.window) {
			read_chunk(c);
			open--;
		}
	}
	for (; open; open--)
		read_chunk(c);
}

static void *run(void *arg)
{
	ARENA(a);
	BUF(out);
	struct net_addr at;
	int fd;
	must(net_parse(a,
		       arena_printf(a, "127.0.1.%ld:%u",
				    (long)(intptr_t)arg % job.destinations + 1, job.port),
		       &at));
	must(net_dial(a, &at, clock_mono_ms() + 10000, &fd));
	struct conn *c = conn_new(fd);
	conn_deadline(c, clock_mono_ms() + 600000);
	expect(c, '2');
	must(conn_write(c, STR("EHLO bare\r\n")));
	expect(c, '2');
	send_all(c, &out);
	must(conn_write(c, STR("QUIT\r\n")));
	conn_free(c);
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: bare COUNT THREADS DESTINATIONS PORT WINDOW\n", stderr);
		return 2;
	}
	BUF(body);
	int threads = atoi(argv[2]);
	job.count = atoi(argv[1]);
	job.destinations = atoi(argv[3]);
	job.port = (unsigned)atoi(argv[4]);
	job.window = atoi(argv[5]);
	buf_add(&body, STR("From: a@src.test\r\nTo: big@list.test\r\nSubject: "
			   "bench\r\nMessage-ID: <bare@src.test>\r\n\r\n"));
	while (body.n < 5100)
		buf_add(&body, STR("Lines of some seventy octets each, as people write "
				   "them in their mails.\r\n"));
	buf_add(&body, STR(".\r\n"));
	job.body = buf_str(&body);
	pthread_t *ids = calloc((size_t)threads, sizeof *ids);
	int64_t start = clock_mono_ms();
	for (long i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, run, (void *)(intptr_t)i);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	double seconds = (double)(clock_mono_ms() - start) / 1000;
	printf("sent=%d seconds=%.3f rate=%.0f\n", job.count, seconds,
	       job.count / seconds);
	free(ids);
	return 0;
}
