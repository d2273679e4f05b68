/* bench/blast.c: offers mail: SESSIONS at one time, COUNT messages of 5 KB, each in
 * a connection of its own or all in kept ones, as Postern's client sends it (RFC 2920
 * section 3.1): MAIL, RCPT and DATA leave in one write; so does the text with its dot
 * and what follows, which is the next MAIL, RCPT and DATA, or QUIT. One thread serves
 * all sessions, so that what is measured has as much of the machine as can be.
 *
 *     blast HOST:PORT RECIPIENT COUNT SESSIONS new|keep
 *
 * prints: sent=N seconds=S rate=N p50_ms=X p99_ms=X */
#include "base/buf.h"
#include "net/addr.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REPLY = 1024, EVENTS = 64, BODY = 5100, PATIENCE_MS = 60000 };

static struct {
	struct net_addr at;
	const char *recipient;
	int count, next, done;
	long begun; /* no body is ever sent twice: clamd remembers what was clean */
	int poll;
	bool keep;
	double *took; /* milliseconds, of each message */
} job;

/* What was said last; the replies to it decide what comes next. */
enum step { NOTHING, EHLO, ENVELOPE, TEXT, NEXT, LAST, STEPS };
static const int replies[STEPS] = {
	[NOTHING] = 1, [EHLO] = 1, [ENVELOPE] = 3, [TEXT] = 1, [NEXT] = 4, [LAST] = 2,
};

struct session {
	int fd, message, next; /* next: its envelope is under way behind message */
	double sent;           /* when message was: its next one begins */
	enum step step;
	int heard; /* replies */
	double start;
	char reply[REPLY];
	size_t have;
};

static void fail(const char *what, str text)
{
	fprintf(stderr, "blast: %s: %.*s\n", what, STR_F(text));
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void say(struct session *s, str text, enum step step)
{
	s->step = step;
	s->heard = 0;
	while (text.n) {
		ssize_t put = send(s->fd, text.p, text.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		struct pollfd p = { .fd = s->fd, .events = POLLOUT };
		if (put > 0)
			text = str_skip(text, (size_t)put);
		else if (errno != EAGAIN || poll(&p, 1, PATIENCE_MS) != 1)
			fail("cannot send", str_from(strerror(errno)));
	}
}

static void add_envelope(struct buf *out)
{
	buf_addf(out, "MAIL FROM:<a@src.test>\r\nRCPT TO:<%s>\r\nDATA\r\n",
		 job.recipient);
}

static void say_text(struct session *s)
{
	BUF(out);
	buf_addf(&out,
		 "From: a@src.test\r\nTo: x@y.test\r\nSubject: number %d\r\nMessage-ID: "
		 "<%d.%ld@src.test>\r\n\r\nThis is message %d of %ld.\r\n",
		 s->message, s->message, (long)time(NULL), s->message, job.begun);
	while (out.n < BODY)
		buf_add(&out, STR("Lines of some seventy octets each, as people write "
				  "them in their mails.\r\n"));
	buf_add(&out, STR(".\r\n"));
	enum step step = TEXT;
	if (!job.keep) {
		buf_add(&out, STR("QUIT\r\n"));
		step = LAST;
	} else if (job.next < job.count) {
		add_envelope(&out);
		s->next = job.next++;
		step = NEXT;
	}
	s->sent = now_ms();
	say(s, buf_str(&out), step);
}

static void say_envelope(struct session *s)
{
	BUF(out);
	add_envelope(&out);
	say(s, buf_str(&out), ENVELOPE);
}

/* What became of the connect shows with the greeting. */
static void dial(struct session *s)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = s };
	s->fd = socket(job.at.ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (s->fd < 0
	    || (connect(s->fd, (struct sockaddr *)&job.at.ss, job.at.len)
		&& errno != EINPROGRESS))
		fail("cannot connect", str_from(strerror(errno)));
	epoll_ctl(job.poll, EPOLL_CTL_ADD, s->fd, &e);
	s->step = NOTHING;
	s->heard = 0;
}

/* The next message, in a new connection where there is none; none is left: it is done. */
static void begin(struct session *s)
{
	if (job.next == job.count)
		return;
	s->message = job.next++;
	s->start = now_ms();
	if (s->fd < 0)
		dial(s);
	else
		say_envelope(s);
}

static void count(const struct session *s)
{
	job.took[s->message] = now_ms() - s->start;
	job.done++;
}

static void ended(struct session *s)
{
	close(s->fd);
	s->fd = -1;
	count(s);
	begin(s);
}

static void say_ehlo(struct session *s)
{
	say(s, STR("EHLO blast.test\r\n"), EHLO);
}

static void taken(struct session *s)
{
	count(s);
	begin(s);
}

static void taken_with_next(struct session *s)
{
	count(s);
	s->message = s->next;
	s->start = s->sent;
	say_text(s);
}

/* All replies to each step have come. */
static void (*const go_on[STEPS])(struct session *s) = {
	[NOTHING] = say_ehlo, [EHLO] = say_envelope,    [ENVELOPE] = say_text,
	[TEXT] = taken,       [NEXT] = taken_with_next, [LAST] = ended,
};

/* The lines that end a reply, which is one that was hoped for; what is no whole line
 * stays. */
static void hear(struct session *s)
{
	str text = { s->reply, s->have }, line, rest = text;
	while (str_cut(rest, '\n', &line, &rest)) {
		if (line.n > 3 && line.p[3] != '-') {
			if (line.p[0] != '2' && line.p[0] != '3')
				fail("refused", line);
			s->heard++;
		}
		text = rest;
	}
	memmove(s->reply, text.p, text.n);
	s->have = text.n;
}

static void listen_to(struct session *s)
{
	ssize_t got = recv(s->fd, s->reply + s->have, REPLY - s->have, MSG_DONTWAIT);
	if (got <= 0)
		fail("the server closed", str_from(got ? strerror(errno) : "at once"));
	s->have += (size_t)got;
	hear(s);
	if (s->heard == replies[s->step])
		go_on[s->step](s);
}

static int by_value(const void *x, const void *y)
{
	double l = *(const double *)x, r = *(const double *)y;
	return (l > r) - (l < r);
}

static void run(int sessions)
{
	struct epoll_event e[EVENTS];
	struct session *all = calloc((size_t)sessions, sizeof *all);
	for (int i = 0; i < sessions; i++) {
		all[i].fd = -1;
		begin(&all[i]);
	}
	while (job.done < job.count) {
		int n = epoll_wait(job.poll, e, EVENTS, PATIENCE_MS);
		if (n <= 0)
			fail("no reply", STR("within a minute"));
		for (int i = 0; i < n; i++)
			listen_to(e[i].data.ptr);
	}
	free(all);
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: blast HOST:PORT RECIPIENT COUNT SESSIONS new|keep\n",
		      stderr);
		return 2;
	}
	ARENA(a);
	err failed = net_parse(a, str_from(argv[1]), &job.at);
	if (failed.kind)
		fail(argv[1], str_from(failed.msg));
	job.recipient = argv[2];
	job.count = atoi(argv[3]);
	job.keep = argv[5][0] == 'k';
	job.took = calloc((size_t)job.count, sizeof *job.took);
	job.poll = epoll_create1(EPOLL_CLOEXEC);
	double start = now_ms();
	job.begun = (long)start;
	run(atoi(argv[4]));
	double seconds = (now_ms() - start) / 1000;
	qsort(job.took, (size_t)job.count, sizeof *job.took, by_value);
	printf("sent=%d seconds=%.3f rate=%.0f p50_ms=%.2f p99_ms=%.2f\n", job.count,
	       seconds, job.count / seconds, job.took[job.count / 2],
	       job.took[job.count * 99 / 100]);
	free(job.took);
	return 0;
}
