/* bench/scan.c: what a clamd can scan: SESSIONS at one time, each an IDSESSION of its own
 * with up to WINDOW messages under way (INSTREAM, answers in any order), COUNT messages of
 * the size that blast.c sends, no two alike: clamd remembers what it has found clean.
 *
 *     scan SOCKET COUNT SESSIONS WINDOW
 *
 * prints: scanned=N seconds=S rate=N */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"
#include "net/addr.h"
#include "net/conn.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BODY = 5100, LINE = 1024, PATIENCE_MS = 120000, SESSIONS = 64 };

static struct {
	const char *socket;
	int count, window;
	atomic_int next;
} job;

static void fail(const char *what, err e)
{
	fprintf(stderr, "scan: %s: %s\n", what, e.msg ? e.msg : "");
	exit(1);
}

static void add_message(struct buf *out, int number)
{
	BUF(m);
	buf_addf(&m,
		 "From: a@src.test\r\nTo: x@y.test\r\nSubject: number %d\r\nMessage-ID: "
		 "<%d.%ld@src.test>\r\n\r\nThis is message %d of %ld.\r\n",
		 number, number, (long)time(NULL), number, (long)clock_mono_ms());
	while (m.n < BODY)
		buf_add(&m, STR("Lines of some seventy octets each, as people write "
				"them in their mails.\r\n"));
	uint32_t length = htonl((uint32_t)m.n);
	buf_cat(out, STR("nINSTREAM\n"), (str){ (const char *)&length, sizeof length },
		buf_str(&m), (str){ "\0\0\0\0", 4 });
}

static void send_next(struct conn *c, int number)
{
	BUF(out);
	add_message(&out, number);
	err e = conn_write(c, buf_str(&out));
	if (e.kind)
		fail("cannot send", e);
}

static void hear(struct conn *c)
{
	str line;
	err e = conn_line(c, LINE, &line);
	if (e.kind || !str_ends(str_trim(line), STR("stream: OK")))
		fail("no clean answer", e);
}

static void *session(void *arg)
{
	ARENA(a);
	int fd, under_way = 0, number;
	err e = net_dial_unix(a, job.socket, clock_mono_ms() + PATIENCE_MS, &fd);
	if (e.kind)
		fail("cannot connect", e);
	struct conn *c = conn_new(fd);
	conn_deadline(c, clock_mono_ms() + PATIENCE_MS);
	e = conn_write(c, STR("nIDSESSION\n"));
	if (e.kind)
		fail("cannot send", e);
	while ((number = atomic_fetch_add(&job.next, 1)) < job.count) {
		if (under_way == job.window) {
			hear(c);
			under_way--;
		}
		send_next(c, number);
		under_way++;
	}
	while (under_way--)
		hear(c);
	conn_free(c);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t ids[SESSIONS];
	if (argc != 5)
		return 2;
	job.socket = argv[1];
	job.count = atoi(argv[2]);
	job.window = atoi(argv[4]);
	int n = atoi(argv[3]);
	if (n < 1 || n > SESSIONS || job.window < 1)
		return 2;
	int64_t began = clock_mono_ms();
	for (int i = 0; i < n; i++) {
		err e = thread_start_joinable(&ids[i], session, NULL);
		if (e.kind)
			fail("no thread", e);
	}
	for (int i = 0; i < n; i++)
		pthread_join(ids[i], NULL);
	double seconds = (double)(clock_mono_ms() - began) / 1e3;
	printf("scanned=%d seconds=%.3f rate=%.1f\n", job.count, seconds,
	       job.count / seconds);
	return 0;
}
