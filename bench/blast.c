/* bench/blast.c: offers mail: SESSIONS at one time, COUNT messages of 5 KB, each in
 * a connection of its own or all in kept ones.
 *
 *     blast HOST:PORT RECIPIENT COUNT SESSIONS new|keep
 *
 * prints: sent=N seconds=S rate=N p50_ms=X p99_ms=X */
#include "base/buf.h"
#include "base/clock.h"
#include "net/addr.h"
#include "net/conn.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct {
	struct net_addr at;
	const char *recipient;
	int count;
	bool keep;
	_Atomic int next;
	double *took; /* milliseconds, of each message */
} job;

static void must(err e)
{
	if (e.kind) {
		fprintf(stderr, "blast: %s\n", e.msg);
		exit(1);
	}
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void expect(struct conn *c, char first)
{
	str line;
	do
		must(conn_line(c, 1000, &line));
	while (line.n > 3 && line.p[3] == '-');
	if (line.p[0] != first) {
		fprintf(stderr, "blast: %.*s", STR_F(line));
		exit(1);
	}
}

static void ask(struct conn *c, str text, char first)
{
	must(conn_write(c, text));
	expect(c, first);
}

static struct conn *open_one(void)
{
	ARENA(a);
	int fd;
	must(net_dial(a, &job.at, clock_mono_ms() + 60000, &fd));
	struct conn *c = conn_new(fd);
	conn_deadline(c, clock_mono_ms() + 600000);
	expect(c, '2');
	ask(c, STR("EHLO blast.test\r\n"), '2');
	return c;
}

static void send_one(struct conn *c, struct buf *out, int i)
{
	ask(c, STR("MAIL FROM:<a@src.test>\r\n"), '2');
	buf_clear(out);
	buf_addf(out, "RCPT TO:<%s>\r\n", job.recipient);
	ask(c, buf_str(out), '2');
	ask(c, STR("DATA\r\n"), '3');
	buf_clear(out);
	buf_addf(out,
		 "From: a@src.test\r\nTo: x@y.test\r\nSubject: number %d\r\nMessage-ID: "
		 "<%d.%ld@src.test>\r\n\r\n",
		 i, i, (long)time(NULL));
	while (out->n < 5100)
		buf_add(out, STR("Lines of some seventy octets each, as people write "
				 "them in their mails.\r\n"));
	buf_add(out, STR(".\r\n"));
	ask(c, buf_str(out), '2');
}

static void close_one(struct conn *c)
{
	ask(c, STR("QUIT\r\n"), '2');
	conn_free(c);
}

static void *run(void *arg)
{
	BUF(out);
	struct conn *c = job.keep ? open_one() : NULL;
	int i;
	(void)arg;
	while ((i = atomic_fetch_add(&job.next, 1)) < job.count) {
		double start = now_ms();
		struct conn *own = c ? c : open_one();
		send_one(own, &out, i);
		if (!c)
			close_one(own);
		job.took[i] = now_ms() - start;
	}
	if (c)
		close_one(c);
	return NULL;
}

static int by_value(const void *x, const void *y)
{
	double l = *(const double *)x, r = *(const double *)y;
	return (l > r) - (l < r);
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: blast HOST:PORT RECIPIENT COUNT SESSIONS new|keep\n",
		      stderr);
		return 2;
	}
	ARENA(a);
	int sessions = atoi(argv[4]);
	must(net_parse(a, str_from(argv[1]), &job.at));
	job.recipient = argv[2];
	job.count = atoi(argv[3]);
	job.keep = argv[5][0] == 'k';
	job.took = calloc((size_t)job.count, sizeof *job.took);
	pthread_t *ids = calloc((size_t)sessions, sizeof *ids);
	double start = now_ms();
	for (int i = 0; i < sessions; i++)
		pthread_create(&ids[i], NULL, run, NULL);
	for (int i = 0; i < sessions; i++)
		pthread_join(ids[i], NULL);
	double seconds = (now_ms() - start) / 1000;
	qsort(job.took, (size_t)job.count, sizeof *job.took, by_value);
	printf("sent=%d seconds=%.3f rate=%.0f p50_ms=%.2f p99_ms=%.2f\n", job.count,
	       seconds, job.count / seconds, job.took[job.count / 2],
	       job.took[job.count * 99 / 100]);
	free(ids);
	free(job.took);
	return 0;
}
