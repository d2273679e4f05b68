/* tests/unit/sink.h: a server on loopback that takes mail and does with it what the
 * recipient's domain says; it counts who got what.
 *
 *     struct sink s;
 *     sink_start(&s);        -> s.port
 *     "okN.test"     is taken
 *     "later.test"   the first attempt of each recipient hears 451
 *     "never.test"   550
 *     "close.test"   the connection ends in the middle of every fifth message
 *     sink_stop(&s);
 *
 * mutes: whole messages have no answer until it is taken back; busy: every recipient
 * hears 451 4.3.2.
 */
#pragma once

#include "base/str.h"
#include "base/thread.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SINK_IDS = 30000 };

struct sink {
	int fd, port;
	pthread_t thread;
	atomic_bool stopping;
	atomic_int sessions, taken;    /* taken: copies, one a recipient */
	atomic_int connections;        /* sessions, those that have ended, too */
	atomic_int messages, delay_us; /* delay_us: of each message */
	atomic_bool mutes, busy;
	atomic_int turned_away; /* recipients, because it was busy */
	int rcpt_most;          /* in a transaction, then 452; 0: any number */
	pthread_mutex_t lock;   /* of what follows */
	unsigned char got[SINK_IDS], tried[SINK_IDS];
	bool bad_path;   /* a return path that is not this recipient's own */
	char last[8192]; /* the newest message, as far as it fits */
};

struct sink_talk {
	struct sink *s;
	FILE *in, *out;
	int ids[200], count; /* recipients of this transaction that were accepted */
	bool closes;
};

/* "u17@…" or "u17@…": 17. */
static inline int sink_id(const char *path)
{
	const char *u = strchr(path, '<');
	int id = u && u[1] == 'u' ? atoi(u + 2) : -1;
	return id >= 0 && id < SINK_IDS ? id : SINK_IDS - 1;
}

static inline const char *sink_rcpt(struct sink_talk *t, const char *line)
{
	int id = sink_id(line);
	if (t->s->rcpt_most && t->count >= t->s->rcpt_most)
		return "452 4.5.3 too many recipients\r\n";
	if (atomic_load(&t->s->busy)) {
		usleep((unsigned)atomic_load(&t->s->delay_us));
		atomic_fetch_add(&t->s->turned_away, 1);
		return "451 4.3.2 the server is busy\r\n";
	}
	pthread_mutex_lock(&t->s->lock);
	bool first = t->s->tried[id]++ == 0;
	pthread_mutex_unlock(&t->s->lock);
	if (strstr(line, "@never.test"))
		return "550 5.1.1 nobody of that name (see 127.0.0.1)\r\n";
	if (strstr(line, "@later.test") && first)
		return "451 4.2.1 come again\r\n";
	t->closes = t->closes || (strstr(line, "@close.test") && first && id % 5 == 0);
	t->ids[t->count++ % 200] = id;
	return "250 2.1.5 ok\r\n";
}

static inline bool sink_data(struct sink_talk *t)
{
	char line[2000], all[8192] = "";
	size_t n = 0;
	while (fgets(line, sizeof line, t->in)) {
		if (!strcmp(line, ".\r\n"))
			break;
		size_t k = strlen(line);
		if (n + k < sizeof all) {
			memcpy(all + n, line, k + 1);
			n += k;
		}
	}
	while (atomic_load(&t->s->mutes) && !atomic_load(&t->s->stopping))
		usleep(1000);
	if (atomic_load(&t->s->delay_us))
		usleep((unsigned)atomic_load(&t->s->delay_us));
	pthread_mutex_lock(&t->s->lock);
	bool closes = t->closes;
	for (int i = 0; i < t->count && !closes; i++) {
		t->s->got[t->ids[i]]++;
		atomic_fetch_add(&t->s->taken, 1);
	}
	if (!closes) {
		memcpy(t->s->last, all, sizeof all);
		atomic_fetch_add(&t->s->messages, 1);
	}
	t->count = 0;
	pthread_mutex_unlock(&t->s->lock);
	return !closes;
}

static inline void sink_session(struct sink_talk *t)
{
	char line[2000];
	fputs("220 sink.test\r\n", t->out);
	fflush(t->out);
	while (fgets(line, sizeof line, t->in)) {
		const char *says = "250 2.0.0 ok\r\n";
		if (!strncasecmp(line, "EHLO", 4))
			says = "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 "
			       "ENHANCEDSTATUSCODES\r\n";
		else if (!strncasecmp(line, "MAIL", 4))
			t->count = 0, t->closes = false;
		else if (!strncasecmp(line, "RCPT", 4))
			says = sink_rcpt(t, line);
		else if (!strncasecmp(line, "DATA", 4)) {
			if (!t->count) {
				says = "554 5.5.1 no valid recipients\r\n";
			} else {
				fputs("354 go on\r\n", t->out);
				fflush(t->out);
				if (!sink_data(t))
					return;
			}
		} else if (!strncasecmp(line, "QUIT", 4)) {
			fputs("221 2.0.0 bye\r\n", t->out);
			return;
		}
		fputs(says, t->out);
		fflush(t->out);
	}
}

static inline void *sink_serve(void *arg)
{
	struct sink_talk *t = arg;
	sink_session(t);
	fclose(t->in);
	fclose(t->out);
	atomic_fetch_sub(&t->s->sessions, 1);
	free(t);
	return NULL;
}

static inline void *sink_accept(void *arg)
{
	struct sink *s = arg;
	int one = 1;
	while (!atomic_load(&s->stopping)) {
		int fd = accept(s->fd, NULL, NULL);
		if (fd < 0)
			continue;
		if (atomic_load(&s->stopping)) {
			close(fd);
			break;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		struct sink_talk *t = calloc(1, sizeof *t);
		t->s = s;
		t->in = fdopen(fd, "r");
		t->out = fdopen(dup(fd), "w");
		atomic_fetch_add(&s->sessions, 1);
		atomic_fetch_add(&s->connections, 1);
		if (thread_start(sink_serve, t).kind)
			abort();
	}
	return NULL;
}

static inline int sink_listen(int *port)
{
	struct sockaddr_in x = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof x;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&x, n) || listen(fd, 200)
	    || getsockname(fd, (struct sockaddr *)&x, &n))
		abort();
	*port = ntohs(x.sin_port);
	return fd;
}

static inline void sink_start(struct sink *s)
{
	memset(s, 0, sizeof *s);
	pthread_mutex_init(&s->lock, NULL);
	s->fd = sink_listen(&s->port);
	if (thread_start_joinable(&s->thread, sink_accept, s).kind)
		abort();
}

static inline void sink_stop(struct sink *s)
{
	struct sockaddr_in x = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)s->port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	atomic_store(&s->stopping, true);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&x, sizeof x)) /* so that accept returns */
		abort();
	close(fd);
	pthread_join(s->thread, NULL);
	for (int i = 0; i < 500 && atomic_load(&s->sessions); i++)
		usleep(10000);
	close(s->fd);
}

/* How many of the recipients from..from+n-1 got exactly `times` copies. */
static inline int sink_got(struct sink *s, int from, int n, int times)
{
	int count = 0;
	pthread_mutex_lock(&s->lock);
	for (int i = from; i < from + n; i++)
		count += s->got[i] == times;
	pthread_mutex_unlock(&s->lock);
	return count;
}

/* What the newest message holds. */
static inline bool sink_last_has(struct sink *s, const char *text)
{
	pthread_mutex_lock(&s->lock);
	bool has = strstr(s->last, text) != NULL;
	pthread_mutex_unlock(&s->lock);
	return has;
}
